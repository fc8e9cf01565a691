"""Text typed in a real browser: kept when the login ends or the page is left, and never shown to the next person."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from ivr.storage.audit import By
from testing.servers import until
from tests.browser.conftest import Opens, Service, ready
from tests.browser.test_people import faults
from tests.conftest import PASSWORD
from tests.people import Clock

pytestmark = pytest.mark.slow

CALLBACK = ("2", "1", "1", "1")
WORDS = "her daughter will answer, ask for the left knee"


def types(page: Page, field: str, words: str) -> None:
    """Type words into a page key by key, as a person does: `fill` would not tell the page of any key."""
    ready(page, field).press_sequentially(words)


def kept(service: Service, person_id: int = 1) -> list[str]:
    """Return the words which the service keeps for a person who typed them and has not sent them."""
    return [words for each in service.services.staff.drafts.of(person_id) for words in each.fields.values()]


def comes_in(page: Page, name: str) -> None:
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    with page.expect_navigation():
        page.press("#password", "Enter")


@pytest.mark.parametrize("words", ["en", "hi"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_a_note_stands_on_the_card_after_everybody_was_logged_out_while_it_was_typed(
    opens: Opens, service: Service, clock: Clock, size: str, words: str
) -> None:
    service.phone.rings().press(*CALLBACK)
    page = opens("asha", size=size, words=words)
    page.click("#list a")
    types(page, "#note", WORDS)
    service.services.staff.accounts.end_sessions(1, By("meena", clock()))
    page.wait_for_url("**/login**")  # the page asks by itself what is new, and must go
    assert until(lambda: kept(service) != []), "a person types the password for longer than this takes"
    assert WORDS.split(maxsplit=1)[0] not in page.url
    comes_in(page, "asha")
    expect(page.locator("#note")).to_have_value(WORDS)
    expect(page.locator("[data-draft]")).to_be_visible()
    expect(page.locator("button[disabled]")).to_be_hidden()
    assert faults(page) == []
    page.click("button[form=work]:below(#note)")
    expect(page.locator("#history")).to_contain_text(WORDS)
    expect(page.locator("[data-draft]")).to_have_count(0)
    assert kept(service) == []


def test_who_types_for_longer_than_half_an_hour_stays_logged_in(opens: Opens, service: Service, clock: Clock) -> None:
    page = opens("asha")
    page.goto("/desk/new")
    for minute in range(4):
        types(page, "#note", f"{minute} ")
        assert until(lambda: f"{minute}" in " ".join(kept(service)))  # noqa: B023 - asked before the next minute
        clock.goes_on(minutes=20)
    page.fill("#phone", "99999 00007")
    with page.expect_navigation():
        page.click("button.first")
    expect(page.locator("#history")).to_contain_text("0 1 2 3")


@pytest.mark.parametrize("js", [True, False], ids=["with JavaScript", "without"])
def test_what_is_sent_after_half_an_hour_stands_on_its_page_after_the_login(
    opens: Opens, service: Service, clock: Clock, js: bool
) -> None:
    page = opens("asha", js=js)
    page.goto("/desk/new")
    page.fill("#phone", "99999 00007")
    page.fill("#note", WORDS)
    assert not js or until(lambda: WORDS in kept(service)), "else the page itself leads to the login, a second later"
    clock.goes_on(minutes=31)
    page.click("button.first")
    page.wait_for_selector("#password")
    expect(page.get_by_role("alert")).to_contain_text("What you typed is kept")
    comes_in(page, "asha")
    expect(page.locator("#note")).to_have_value(WORDS)
    expect(page.locator("#phone")).to_have_value("99999 00007")


def test_the_next_person_at_a_shared_desk_finds_nothing_of_it_whatever_they_press(
    opens: Opens, service: Service
) -> None:
    page = opens("asha")
    page.goto("/desk/new")
    types(page, "#note", WORDS)
    assert until(lambda: kept(service) == [WORDS, "main", "en", "booking"] or WORDS in kept(service))
    page.click("header form:has(button:text('Log out')) button")
    page.wait_for_selector("#password")
    comes_in(page, "meena")
    for _ in range(4):
        page.go_back()
        page.wait_for_load_state()
        assert WORDS not in page.content()
        if page.locator("#note").count():
            assert page.input_value("#note") == ""
    page.goto("/desk/new")
    expect(page.locator("#note")).to_have_value("")
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert WORDS not in stored
    assert "token" not in stored
    assert WORDS in kept(service)


def test_what_was_typed_elsewhere_is_told_of_and_discarded(opens: Opens, service: Service) -> None:
    page = opens("asha", size="phone")
    page.goto("/desk/blocked")
    types(page, "#reason", WORDS)
    page.click("nav >> text=Reports")
    page.wait_for_url("**/desk/reports")
    assert until(lambda: WORDS in kept(service))
    page.reload()
    expect(page.locator("main section.notice.row")).to_contain_text("you typed something")
    assert faults(page) == []
    page.click("main section.notice.row a")
    expect(page.locator("#reason")).to_have_value(WORDS)
    page.click("text=Discard it")
    expect(page.locator("#reason")).to_have_value("")
    assert kept(service) == []


def test_an_outcome_takes_the_note_along_that_was_typed_beside_it(opens: Opens, service: Service) -> None:
    call = service.phone.rings().press(*CALLBACK)
    page = opens("asha")
    page.click("text=Take and call")
    types(page, "#note", WORDS)
    page.click("button[value=no_answer]")
    page.wait_for_selector("#list")
    page.goto(f"/desk/requests/{call.reference}")
    expect(page.locator("#history")).to_contain_text(WORDS)
    assert kept(service) == []


@pytest.mark.parametrize("js", [True, False], ids=["with JavaScript", "without"])
def test_enter_beside_an_hour_books_and_reports_nothing_else(
    opens: Opens, service: Service, clock: Clock, js: bool
) -> None:
    service.phone.rings().press(*CALLBACK)
    page = opens("asha", js=js)
    page.click("text=Take and call")
    ready(page, "#booked-day")
    later = clock() + timedelta(days=1)
    page.fill("#later-day", f"{later:%Y-%m-%d}")
    page.fill("#later-hour", "10:35")
    page.press("#later-hour", "Enter")
    if js:
        page.wait_for_selector("#list")
    else:
        page.wait_for_url("**/times")
        expect(page.locator("#later-hour")).to_have_value("10:35")
    outcomes = {each.what for each in service.services.desk.store.history(1)}
    assert outcomes == ({"made", "taken", "later"} if js else {"made", "taken"})


@pytest.mark.parametrize("words", ["en", "hi"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_a_page_older_than_the_login_shows_what_was_typed_and_sends_it(
    opens: Opens, service: Service, size: str, words: str
) -> None:
    page = opens("asha", size=size, words=words)
    page.goto("/desk/new")  # a page that does not ask by itself what is new, and so stays during the login beside it
    other = page.context.new_page()
    other.goto("/desk/me")
    other.click("header .me form:last-child button")
    comes_in(other, "asha")
    page.fill("#phone", "99999 00007")
    page.fill("#note", WORDS)
    page.click("main button.first")
    expect(page.locator("main p.name")).to_have_text(["99999 00007", WORDS])
    assert faults(page) == []
    page.click("main button.first")
    expect(page.locator("#history")).to_contain_text(WORDS)

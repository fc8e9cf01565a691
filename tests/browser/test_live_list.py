"""The open page of the list while the list changes: focus and selection stay, and nothing is announced without news."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ivr.desk.requests import Outcome, OutcomeReport
from ivr.storage.audit import By
from tests.browser.conftest import Opens, Service, ready
from tests.people import Clock

pytestmark = pytest.mark.slow

CALLBACK = ("2", "1", "1", "1")

AT = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"
CHOSEN = "getSelection().toString()"


def changed(page: Page, happens: Callable[[], object]) -> None:
    """Let something happen elsewhere, and wait until the words of the open list have changed."""
    words = page.inner_text("main")
    happens()
    page.wait_for_function("words => document.querySelector('main').innerText !== words", arg=words)


def test_the_keyboard_stays_when_the_list_changes_and_the_minute_turns(
    opens: Opens, service: Service, clock: Clock
) -> None:
    call = service.phone.rings().press(*CALLBACK)
    page = opens()
    page.get_by_role("button", name=f"Take and call: {call.reference}").focus()
    changed(page, lambda: service.phone.rings(caller="+919999900002").press(*CALLBACK))
    assert page.evaluate(AT) == f"Take and call: {call.reference}"
    changed(page, lambda: clock.goes_on(minutes=3))
    expect(page.locator(".card").first).to_contain_text("3 min late")
    assert page.evaluate(AT) == f"Take and call: {call.reference}"
    changed(page, lambda: service.services.desk.moves.take(2, By("meena", clock())))
    assert page.evaluate(AT) == f"Take and call: {call.reference}"
    page.keyboard.press("Enter")
    page.wait_for_selector("h2:text-is('Outcome')")
    assert service.services.desk.store.request(1).taken_by == "asha"


def test_the_keyboard_stays_at_a_card_that_moves_in_the_list(opens: Opens, service: Service, clock: Clock) -> None:
    """The keyboard's focus stays on a card that moves to the end of the list because its request is now due later."""
    for number in ("1", "2", "3"):
        service.phone.rings(caller=f"+91999990000{number}").press(*CALLBACK)
        clock.goes_on(minutes=1)
    page, by = opens(), By("meena", clock())
    page.locator("#request-1 a").focus()
    where = page.evaluate(AT)
    service.services.desk.moves.take(1, by)
    report = OutcomeReport(Outcome.NO_ANSWER)
    changed(page, lambda: service.services.desk.moves.report(1, report, by))
    assert page.locator(".card").last.get_attribute("id") == "request-1"
    assert page.evaluate(AT) == where


def test_where_the_card_goes_the_keyboard_goes_on_at_the_next(opens: Opens, service: Service, clock: Clock) -> None:
    for number in ("1", "2"):
        service.phone.rings(caller=f"+91999990000{number}").press(*CALLBACK)
    page, by = opens(), By("meena", clock())
    page.locator("#request-1 a").focus()
    service.services.desk.moves.take(1, by)
    changed(page, lambda: service.services.desk.moves.report(1, OutcomeReport(Outcome.SETTLED), by))
    expect(page.locator(".card")).to_have_count(1)
    assert page.evaluate("document.activeElement.closest('.card').id") == "request-2"
    service.services.desk.moves.take(2, by)
    changed(page, lambda: service.services.desk.moves.report(2, OutcomeReport(Outcome.SETTLED), by))
    expect(page.locator(".card")).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "list"


def test_a_selection_stays_when_the_list_changes_and_the_minute_turns(
    opens: Opens, service: Service, clock: Clock
) -> None:
    service.phone.rings().press(*CALLBACK)
    page = opens()
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#request-1 h3'))")
    chosen = page.evaluate(CHOSEN)
    assert "99999 00001" in chosen
    changed(page, lambda: service.phone.rings(caller="+919999900002").press(*CALLBACK))
    changed(page, lambda: clock.goes_on(minutes=2))
    assert page.evaluate(CHOSEN) == chosen


def test_an_open_card_keeps_keyboard_selection_and_what_is_unfolded(
    opens: Opens, service: Service, clock: Clock
) -> None:
    call = service.phone.rings().press(*CALLBACK)
    page = opens()
    page.goto(f"/desk/requests/{call.reference}")
    page.get_by_role("button", name="Take and call").focus()
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#history li'))")
    chosen = page.evaluate(CHOSEN)
    changed(page, lambda: clock.goes_on(minutes=2))
    by = By("meena", clock())
    changed(page, lambda: service.services.desk.moves.write_note(1, "her knee", by))
    assert page.evaluate(AT).strip() == "Take and call"
    assert page.evaluate(CHOSEN) == chosen


def test_a_list_without_news_is_left_alone(opens: Opens, service: Service, clock: Clock) -> None:
    """The browser replaces nothing on the list when a note is written, since the list does not show notes."""
    service.phone.rings().press(*CALLBACK)
    page = opens()
    page.evaluate(
        """() => { window.swaps = 0; window.asked = 0;
        document.addEventListener("htmx:afterSwap", () => { window.swaps += 1 });
        document.addEventListener("htmx:afterRequest", () => { window.asked += 1 }) }"""
    )
    service.services.desk.moves.write_note(1, "her knee", By("meena", clock()))
    page.wait_for_function("() => window.asked >= 2")
    assert page.evaluate("window.swaps") == 0
    changed(page, lambda: clock.goes_on(minutes=2))
    assert page.evaluate("window.swaps") == 1


def test_undo_stays_while_the_keyboard_is_at_it(opens: Opens, service: Service) -> None:
    service.phone.rings().press(*CALLBACK)
    page = opens()
    page.clock.install()
    page.click("text=Take and call")
    page.click("button[value=no_answer]")
    ready(page, "[data-fades] button").focus()
    page.clock.fast_forward(11_000)
    assert page.evaluate(AT).strip() == "Undo"
    page.locator("#list a").first.focus()
    expect(page.locator("[data-fades]")).to_have_count(0)


# -- copying


def test_the_number_is_copied_and_the_button_says_so(opens: Opens, service: Service) -> None:
    call = service.phone.rings().press(*CALLBACK)
    page = opens()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/desk/requests/{call.reference}")
    page.click("text=Copy")
    expect(page.locator("[data-copy]")).to_have_text("Copied")
    page.locator("#note").focus()
    page.keyboard.press("Control+V")
    expect(page.locator("#note")).to_have_value("+919999900001")


@pytest.mark.parametrize("words", ["en", "hi"])
def test_where_the_browser_copies_nothing_the_page_says_so_and_selects_it(
    opens: Opens, service: Service, words: str
) -> None:
    """Without a clipboard, as over plain http from another machine, the page selects the words for copying by hand."""
    call = service.phone.rings().press(*CALLBACK)
    page = opens(words=words, at="desk.test")
    page.goto(f"/desk/requests/{call.reference}")
    assert page.evaluate("[isSecureContext, typeof navigator.clipboard]") == [False, "undefined"]
    page.click("[data-copy]")
    told = {"en": "please copy it by hand", "hi": "ख़ुद कॉपी कर लीजिए"}[words]
    expect(page.get_by_role("alert")).to_contain_text(told)
    field = page.locator(".by-hand textarea")
    expect(field).to_have_value("+919999900001")
    expect(field).to_be_focused()
    assert page.evaluate("document.activeElement.selectionEnd") == len("+919999900001")

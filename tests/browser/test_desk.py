"""The desk in a real browser: lists update live, one person owns a card, typed text stays, a keyboard is enough."""

from playwright.sync_api import expect

from ivr.storage.audit import By
from tests.browser.conftest import Opens, Service, next_look_brings
from tests.people import Clock

CALLBACK = ("2", "1", "1", "1")


def test_a_request_that_is_rung_in_appears_with_the_next_look_of_an_open_page(opens: Opens, service: Service) -> None:
    """An open page asks for news every 1.5 seconds, and shows the request with the first answer."""
    page = opens()
    expect(page.locator(".card")).to_have_count(0)
    next_look_brings(page, "#list", service.phone.rings().press(*CALLBACK).reference)
    page.wait_for_selector(".card")
    expect(page).to_have_title("(1) The desk")


def test_of_two_browsers_that_race_for_a_card_one_wins_and_the_other_is_told_by_whom(
    opens: Opens, service: Service
) -> None:
    service.phone.rings().press(*CALLBACK)
    first, second = opens("asha"), opens("meena", js=False)
    first.click("text=Take and call")
    first.wait_for_selector("h2:text-is('Outcome')")
    second.click("text=Take and call")
    expect(second.get_by_role("alert")).to_have_text("asha has taken this request.")
    expect(second.locator(".outcomes")).to_have_count(0)


def test_other_peoples_moves_show_on_an_open_card_and_nothing_typed_is_lost(opens: Opens, service: Service) -> None:
    call = service.phone.rings().press(*CALLBACK)
    mine = opens("asha")
    mine.goto(f"/desk/requests/{call.reference}")
    mine.fill("#note", "her daughter will answer")
    theirs = opens("meena")
    theirs.click("text=Take and call")
    theirs.wait_for_selector("h2:text-is('Outcome')")
    next_look_brings(mine, "#live", "Taken by meena")
    expect(mine.locator("#live")).to_contain_text("Taken by meena")
    expect(mine.locator("#note")).to_have_value("her daughter will answer")
    mine.click("text=Save the note")
    expect(mine.locator("#history")).to_contain_text("her daughter will answer")


def test_a_note_being_written_stays_when_a_second_factor_is_required_and_the_next_step_leads_to_it(
    opens: Opens, service: Service, clock: Clock
) -> None:
    service.phone.rings().press(*CALLBACK)
    page = opens("meena")
    page.click("#list a")
    page.fill("#note", "her knee, since Tuesday")
    service.services.staff.accounts.require_of_everybody(True, By("asha", clock()))
    expect(page.get_by_role("alert")).to_contain_text("until you have set it up")
    expect(page.locator("#note")).to_have_value("her knee, since Tuesday")
    expect(page.locator(".tel")).to_contain_text("99999 00001")
    page.click("header a")
    page.wait_for_url("**/desk/me/second-factor")


def test_what_was_typed_stays_when_somebody_else_was_first(opens: Opens, service: Service, clock: Clock) -> None:
    service.phone.rings().press(*CALLBACK)
    page = opens("asha")
    page.click("text=Take and call")
    page.wait_for_selector("#booked-day")
    page.fill("#booked-day", "2026-11-25")
    page.fill("#booked-hour", "10:30")
    service.services.desk.moves.pass_on(1, "meena", By("asha", clock()))
    page.click("button[value=booked]")
    expect(page.get_by_role("alert")).to_have_text("meena has taken this request.")


def test_no_answer_puts_it_back_with_a_later_due_time_inside_opening_hours_and_can_be_undone(
    opens: Opens, service: Service, clock: Clock
) -> None:
    clock.shows(2026, 11, 23, 20, 15)
    service.phone.rings().press(*CALLBACK)
    page = opens()
    page.click("text=Take and call")
    page.click("button[value=no_answer]")
    expect(page.locator(".card")).to_contain_text("1 try")
    due = service.services.desk.store.waiting()[0].due
    assert service.services.clinic.line("main").hours.local(due).strftime("%a %H:%M") == "Tue 09:00"
    page.click("text=Undo")
    expect(page.locator("#live")).to_contain_text("Taken by you")
    assert service.services.desk.store.waiting()[0].tries == 0


def test_the_essential_moves_work_without_javascript(opens: Opens, service: Service) -> None:
    service.phone.rings().press(*CALLBACK)
    page = opens(js=False)
    page.click("text=Take and call")
    page.click("button[value=settled]")
    expect(page.locator(".card")).to_have_count(0)


def test_everything_is_reached_by_keyboard(opens: Opens, service: Service) -> None:
    service.phone.rings().press(*CALLBACK)
    page = opens(js=False)

    def to(words: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if words in page.evaluate("document.activeElement.textContent"):
                return
        raise AssertionError(f"{words} is not reached by keyboard")

    to("Take")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    to("Resolved")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".card")).to_have_count(0)


def test_somebody_at_the_counter_is_written_down(opens: Opens, service: Service) -> None:
    page = opens()
    page.click("text=New request")
    page.fill("#phone", "099999 00007")
    page.fill("#note", "knee, prefers mornings")
    page.click("button.first")
    expect(page.locator("#history")).to_contain_text("knee, prefers mornings")
    assert service.services.desk.store.waiting()[0].source == "counter"


def test_the_card_says_what_to_say_in_the_patients_language(opens: Opens, service: Service) -> None:
    service.phone.rings(lang="hi").press("1", "2", "1", "1", "1")
    page = opens()
    page.click("text=Take and call")
    expect(page.locator(".say")).to_contain_text("कल, मंगलवार को, सुबह")
    expect(page.locator("a.tel")).to_have_attribute("href", "tel:+919999900001")

"""The number of taps for common work on a telephone's screen of 360 pixels, and how that screen shows news.

Key presses do not count as taps.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from ivr.desk.requests import Outcome, OutcomeReport
from ivr.diary.desk_diary import DeskBooking
from ivr.line.phones import Phone
from ivr.storage.audit import By
from tests.browser.conftest import Opens, Service, ready
from tests.browser.test_every_page import violations
from tests.people import Clock

pytestmark = pytest.mark.slow

BOOK = ("1", "2", "1", "1", "1")
"""The keys of a call that asks for an appointment tomorrow morning."""

DIALS = """document.addEventListener("click", (event) => {
  const call = event.target.closest?.("a[href^='tel:']");
  if (call) { dialled(call.href); event.preventDefault(); }
}, true)"""


class Finger:
    """A person who taps only on what is visible without scrolling, and the number of the person's taps."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0

    def taps_on(self, selector: str) -> None:
        found = ready(self.page, selector)
        box, size = found.bounding_box(), self.page.viewport_size
        assert box is not None
        assert size is not None
        assert box["y"] + box["height"] / 2 < size["height"], f"{selector} is not in sight"
        self.taps += 1
        found.click()


def with_telephone(page: Page) -> list[str]:
    """Return a list that gets each telephone number which the page dials from now on."""
    dialled: list[str] = []
    page.expose_function("dialled", lambda number: dialled.append(number))  # noqa: PLW0108 - it asks for a function
    page.add_init_script(DIALS)
    page.reload()
    page.wait_for_selector("#list")
    return dialled


def test_take_and_call_takes_one_tap_and_a_wished_time_one_more(opens: Opens, service: Service) -> None:
    service.phone.rings().press(*BOOK)
    page = opens(size="phone")
    dialled, finger = with_telephone(page), Finger(page)
    finger.taps_on("button:has-text('Take and call')")
    page.wait_for_url("**/desk/requests/*")
    assert (dialled, finger.taps) == (["tel:+919999900001"], 1)
    assert service.services.desk.store.request(1).taken_by == "asha"
    finger.taps_on(".chip[name=at]")
    page.wait_for_url("**/desk")
    assert finger.taps == 2
    (found,) = service.services.diary.reads.of_phone("+919999900001")
    assert found.starts.isoformat() == "2026-11-24T03:30:00+00:00"


def test_another_day_takes_four_taps_and_what_was_typed_stays(opens: Opens, service: Service) -> None:
    service.phone.rings().press(*BOOK)
    page = opens(size="phone")
    finger = Finger(page)
    finger.taps_on("button:has-text('Take and call')")
    page.locator("#note").evaluate("each => { each.value = 'by bus' }")
    finger.taps_on("summary:has-text('Another day')")
    finger.taps_on(".chip[name=on] >> nth=3")
    expect(page.locator("#free")).to_have_text("Free: Thu 26 Nov")
    finger.taps_on(".chip[name=at]")
    page.wait_for_url("**/desk")
    assert finger.taps == 4
    assert "by bus" in [each.detail for each in service.services.desk.store.history(1)]
    (found,) = service.services.diary.reads.of_phone("+919999900001")
    assert found.starts.isoformat() == "2026-11-26T03:30:00+00:00"


def test_what_is_my_appointment_takes_one_tap_and_four_digits(opens: Opens, service: Service, clock: Clock) -> None:
    service.phone.rings().press(*BOOK)
    service.services.desk.moves.take(1, By("asha", clock()))
    at = clock() + timedelta(days=1)
    service.services.desk.moves.report(1, OutcomeReport(Outcome.BOOKED, at), By("asha", clock()))
    page = opens(size="phone")
    finger = Finger(page)
    finger.taps_on("#q")
    page.keyboard.type("0001")
    expect(page.locator("#found .card").first).to_contain_text("Tue 24 Nov, 14:00")
    assert (finger.taps, page.url.rpartition("/")[2]) == (1, "desk")
    page.keyboard.type("9")
    expect(page.locator("#found")).to_contain_text("Nothing found")
    assert page.evaluate("document.activeElement.id") == "q"


def books(service: Service, clock: Clock, hour: int = 16) -> int:
    wanted = DeskBooking(
        clock().replace(hour=hour), Phone("+919999900001"), "Made Up", "main", "en", "000001", schedule="1"
    )
    return service.services.diary.desk.book(wanted, By("meena", clock()))


@pytest.mark.parametrize("words", ["en", "hi"])
def test_an_appointment_is_moved_with_four_taps_and_four_digits(
    opens: Opens, service: Service, clock: Clock, words: str
) -> None:
    """An appointment is found by four digits and moved to another day with four taps.

    A move on the same day takes one tap less.
    """
    made = books(service, clock)
    page = opens(size="phone", words=words)
    finger = Finger(page)
    finger.taps_on("#q")
    page.keyboard.type("0001")
    finger.taps_on("#found .card a")
    page.locator("#note").evaluate("each => { each.value = 'by bus' }")
    finger.taps_on(".chip[name=on] >> nth=2")
    expect(page.locator("#move")).to_contain_text("25")
    assert page.evaluate("document.activeElement.id") == "on-2026-11-25", "the keyboard is where it was"
    assert violations(page) == []
    finger.taps_on("#free-times button")
    expect(page.get_by_role("status")).to_be_visible()
    assert finger.taps == 4
    found = service.services.diary.reads.appointment(made)
    assert found.starts == clock().replace(day=25, hour=9)
    assert "by bus" in [each.detail for each in service.services.diary.reads.history(made)]


def closes_early(page: Page, hour: str) -> Finger:
    """Open the form for an early closing from the list, and type the hour. Return the Finger, which counts the taps."""
    page.goto("/desk")
    finger = Finger(page)
    finger.taps_on("nav a[href='/desk/hours']")
    finger.taps_on("summary >> nth=1")
    finger.taps_on("#early-time")
    page.fill("#early-time", hour)
    return finger


@pytest.mark.parametrize("words", ["en", "hi"])
def test_closing_early_takes_four_taps_and_shows_whom_it_touches_before(
    opens: Opens, service: Service, clock: Clock, words: str
) -> None:
    for hour in range(15, 20):
        books(service, clock, hour)
    finger = closes_early(opens(size="phone", words=words), "15:30")
    expect(finger.page.locator("details[open] .whom li")).to_have_count(4)
    expect(finger.page.locator("details[open] .whom")).to_contain_text("Made Up, 99999 00001")
    assert violations(finger.page) == []
    assert service.services.hours.closures.current(clock().date()) == []
    finger.taps_on("details[open] button.first")
    expect(finger.page.get_by_role("status")).to_contain_text("4")
    assert finger.taps == 4
    assert len(service.services.desk.store.waiting()) == 4


def test_whoever_is_touched_since_the_page_has_shown_it_is_shown_first(
    opens: Opens, service: Service, clock: Clock
) -> None:
    finger = closes_early(opens(size="phone"), "15:30")
    expect(finger.page.locator("details[open]")).to_contain_text("No patient is affected.")
    books(service, clock)
    finger.taps_on("details[open] button.first")
    expect(finger.page.get_by_role("heading", name="Patients affected")).to_be_visible()
    assert service.services.hours.closures.current(clock().date()) == []
    finger.taps_on("button.first")
    expect(finger.page.get_by_role("status")).to_contain_text("On the waiting list now, to be told: 1.")


def test_without_javascript_a_page_shows_whom_closing_early_touches(
    opens: Opens, service: Service, clock: Clock
) -> None:
    books(service, clock)
    page = opens(size="phone", js=False)
    finger = closes_early(page, "15:30")
    finger.taps_on("details[open] button.first")
    expect(page.locator("main")).to_contain_text("Made Up, 99999 00001")
    assert service.services.hours.closures.current(clock().date()) == []
    page.click("button.first")
    expect(page.get_by_role("status")).to_contain_text("On the waiting list now, to be told: 1.")


def test_whoever_comes_second_calls_nobody_and_is_told_who_was_first(
    opens: Opens, service: Service, clock: Clock
) -> None:
    service.phone.rings().press(*BOOK)
    page = opens(size="phone")

    def somebody_is_first(route: Route) -> None:
        if service.services.desk.store.request(1).taken_by is None:
            service.services.desk.moves.take(1, By("meena", clock()))
        route.continue_()

    page.route("**/take", somebody_is_first)
    dialled = with_telephone(page)
    page.click("text=Take and call")
    expect(page.get_by_role("alert")).to_have_text("meena has taken this request.")
    assert dialled == []


@pytest.mark.parametrize("words", ["en", "hi"])
def test_the_outcomes_and_the_times_are_in_sight_without_scrolling(opens: Opens, service: Service, words: str) -> None:
    service.phone.rings().press(*BOOK)
    service.services.desk.moves.name(1, "Somebody with quite a Long Name", By("asha", service.services.clock()))
    service.services.desk.moves.take(1, By("asha", service.services.clock()))
    page = opens(size="phone", words=words)
    page.goto(f"/desk/requests/{service.services.desk.store.request(1).reference}")
    bottoms = page.evaluate(
        """[...document.querySelectorAll('.outcomes button, .chip[name=at]')]
        .map((each) => each.getBoundingClientRect().bottom)"""
    )
    assert len(bottoms) > 10
    assert max(bottoms) <= 740


def test_a_time_is_booked_and_another_day_is_seen_without_javascript(opens: Opens, service: Service) -> None:
    service.phone.rings().press(*BOOK)
    page = opens(size="phone", js=False)
    page.click("text=Take and call")
    page.locator("#note").evaluate("each => { each.value = 'by bus' }")
    page.click("summary:has-text('Another day')")
    page.click(".chip[name=on] >> nth=3")
    expect(page.locator("#note")).to_have_value("by bus")
    page.click(".chip[name=at] >> nth=0")
    expect(page.locator("[data-fades]")).to_contain_text("Thu 26 Nov, 09:00")
    page.fill("#q", "0001")
    page.click("#search button")
    expect(page.locator("#found .card").first).to_contain_text("Thu 26 Nov, 09:00")


# -- what is due makes itself known

KNOWN = """window.told = 0;
window.Notification = class { constructor() { window.told += 1; } };
Notification.permission = "default";
Notification.requestPermission = async () => (Notification.permission = "granted");
window.tones = 0;
window.AudioContext = class extends AudioContext {
  createOscillator() { window.tones += 1; return super.createOscillator(); }
};"""


def becomes_due(page: Page, service: Service, number: int) -> None:
    service.phone.rings(caller=f"+9199999000{number:02}").press("2", "1", "1", "1")
    page.wait_for_selector(f"#request-{number}")


def test_a_request_that_is_due_makes_itself_known_where_somebody_wished_it(opens: Opens, service: Service) -> None:
    page = opens(size="phone")
    page.add_init_script(KNOWN)
    page.reload()
    heard: Callable[[], object] = lambda: page.evaluate("[window.tones, window.told]")  # noqa: E731 - a question
    becomes_due(page, service, 1)
    assert heard() == [0, 0], "off by default"
    page.get_by_label("by a sound").check()
    page.get_by_label("by a notification").check()
    before = page.evaluate("window.tones")
    becomes_due(page, service, 2)
    page.wait_for_function("() => window.told === 1")
    assert page.evaluate("window.tones") == before + 1
    page.reload()
    expect(page.get_by_label("by a sound")).to_be_checked()
    assert heard() == [0, 0], "what was due already is no news"

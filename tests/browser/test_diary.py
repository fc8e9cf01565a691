"""The diary in a real browser, on a telephone's screen of 360 pixels: taps are counted, and nothing typed is lost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from ivr.diary.appointments import AppointmentStatus, Whose
from ivr.diary.desk_diary import DeskBooking, NameAndNote
from ivr.diary.diary import book
from ivr.line.phones import Phone
from ivr.storage.audit import By
from tests.browser.conftest import Opens, Service, ready
from tests.browser.test_every_page import violations
from tests.diary import asked, wished
from tests.people import Clock

pytestmark = pytest.mark.slow


@dataclass
class Taps:
    """Somebody who taps on a page of the diary, and the number of their taps."""

    page: Page
    count: int = 0

    def on(self, what: str | Locator) -> None:
        place = ready(self.page, what) if isinstance(what, str) else what
        place.click()
        self.count += 1

    def types(self, words: str) -> None:
        """Type into the focused field; the focus is there by a tap, or because the page itself has set it."""
        ready(self.page, "input:focus, textarea:focus")
        self.page.keyboard.type(words)


def books(service: Service, clock: Clock, hour: int = 16, number: int = 1) -> int:
    starts = clock().replace(hour=hour)
    wanted = DeskBooking(starts, Phone(f"+91999990000{number}"), f"Made Up {number}", "main", "en", f"{number:06}", "1")
    return service.services.diary.desk.book(wanted, By("meena", clock()))


def changed(page: Page, happens: Callable[[], object]) -> None:
    """Let something happen elsewhere, and wait until the words of the open page have changed."""
    words = page.inner_text("main")
    happens()
    page.wait_for_function("words => document.querySelector('main').innerText !== words", arg=words)


def test_a_walk_in_is_booked_with_six_taps_and_the_digits(opens: Opens, service: Service) -> None:
    taps = Taps(opens(size="phone"))
    taps.on("nav >> text=Diary")
    taps.on("#free-1-1430 a")
    expect(taps.page.locator("#phone")).to_be_focused()
    taps.types("9999900001")
    taps.on("#name")
    taps.types("Made Up")
    taps.on("button.first")
    expect(taps.page.locator(".time.taken")).to_contain_text("14:30–15:00 Made Up")
    assert taps.count == 4


def test_who_is_known_for_the_number_is_a_tap_away(opens: Opens, service: Service, clock: Clock) -> None:
    books(service, clock)
    taps = Taps(opens(size="phone"))
    taps.on("nav >> text=Diary")
    taps.on("text=Next free")
    expect(taps.page.locator(".marked")).to_be_focused()
    expect(taps.page.locator(".marked")).to_have_text("14:30")
    taps.on(".marked")
    taps.types("99999 00001")
    expect(taps.page.locator("#names")).to_contain_text("Mon 23 Nov, 16:00")
    taps.on("#names button")
    expect(taps.page.locator("#name")).to_have_value("Made Up 1")
    taps.on("button.first")
    expect(taps.page.locator(".time.taken").first).to_contain_text("14:30–15:00 Made Up 1")
    assert taps.count == 5


def test_an_appointment_is_moved_from_the_diary_with_four_taps(opens: Opens, service: Service, clock: Clock) -> None:
    made = books(service, clock)
    taps = Taps(opens(size="phone"))
    taps.on("nav >> text=Diary")
    taps.on(f"#appointment-{made} a")
    taps.on("#to-1-1700 button")
    expect(taps.page.get_by_role("status")).to_contain_text("to Mon 23 Nov, 17:00.")
    assert taps.count == 3
    taps.on("text=Undo")
    expect(taps.page.locator("#live")).to_contain_text("Mon 23 Nov, 16:00")


def test_a_waiting_request_is_given_a_time_of_the_diary(opens: Opens, service: Service) -> None:
    service.phone.rings().press("1", "2", "1", "1", "1")
    page = opens(size="phone")
    page.goto("/desk/diary?day=2026-11-24&request=1")
    taps = Taps(page)
    taps.on("#free-1-1030 a")
    taps.on("button.first")
    expect(page.locator(".time.taken")).to_contain_text("10:30–11:00 99999 00001")
    assert taps.count == 2
    page.goto("/desk")
    expect(page.locator(".card")).to_have_count(0)


def test_an_open_day_shows_what_others_do_and_the_keyboard_stays(opens: Opens, service: Service, clock: Clock) -> None:
    page = opens()
    page.goto("/desk/diary")
    at = "document.activeElement.textContent.trim()"
    page.locator("#free-1-1700 a").focus()
    changed(page, lambda: books(service, clock))
    expect(page.locator(".time.taken")).to_contain_text("Made Up 1")
    assert page.evaluate(at) == "17:00"
    changed(page, lambda: books(service, clock, hour=17, number=2))
    assert page.evaluate(at).startswith("17:00–17:30"), "its time is taken, and the keyboard is where it was"
    changed(page, lambda: service.services.diary.desk.mark(2, AppointmentStatus.ARRIVED, By("meena", clock())))
    assert page.evaluate(at).startswith("17:00–17:30")


def test_what_is_typed_stays_while_a_colleague_changes_the_appointment(
    opens: Opens, service: Service, clock: Clock
) -> None:
    made = books(service, clock)
    page = opens()
    page.goto(f"/desk/diary/{made}")
    page.fill("#note", "her left knee")
    page.fill("#hour", "18:05")
    changed(page, lambda: service.services.diary.desk.mark(made, AppointmentStatus.ARRIVED, By("meena", clock())))
    expect(page.locator("#note")).to_have_value("her left knee")
    expect(page.locator("#hour")).to_have_value("18:05")
    page.click("button:text-is('Move the appointment')")
    expect(page.locator("#live")).to_contain_text("18:05")
    expect(page.locator("#history")).to_contain_text("her left knee")


@pytest.mark.parametrize("js", [True, False])
def test_the_keyboard_alone_books_and_enter_never_does_it_all_the_same(
    opens: Opens, service: Service, clock: Clock, js: bool
) -> None:
    books(service, clock)
    page = opens(js=js)
    page.goto("/desk/diary/book?day=2026-11-23&hour=16:10&column=1")
    page.focus("#phone")
    page.keyboard.type("99999 00002")
    for _ in range(2):
        page.focus("#name")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Made Up 1 has that time: 16:00 to 16:30.")
    page.click("text=Book it anyway")
    expect(page.locator(".times")).to_contain_text("beside another")


def test_without_javascript_all_of_it_works(opens: Opens, service: Service, clock: Clock) -> None:
    books(service, clock)
    page = opens(js=False, size="phone")
    page.click("nav >> text=Diary")
    page.click("#free-1-1430 a")
    page.fill("#phone", "99999 00001")
    page.click("text=Names of this number")
    page.click("#names button")
    expect(page.locator("#name")).to_have_value("Made Up 1")
    page.click("button.first")
    page.click("#appointment-2 a")
    page.click("#to-1-1700 button")
    page.click("text=Cancel the appointment")
    page.click("text=Undo")
    expect(page.locator("#live")).to_contain_text("17:00")
    page.goto("/desk/diary/blocks")
    page.fill("#words", "a meeting")
    page.fill("#from", "16:00")
    page.fill("#until", "17:30")
    page.click("button.first")
    expect(page.get_by_role("alert")).to_contain_text("2 appointments are in that time.")
    page.click("text=Block it anyway")
    expect(page.locator(".time.blocked")).to_contain_text("16:00–17:30 a meeting")


def test_a_refused_form_and_what_is_told_before_keep_nobody_out_and_fit(
    opens: Opens, service: Service, clock: Clock
) -> None:
    books(service, clock)
    page = opens(size="phone", words="hi", dark=True)
    page.goto("/desk/diary/book?day=2026-11-23&hour=16:00&column=1")
    page.click("button.first")
    expect(page.get_by_role("alert")).to_be_visible()
    found = {"refused": violations(page)}
    page.fill("#name", "Made Up Two")
    page.click("button.first")
    expect(page.locator("#concerns")).to_contain_text("Made Up 1")
    found["told"] = violations(page)
    page.goto("/desk/diary/blocks")
    page.fill("#from", "16:00")
    page.fill("#until", "17:00")
    page.click("button.first")
    expect(page.get_by_role("alert")).to_contain_text("Made Up 1")
    found["touched"] = violations(page)
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert found == {"refused": [], "told": [], "touched": []}


def somebody_fills(service: Service, clock: Clock) -> None:
    """Make a flood: five bookings by telephone within five minutes, for keyed numbers."""
    with service.services.database.writing() as write:
        for place in range(5):
            starts = clock().replace(hour=16) + timedelta(minutes=30 * place)
            made = clock() - timedelta(minutes=place)
            book(write, wished(starts, place, whose=Whose.KEYED, created=made), asked(starts))


@pytest.mark.parametrize("words", ["en", "hi"])
def test_a_flood_is_freed_with_two_taps_from_the_list_and_taken_back(
    opens: Opens, service: Service, clock: Clock, words: str
) -> None:
    """A tap on the list shows a flood of bookings, a second frees their times, and one more restores them."""
    page = opens(size="phone", words=words, dark=words == "hi")
    changed(page, lambda: somebody_fills(service, clock))
    taps = Taps(page)
    taps.on("#list a[href='/desk/diary/floods']")
    expect(page.locator("input[type=checkbox]:checked")).to_have_count(5)
    found = violations(page)
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    taps.on("button.first")
    assert taps.count == 2
    expect(page.get_by_role("status")).to_contain_text("5")
    day = clock().replace(hour=0)
    reads = service.services.diary.reads
    assert {getattr(each, "status", "") for each in reads.between(day, day + timedelta(days=1))} == {"cancelled"}
    taps.on(".card.closed button")
    expect(page.locator(".flood")).to_be_visible()
    assert {getattr(each, "status", "") for each in reads.between(day, day + timedelta(days=1))} == {"booked"}
    assert [*found, *violations(page)] == []


def test_a_printed_day_has_names_and_notes_and_nothing_to_tap(opens: Opens, service: Service, clock: Clock) -> None:
    made = books(service, clock)
    service.services.diary.desk.keep(made, NameAndNote(note="her left knee"), By("asha", clock()))
    page = opens()
    page.goto("/desk/diary")
    page.emulate_media(media="print")
    expect(page.locator("#diary")).to_contain_text("16:00–16:30 Made Up 1")
    for words in ("her left knee", "99999 00001"):
        expect(page.get_by_text(words)).to_be_visible()
    for away in (".time.free >> nth=0", "text=Block times", "text=Next free", "#calendar"):
        expect(page.locator(away)).to_be_hidden()

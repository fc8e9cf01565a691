"""The telephone in a real browser: one click calls the running service; what is heard is spoken and shown.

The browser of the tests has no voice; where one is needed, a stand-in for the browser's own is put into the page.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from testing.servers import until
from tests.browser.conftest import SIZES, logs_in
from tests.browser.test_every_page import violations
from tests.conftest import PASSWORD, PHONE_PAGE
from tests.people import Clock, Phone
from tests.served import rung_by_itself
from tests.web import clinic_with_reception

VOICES = """
window.said = []; window.stopped = 0; window.pending = null;
class SpeechSynthesisUtterance { constructor(text) { this.text = text; } }
const voices = [
  { name: "Some English", lang: "en-US" }, { name: "Indian English", lang: "en_IN" },
  { name: "Hindi", lang: "hi-IN" }, { name: "Google Hindi", lang: "hi-IN" }, { name: "Tamil", lang: "ta-IN" },
];
Object.defineProperty(window, "SpeechSynthesisUtterance", { value: SpeechSynthesisUtterance });
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => voices,
  speak(u) { window.pending = u; window.said.push([u.text, u.lang, u.voice.name]); window.dumb || u.onstart?.({}); },
  cancel() { const u = window.pending; window.pending = null; if (u) { window.stopped++; u.onerror?.({}); } },
} });
window.speaksOn = () => { const u = window.pending; window.pending = null; u.onend({}); };
"""
"""A stand-in for the browser's voices, which speaks each sentence until the test tells it to go on."""

GREETING = ["Arunalaya physiotherapy.", "हिंदी के लिए 9 दबाइए।"]

PicksUp = Callable[..., Page]


@pytest.fixture
def line(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at a service with a reception, on a port where a browser finds it."""
    file = clinic_with_reception(tmp_path)
    with rung_by_itself(tmp_path, sqlite_url, redis_url, clock, CLINIC_FILE=file) as phone:
        phone.services.staff.people.add("asha", PASSWORD, clock(), "manager")
        yield phone


@pytest.fixture
def picks_up(chromium: Browser, line: Phone) -> Iterator[PicksUp]:
    """A function that opens the page of the telephone in a fresh browser; with `voices`, one that can speak."""
    contexts = []

    def open_page(*, size: str = "desk", dark: bool = False, voices: bool = False, **more: Any) -> Page:
        width, height = SIZES[size]
        context = chromium.new_context(
            base_url=line.services.settings.public_base_url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            **more,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        if voices:
            page.add_init_script(VOICES)
        page.goto(PHONE_PAGE)
        return page

    yield open_page
    for context in contexts:
        context.close()


def asked(page: Page) -> None:
    """Wait until the telephone on the page waits for a key."""
    expect(page.locator("#stay-silent")).to_be_enabled()


def rings(page: Page) -> Page:
    page.get_by_role("button", name="Call", exact=True).click()
    asked(page)
    return page


def hears(page: Page, words: str) -> None:
    expect(page.get_by_role("log")).to_contain_text(words)
    asked(page)


def test_one_click_rings_and_five_keys_book_what_the_desk_then_shows(picks_up: PicksUp, line: Phone) -> None:
    page = rings(picks_up(size="phone"))
    for words in ("Which day", "Which part", "We will call the number", "To confirm, press 1.", "Thank you"):
        page.get_by_role("button", name="1", exact=True).click()
        hears(page, words)
    (found,) = line.services.desk.store.waiting()
    hears(page, f"Reference number {found.reference[:3]} {found.reference[3:]}.")
    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_role("status")).to_have_text("The call is over")
    expect(page.get_by_role("button", name="Call", exact=True)).to_be_focused()
    page.goto("/login")
    logs_in(page)
    expect(page.locator("#list")).to_contain_text("99999 00001")


def test_who_hangs_up_without_a_word_is_a_missed_call_at_the_desk(picks_up: PicksUp, line: Phone, clock: Clock) -> None:
    page = rings(picks_up())
    line.services.reports.spool_writer.settle()
    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_role("status")).to_have_text("The call is over")
    assert until(lambda: bool(line.services.desk.missed.standing(clock())))
    (found,) = line.services.desk.missed.standing(clock())
    assert (found.phone.e164, found.how_far.kind) == ("+919999900001", "nothing")


def test_a_withheld_caller_keys_a_number_on_the_computers_keyboard(picks_up: PicksUp, line: Phone) -> None:
    page = picks_up()
    page.select_option("#caller", label="Withheld")
    rings(page)
    for words in ("Which day", "Which part", "We cannot see your number"):
        page.keyboard.press("1")
        hears(page, words)
    page.keyboard.type("9999900003")
    expect(page.locator("#keyed")).to_have_text("9999900003")
    page.keyboard.type("#")
    hears(page, "You press 9999900003")
    for words in ("To confirm, press 1.", "Reference number"):
        page.keyboard.press("1")
        hears(page, words)
    assert [each.phone.e164 for each in line.services.desk.store.waiting()] == ["+919999900003"]


@pytest.mark.parametrize(("size", "dark"), [("phone", True), ("desk", False)])
def test_the_telephone_keeps_nobody_out_and_fits_in_every_state(picks_up: PicksUp, size: str, dark: bool) -> None:
    page = picks_up(size=size, dark=dark, reduced_motion="reduce")
    dead = cuts_the_line(page)
    found = {"idle": looked_at(page)}
    rings(page)
    found["in a call"] = looked_at(page)
    page.keyboard.press("9")
    hears(page, "अपॉइंटमेंट के लिए 1 दबाइए।")
    hindi = page.locator(".sentence", has_text="अपॉइंटमेंट").all()
    assert [each.get_attribute("lang") for each in hindi] == ["hi-IN", "hi-IN"], "to book one, and for one's own"
    found["Hindi"] = looked_at(page)
    page.keyboard.press("0")
    expect(page.get_by_role("button", name="Answers")).to_be_focused()
    found["the reception is rung"] = looked_at(page)
    page.get_by_role("button", name="Declines").click()
    expect(page.get_by_role("log")).to_contain_text("The reception declines")
    asked(page)
    dead.set()
    page.keyboard.press("1")
    expect(page.get_by_role("alert")).to_contain_text("This service does not answer.")
    found["a dead line"] = looked_at(page)
    assert {name: what for name, what in found.items() if what} == {}


def cuts_the_line(page: Page) -> Event:
    """Return an event; once it is set, no key that is pressed on the page reaches the service.

    The route is made in advance: browsers may let one more request past a route that is added later.
    """
    dead = Event()
    page.route("**/phone/go-on", lambda route: route.abort() if dead.is_set() else route.continue_())
    return dead


def looked_at(page: Page) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*violations(page), *(["it is wider than the screen"] if wide else [])]


def test_silence_is_sent_when_its_time_is_over_unless_it_is_not_counted(picks_up: PicksUp) -> None:
    page = picks_up()
    page.clock.install()
    rings(page)
    expect(page.locator("#left-words")).to_have_text("time to read")
    page.clock.run_for(30_000)
    hears(page, "You stay silent")
    hears(page, "You did not press a key.")
    page.get_by_label("Counts silence").uncheck()
    page.clock.run_for(120_000)
    expect(page.locator("#silence")).to_be_hidden()
    assert page.locator(".pressed").count() == 1
    page.get_by_role("button", name="Stay silent").click()
    hears(page, "You still have not pressed a key.")


def speaks(page: Page) -> list[list[str]]:
    said: list[list[str]] = page.evaluate("window.said")
    return said


def test_each_sentence_is_spoken_in_its_language_by_the_best_voice_until_a_key_cuts_it_off(picks_up: PicksUp) -> None:
    page = picks_up(voices=True)
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.locator(".now")).to_have_text(GREETING[0])
    page.keyboard.press("3")
    expect(page.locator(".now")).to_contain_text("Call 112 now")
    page.keyboard.press("9")
    expect(page.get_by_role("status")).to_have_text("This is heard to its end first")
    assert page.evaluate("window.stopped") == 1, "no key cuts off what is said before keys are waited for"
    for words in ("Call 112 now", "This line cannot call an ambulance.", "See a doctor soon"):
        expect(page.locator(".now")).to_contain_text(words)
        page.evaluate("window.speaksOn()")
    expect(page.locator(".now")).to_have_text("What would you like to hear about?")
    page.keyboard.press("9")
    expect(page.locator(".now")).to_have_attribute("lang", "hi-IN")
    assert page.evaluate("window.stopped") == 2
    assert [said[1:] for said in speaks(page)] == [["en-IN", "Indian English"]] * 5 + [["hi-IN", "Google Hindi"]]
    page.get_by_label("Speaks").uncheck()
    hears(page, "अभी क्या करें, यह सुनने के लिए 1 दबाइए।")
    assert len(speaks(page)) == 6, "the rest is shown only"


def test_a_voice_that_never_begins_is_given_up_for_the_rest_of_the_call(picks_up: PicksUp) -> None:
    page = picks_up(voices=True)
    page.evaluate("window.dumb = true")
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.locator("#voiceless")).to_have_text("This browser's voice does not begin: the call is shown only.")
    expect(page.locator("#state")).to_have_text("Press a key")
    assert [text for text, *_ in page.evaluate("said")] == GREETING[:1]


def test_somebody_who_logs_in_at_the_desk_in_another_tab_can_go_on_with_the_call(picks_up: PicksUp) -> None:
    page = picks_up()
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.locator("#state")).to_have_text("Press a key")
    desk = page.context.new_page()
    desk.goto("/login")
    logs_in(desk)
    desk.wait_for_selector("#list")
    page.keyboard.press("4")
    expect(page.locator("#log")).to_contain_text("Our timings are:")


def test_while_the_reception_rings_the_telephone_says_so_and_the_keypad_has_the_focus_again(picks_up: PicksUp) -> None:
    page = picks_up()
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.locator("#state")).to_have_text("Press a key")
    page.keyboard.press("0")
    expect(page.locator("#state")).to_have_text("The reception's telephone rings")
    page.get_by_role("button", name="Declines").click()
    expect(page.locator("#keypad")).to_be_focused()


def test_without_javascript_the_page_names_the_terminals_command(picks_up: PicksUp) -> None:
    page = picks_up(java_script_enabled=False)
    expect(page.get_by_role("alert")).to_contain_text("make phone")
    expect(page.locator("#telephone")).to_be_hidden()

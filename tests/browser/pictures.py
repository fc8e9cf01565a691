"""Takes the README's pictures: a call in the browser's telephone, the diary, a card, and the desk's other pages.

`make pictures` runs it, on a real service of its own; the requests and calls on it are made up, and its clock stands at
a Monday afternoon. Each picture is taken in both sizes and both colours.
"""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, ViewportSize, expect

from config.settings import ROOT
from ivr.line.hours import DeskClosure
from ivr.operations.demo import Demo
from ivr.storage.audit import By
from ivr.storage.migrate import migrate
from ivr.web.services import Services
from testing.servers.valkey import valkey
from tests.browser.conftest import launched, logs_in
from tests.clinic import SHIPPED
from tests.conftest import PASSWORD, PHONE_PAGE
from tests.people import Clock
from tests.served import rung_by_itself

FOLDER = ROOT / "docs" / "pictures"

SIZES = {"wide": ViewportSize(width=1280, height=860), "narrow": ViewportSize(width=390, height=844)}
COLOURS = {"day": "light", "night": "dark"}


HOLIDAY = DeskClosure(date(2026, 12, 25), "", (), "public_holiday")


class Shown(NamedTuple):
    """A page of the desk of which pictures are taken for the README.

    In the narrow size, the picture begins at the element of the selector `narrow`, or else at the page's top.
    """

    path: str
    narrow: str = ""


PAGES = {
    "diary": Shown("/desk/diary", "main h1"),
    "desk": Shown("/desk"),
    "reports": Shown("/desk/reports?period=week", "main h2"),
    "hear": Shown(f"/desk/hear?on={HOLIDAY.day}&at=10:00", "nav.moments"),
}
"""The pages that `main` opens by their path alone; the telephone and a card are pictured separately."""

SETTLED = """() => new Promise(drawn => {
    document.activeElement.blur();
    requestAnimationFrame(() => requestAnimationFrame(drawn));
})"""
"""A script that takes the focus away, and waits until the page is drawn."""

FIRST = "each => each.scrollIntoView({block: 'start'})"
"""A script that scrolls a page until an element is at the top of the window."""

VOICES = """
const voices = [{ name: "English", lang: "en-IN" }, { name: "Hindi", lang: "hi-IN" }];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => voices, cancel() {}, speak(it) { it.onstart?.({}); setTimeout(() => it.onend({})); },
} });
"""
"""A stand-in for the browser's voices, which headless browsers lack: it says each sentence in no time."""

PROMISE = "text=Your appointment is booked"

NAMES = ("phone", "card", *PAGES)


def main() -> None:
    """Take all pictures of the README anew."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    FOLDER.mkdir(exist_ok=True)
    with running() as services, launched() as browser:
        page = opened(browser, services)
        rings(page, "99999 09901", "11", "Your appointment is booked")
        take(page, "phone", wide=PROMISE, narrow=PROMISE)
        page.click("#hang-up")
        reference = rings(page, "99999 09902", "2111", "We have your request")
        log_in(page)
        (card,) = (each for each in services.desk.store.waiting() if each.reference == reference)
        services.desk.moves.take(card.id, By("asha", services.clock()))
        page.goto(f"/desk/requests/{reference}", wait_until="networkidle")
        take(page, "card")
        for name, shown in PAGES.items():
            page.goto(shown.path, wait_until="networkidle")
            take(page, name, narrow=shown.narrow)


@contextmanager
def running() -> Iterator[Services]:
    """Run a service with made-up requests and calls, and with asha as a manager of its desk, until the block ends."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as name, valkey() as redis:
        folder = Path(name)
        url = f"sqlite:///{folder}/clinic.db"
        migrate(url)
        with rung_by_itself(folder, url, redis.url, clock, CLINIC_FILE=str(SHIPPED)) as phone:
            services = phone.services
            services.staff.people.add("asha", PASSWORD, clock(), "manager")
            demo = Demo(services.database, services.desk.moves, services.clinic, services.reports.keyed_ids)
            demo.look_back(clock())
            demo.fill(clock())
            demo.fill_diary(clock())
            services.hours.closures.set([HOLIDAY], By("asha", clock()))
            services.hours.closures_file.follow(services.hours.closures, clock().date())
            yield services


def opened(browser: Browser, services: Services) -> Page:
    """Return an empty page of this browser, with the service's address as base and a stand-in for the voices."""
    page = browser.new_context(base_url=services.settings.public_base_url, reduced_motion="reduce").new_page()
    page.add_init_script(VOICES)
    return page


def rings(page: Page, caller: str, keys: str, heard: str) -> str:
    """Call from this number by the page's telephone and press these keys; return the reference that was heard."""
    page.goto(PHONE_PAGE)
    page.uncheck("#counts")  # the telephone counts no silence while its picture is taken
    page.select_option("#caller", "other")
    page.fill("#other", caller)
    page.click("#ring")
    for key in keys:
        expect(page.locator("#stay-silent")).to_be_enabled()
        page.click(f"[data-key='{key}']")
    page.wait_for_selector(f"text={heard}")
    expect(page.locator("#stay-silent")).to_be_enabled()
    return "".join(filter(str.isdigit, page.locator("text=Reference number").inner_text()))


def log_in(page: Page) -> None:
    """Log in at the desk, in this browser."""
    page.goto("/desk")
    logs_in(page)
    page.wait_for_selector("#list")


def take(page: Page, name: str, **first: str) -> None:
    """Take pictures of the page in both sizes and colours; `first` has, by size, the selector of the top element."""
    page.mouse.move(0, 0)
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        page.evaluate("scrollTo(0, 0)")
        if first.get(size):
            page.locator(first[size]).first.evaluate(FIRST)
        for colour, scheme in COLOURS.items():
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of two words
            page.evaluate(SETTLED)
            page.screenshot(path=FOLDER / f"{name}-{size}-{colour}.png", animations="disabled")


if __name__ == "__main__":
    main()

"""Every page of the desk: axe-core finds no barrier, it fits a telephone's screen, and Hindi is drawn with glyphs."""

from contextlib import closing
from datetime import time, timedelta
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page
from sqlalchemy import update

from ivr.desk.outbox import PAUSES
from ivr.desk.requests import Outcome, OutcomeReport
from ivr.diary.blocked_times import TimeBlock
from ivr.diary.desk_diary import DeskBooking, NameAndNote
from ivr.line.hours import Shift
from ivr.line.phones import Phone
from ivr.operations.demo_calls import made_up
from ivr.reports.traces.collector import write_down
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database, sqlite_path
from testing.wishes import wish_to_be_rung
from tests.browser.conftest import Opens, Service, logs_in
from tests.test_faults import moved

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


LONG_REASON = "Rings-all-day-and-shouts-at-whoever-answers, and then again; asked twice to stop."


def pages(service: Service) -> dict[str, str]:
    """Fill the service with something to show on each page of the desk; return the paths of all pages, by name."""
    reference = service.phone.rings().press("1", "1", "1", "1", "1").reference
    service.phone.rings().press("2", "1", "1", "1")  # offered on the first one's card, to be merged with it
    service.phone.rings(lang="hi", caller="+919999900002").press("2", "1", "1", "1")
    service.phone.rings(caller="anonymous").press("2", "3", "9999900002#", "1", "1")  # a wish beside the number's own
    for _ in range(service.services.clinic.limits.withheld_calls_of_a_line):
        service.phone.rings("third", caller="anonymous")
    for _ in range(len(PAUSES) + 2):  # every worker dies on this task, so that the desk shows it as failed
        service.services.desk.outbox.begin(1, service.services.clock())
    service.services.desk.blocked.block(Phone("+919999900007"), LONG_REASON, By("asha", service.services.clock()))
    service.services.staff.accounts.require(3, By("asha", service.services.clock()))
    shared = two_share_a_reference(service)
    calls_of_today(service)
    merged = service.phone.rings(caller="+919999900005").press("2", "1", "1", "1").reference
    service.services.desk.merging.merge(1, 6, By("asha", service.services.clock()))
    booked = service.phone.rings(caller="+919999900006").press("2", "1", "1", "1").reference
    now = service.services.clock()
    service.services.desk.moves.take(7, By("asha", now))
    service.services.desk.moves.report(7, OutcomeReport(Outcome.BOOKED, now + timedelta(hours=2)), By("asha", now))
    service.services.diary.calendar_feed.renew(By("asha", now))
    for caller in ("+919999900012", "+919999900012", "+919999900013"):
        service.phone.rings("second", caller=caller).press("1").hangs_up()
    coming = in_the_diary(service)
    with service.services.database.writing() as write:  # as a newer program may leave it
        write.execute(update(schema.requests).where(schema.requests.c.id == 3).values(part="noon"))
    return {
        "list": "/desk",
        "card": f"/desk/requests/{reference}",
        "odd": "/desk/requests/3/stored",
        "booked": f"/desk/requests/{booked}",
        "merged": f"/desk/requests/{merged}?id=6",
        "merge": f"/desk/requests/1/merge?reference={shared}",
        "choose": f"/desk/requests/{shared}",
        "refused": "/desk/requests/000000",
        "new": "/desk/new",
        "diary": "/desk/diary",
        "week": "/desk/diary/week",
        "appointment": f"/desk/diary/{coming}",
        "booking": "/desk/diary/book?day=2026-11-24&hour=10:30&column=1",
        "blocked times": "/desk/diary/blocks",
        "floods": "/desk/diary/floods",
        "hours": "/desk/hours",
        "hear": "/desk/hear",
        "advice": "/desk/advice",
        "reports": "/desk/reports?period=today",
        "blocked": "/desk/blocked",
        "busy lines": "/desk/busy-lines",
        "block": "/desk/blocked?request=1",
        "people": "/desk/people",
        "audit": "/desk/audit",
        "second factor": "/desk/me/second-factor",
    }


def in_the_diary(service: Service) -> int:
    """Fill today's diary: two appointments at once, a cancelled one, a blocked time. Return the first one's id."""
    diary, now = service.services.diary, service.services.clock()
    asha, start = By("asha", now), now.replace(hour=16)
    made = []
    for number, hours in enumerate((0, 0, 1)):
        name, reference = f"Made Up {number}", f"{number:06}"
        wanted = DeskBooking(start + timedelta(hours=hours), None, name, "main", "en", reference, "1", beside=True)
        made.append(diary.desk.book(wanted, asha))
    diary.desk.keep(made[0], NameAndNote(note="her left knee, brings an x-ray"), asha)
    diary.desk.cancel(made[2], asha)
    lunch = TimeBlock(Shift(time(18), time(19)), now.date(), now.date(), words="lunch-with-a-very-long-name" * 2)
    diary.blocked_times.set(lunch, asha)
    return made[0]


def calls_of_today(service: Service) -> None:
    """Store records of made-up calls of today, so that the page of the reports has something to show."""
    with closing(Database(service.services.settings.database_url)) as database:
        write_down(database, made_up(service.services.clinic, service.services.clock()))


def two_share_a_reference(service: Service) -> str:
    """Store requests of two numbers with the same reference, as chance may bring about; return the reference."""
    services, now, shared = service.services, service.services.clock(), "424242"
    for number in ("+919999900003", "+919999900004"):
        new = wish_to_be_rung(number, now, "CA" + number[1:])
        services.desk.store.keep(new, services.reports.keyed_ids.mark(new.promise), shared)
    return shared


MARK_EACH_LOOK = """() => {
  const grounds = new Map([[null, []]]);
  const ground = element => {
    if (!grounds.has(element)) {
      const its = getComputedStyle(element);
      const seen = [its.backgroundColor, its.backgroundImage, its.opacity].join();
      const under = ground(element.parentElement);
      grounds.set(element, seen === under[0] ? under : [seen, ...under]);
    }
    return grounds.get(element);
  };
  const found = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
    const its = getComputedStyle(element);
    const look = [its.color, its.fontSize, its.fontWeight, its.textShadow, ...ground(element)].join();
    if (found.has(look)) continue;
    found.add(look);
    for (const each of [element, ...element.querySelectorAll('*')]) each.setAttribute('data-look', '');
  }
}"""
"""A script that marks one example of each style of text: the same font and colours have the same contrast."""


def violations(page: Page) -> list[str]:
    """Return the barriers that axe-core finds on this page, one line for each.

    The contrast is checked once for each style of text, since a page has many words in few styles.
    """
    page.evaluate(AXE)
    page.evaluate(MARK_EACH_LOOK)
    found = page.evaluate(
        """async () => {
          axe.configure({rules: [{id: 'color-contrast', selector: '[data-look]'}]});
          return (await axe.run(document, {resultTypes: ['violations']})).violations;
        }"""
    )
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


@pytest.mark.parametrize(("size", "words", "dark"), [("phone", "hi", True), ("desk", "en", False)])
def test_no_page_keeps_anybody_out_and_every_page_fits(
    opens: Opens, service: Service, size: str, words: str, dark: bool
) -> None:
    page = opens(size=size, words=words, dark=dark)
    found = {}
    for name, path in pages(service).items():
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        found[name] = violations(page)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found[name].append("it is wider than the screen")
    assert {name: what for name, what in found.items() if what} == {}


def test_a_taken_card_and_the_login_keep_nobody_out(opens: Opens, service: Service) -> None:
    path = pages(service)["card"]
    page = opens(size="phone")
    page.goto(path)
    page.click("text=Take and call")
    page.wait_for_selector(".outcomes")
    page.click("summary:has-text('Another day')")
    assert violations(page) == []
    page.goto("/desk")
    page.fill("#q", "0006")
    page.wait_for_selector("#found .card")
    assert violations(page) == []
    page.press("#q", "Enter")
    page.wait_for_url("**/desk/search")
    assert violations(page) == []
    page.click("text=Log out")
    page.wait_for_selector("#password")
    assert violations(page) == []
    logs_in(page)
    page.wait_for_selector("#list")


def test_the_page_that_says_the_database_is_away_keeps_nobody_out(
    opens: Opens, service: Service, sqlite_url: str
) -> None:
    page = opens(size="phone", dark=True)
    with moved(sqlite_path(sqlite_url)):
        page.goto("/desk")
        assert page.get_by_role("alert").is_visible()
        assert violations(page) == []


def test_hindi_is_drawn_with_real_glyphs(opens: Opens) -> None:
    """Three Hindi letters must be drawn differently, because a font that lacks them draws the same box for each."""
    page = opens(words="hi")
    drawn = []
    for letter in "कखग":
        page.evaluate("letter => { document.querySelector('h1').textContent = letter }", letter)
        drawn.append(page.locator("h1").screenshot())
    assert len(set(drawn)) == 3

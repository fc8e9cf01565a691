"""The page and the command on which somebody reads what a caller hears."""

import re
from html import unescape

import pytest
from flask import Flask

from ivr.line.hours import DeskClosure
from ivr.web.house import House
from tests.people import Clock, Phone, Staff


def text(page: str) -> str:
    """What a page says."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def hears(staff: Staff, query: str = "") -> str:
    page = staff.browser.get(f"/desk/hear?{query}")
    assert page.status_code == 200, page.status_code
    return page.text


def test_the_page_tells_the_call_of_now_with_what_a_caller_hears_below_each_key(staff: Staff, phone: Phone) -> None:
    page = text(hears(staff))
    for words in (*phone.rings().heard, *phone.rings().press("1").heard, *phone.rings().press("3", "1").heard):
        assert words in page


def test_a_closed_day_ahead_is_offered_and_told_with_its_reason_before_it_comes(
    staff: Staff, house: House, clock: Clock
) -> None:
    diwali = DeskClosure(clock().date().replace(day=30), "", (), "diwali")
    house.closures.set([diwali], "asha", clock())
    house.mirror.follow(house.closures, clock().date())
    assert "a closed day: Mon 30 Nov, 09:00" in text(hears(staff))
    assert "We are closed today for Diwali." in text(hears(staff, "on=2026-11-30&at=09:00"))
    assert "दिवाली के कारण आज क्लिनिक बंद है।" in text(hears(staff, "on=2026-11-30&at=09:00&lang=hi"))
    assert "We are closed today for Diwali." not in text(hears(staff, "on=2026-12-01&at=09:00"))


def test_reading_on_begins_after_the_keys_that_were_pressed(staff: Staff, phone: Phone) -> None:
    page = text(hears(staff, "keys=1+2+3"))
    assert " ".join(phone.rings().press("1", "2", "3").heard) in page
    assert "Welcome" not in page


def test_every_pointer_of_the_page_leads_to_a_part_of_it(staff: Staff) -> None:
    page = hears(staff, "all=1")
    places = re.findall(r'id="(after[^"]*)"', page)
    assert len(places) == len(set(places)) > 150
    assert set(re.findall(r'href="#(after[^"]*)"', page)) <= set(places)


def test_every_link_of_the_page_opens(staff: Staff) -> None:
    links = set(re.findall(r'href="(/desk/hear\?[^"#]*)"', hears(staff)))
    assert len(links) > 50
    for link in sorted(links)[::7]:
        assert staff.browser.get(unescape(link)).status_code == 200, link


@pytest.mark.parametrize(
    "query", ["keys=7", "keys=1+1+1+1+1+1", "on=tomorrow", "at=25:00", "on=1999-01-01", "on=9999-12-31"]
)
def test_a_call_or_a_moment_that_cannot_be_is_not_found(staff: Staff, query: str) -> None:
    assert staff.browser.get(f"/desk/hear?{query}").status_code == 404


def test_odd_lines_languages_and_callers_are_those_that_there_are(staff: Staff) -> None:
    assert "the first line" in text(hears(staff, "line=x&lang=x&caller=x"))


def test_the_page_of_hours_leads_to_the_whole_call(staff: Staff) -> None:
    page = staff.browser.get("/desk/hours").text
    assert '/desk/hear?line=second&amp;lang=en"' in page


def test_the_command_prints_the_same_sentences(app: Flask, staff: Staff, phone: Phone, clock: Clock) -> None:
    said = runs(app, "--line", "second", "--at", "2026-11-23 21:15", "--lang", "hi")
    page = text(hears(staff, "line=second&on=2026-11-23&at=21:15&lang=hi"))
    clock.shows(2026, 11, 23, 21, 15)
    for keys in ((), ("1",), ("3", "2"), ("4",)):
        heard = phone.rings("second", lang="hi").press(*keys).heard
        assert "\n".join(f"{'    ' * len(keys)}{words}" for words in heard) in said
    lines = (line.strip() for line in said.splitlines()[2:])
    missing = {line for line in lines if line and not line.startswith(("[", "(")) and line not in page}
    assert missing == set()


def test_the_command_begins_after_keys_and_says_what_it_does_not_know(app: Flask) -> None:
    assert "Which part of the day?" in runs(app, "--keys", "1 2").splitlines()[2]
    assert "We cannot see a number that we could ring." in runs(app, "--caller", "withheld")
    for words, complaint in {
        "--line fourth": "no line is fourth; there are main, second, third",
        "--lang fr": "no language is fr; there are en, hi",
        "--keys 1-8": "1-8 leads nowhere there",
    }.items():
        done = app.test_cli_runner().invoke(args=["hear", *words.split()])
        assert done.exit_code == 1
        assert complaint in done.output


def runs(app: Flask, *words: str) -> str:
    done = app.test_cli_runner().invoke(args=["hear", *words])
    assert done.exit_code == 0, done.output
    return done.output

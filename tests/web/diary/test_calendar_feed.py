"""The link to the calendar: a calendar program with the link reads the desk's appointments, and none without it."""

import logging
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from icalendar import Calendar, vText
from sqlalchemy import insert, update
from werkzeug.test import TestResponse

from config.settings import ROOT
from ivr.desk.requests import NoSuchRequest
from ivr.desk.upkeep.adoption import Adoption
from ivr.diary.appointments import AppointmentStatus
from ivr.diary.desk_diary import DeskBooking
from ivr.line.phones import Phone as Number
from ivr.operations.retention import Purge
from ivr.staff.people import STAFF
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import sqlite_path
from ivr.web.diary import ics
from ivr.web.services import Services
from tests.conftest import at_the_desk
from tests.people import CALLER, DELHI, Clock, Phone, Staff
from tests.test_faults import moved
from tests.web import Serves

NOTE = "her knee, Mrs Nobody-at-all"


@pytest.fixture
def manager(phone: Phone) -> Staff:
    return at_the_desk(phone)


@pytest.fixture
def colleague(phone: Phone) -> Staff:
    return at_the_desk(phone, "meena", STAFF)


def posts(person: Staff, path: str, **fields: str) -> TestResponse:
    return person.browser.post(path, data={"csrf_token": person.csrf(), **fields}, follow_redirects=True)


def link_on(page: str) -> str:
    found = re.search(r'id="link" readonly value="https://line\.example(/calendar/[^"]+)"', page)
    assert found, "no link is shown"
    return found[1]


@pytest.fixture
def link(manager: Staff) -> str:
    """The path of the link to the calendar, which a manager has made."""
    return link_on(posts(manager, "/desk/diary/link").text)


def reads(app: Flask, path: str, **headers: str) -> TestResponse:
    """Get this path as a calendar program does, without a login; return the answer."""
    return app.test_client(use_cookies=False).get(path, headers=headers)


def events(answer: TestResponse) -> list[Any]:
    """Return the entries of the calendar's feed, as a calendar program reads them."""
    assert answer.status_code == 200
    return list(Calendar.from_ical(answer.data).walk("VEVENT"))


def books(phone: Phone, starts: datetime, caller: str = CALLER, line: str = "main", name: str = "") -> int:
    """Book an appointment at this time at the desk, with a note; return the appointment's id."""
    reference = caller[-6:]
    wanted = DeskBooking(starts, Number(caller), name, line, "en", reference, beside=True, words=NOTE)
    return phone.services.diary.desk.book(wanted, By("asha", phone.services.clock()))


TEN = datetime(2026, 11, 25, 10, 0, tzinfo=DELHI)


# -- what a program reads


def test_an_empty_calendar_is_a_valid_one(app: Flask, phone: Phone, link: str) -> None:
    """A calendar without entries is valid, because it still has a time zone.

    RFC 5545 demands a component in each calendar, and a time zone is one. Strict programs refuse an empty calendar.
    """
    answer = reads(app, link)
    assert events(answer) == []
    (calendar,) = Calendar.from_ical(answer.data, multiple=True)
    assert [each.name for each in calendar.subcomponents] == ["VTIMEZONE"]
    assert calendar.subcomponents[0]["tzid"] == "Asia/Kolkata"
    lines = answer.data.split(b"\r\n")
    assert (lines[0], lines[-2:]) == (b"BEGIN:VCALENDAR", [b"END:VCALENDAR", b""])
    assert all(len(line) <= 75 for line in lines)


def test_an_appointment_is_at_its_hour_with_its_reference_and_where_its_page_is(
    app: Flask, phone: Phone, link: str, clock: Clock
) -> None:
    made = books(phone, TEN, line="second")
    answer = reads(app, link)
    (event,) = events(answer)
    assert event["dtstart"].dt == TEN
    assert event["dtend"].dt == TEN + timedelta(minutes=30), "as clinic.toml says"
    assert event["summary"] == "Appointment 900001"
    assert event["description"] == "The second line"
    assert event["url"] == f"https://line.example/desk/diary/{made}"
    assert event["uid"] == f"appointment-{made}-900001@line.example"
    assert event["dtstamp"].dt == event["last-modified"].dt == clock()
    assert (event["sequence"], event["class"], event["transp"]) == (0, "PRIVATE", "TRANSPARENT")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert b"DTSTART:20261125T043000Z" in answer.data
    assert b"X-WR-TIMEZONE:Asia/Kolkata" in answer.data
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT15M" in answer.data
    assert b"X-WR-CALNAME:Appointments at Arunalaya" in answer.data


def test_nobodys_number_name_or_note_stands_in_it_but_the_initials(app: Flask, phone: Phone, link: str) -> None:
    books(phone, TEN, name="rukmini devi Made-Up")
    words = reads(app, link).text
    assert "SUMMARY:Appointment 900001 R.D.M." in words
    assert CALLER[3:] not in words.replace(" ", "")
    for hidden in ("asha", "knee", "Nobody", "ukmini", "evi", "ade-"):
        assert hidden not in words, hidden


def test_whole_names_stand_in_it_once_a_manager_says_so_and_initials_again(
    app: Flask, phone: Phone, manager: Staff, link: str
) -> None:
    books(phone, TEN, name="rukmini devi Made-Up")
    said = posts(manager, "/desk/diary/link/names", names="whole").text
    assert "The calendar shows full names." in said
    assert "the names of all patients" in said
    words = reads(app, link).text
    assert "SUMMARY:Appointment 900001 rukmini devi Made-Up" in words
    assert CALLER[3:] not in words.replace(" ", "")
    assert "knee" not in words
    renewed = link_on(posts(manager, "/desk/diary/link").text)
    assert "Made-Up" in reads(app, renewed).text, "it holds for the next link too"
    assert "The calendar shows initials." in posts(manager, "/desk/diary/link/names", names="initials").text
    assert "SUMMARY:Appointment 900001 R.D.M." in reads(app, renewed).text
    told = [each.what for each in phone.services.staff.audit.page() if "calendar" in each.what]
    assert told == ["initials in calendar", "made calendar link", "names in calendar", "made calendar link"]


def test_whole_names_in_it_are_a_managers_word_alone(app: Flask, phone: Phone, colleague: Staff, link: str) -> None:
    books(phone, TEN, name="Made Up")
    assert posts(colleague, "/desk/diary/link/names", names="whole").status_code == 403
    assert "link/names" not in colleague.browser.get("/desk/diary").text
    assert "Made Up" not in reads(app, link).text


def adopts(phone: Phone, *lines: tuple[str, str]) -> None:
    """Store a request that an older version closed as booked, with this history, and bring it into the diary."""
    services, now = phone.services, phone.services.clock()
    phone.rings().press("1", "1", "1", "1", "1")
    with services.database.writing() as write:
        booked = {"status": "closed", "outcome": "booked", "appointment": TEN, "touched": now}
        write.execute(update(schema.requests).values(**booked))
        for what, detail in lines:
            write.execute(insert(schema.history).values(request_id=1, at=now, who="asha", what=what, detail=detail))
    assert Adoption(services.database).run(services.clinic, now) == 1


def test_an_older_entry_stays_the_same_when_its_request_is_deleted(
    app: Flask, phone: Phone, link: str, clock: Clock
) -> None:
    """An appointment's entry keeps its id and revision when retention has deleted the request from which it came."""
    adopts(phone, ("booked", ""), ("rebooked", ""), ("undone", "rebooked"))
    (made,) = phone.services.diary.reads.between(TEN, TEN + timedelta(minutes=5))
    clock.goes_on(hours=1)
    phone.services.diary.desk.move(made.id, TEN + timedelta(days=200), By("asha", clock()))
    (before,) = events(reads(app, link))
    clock.goes_on(days=120)
    Purge(phone.services.database, phone.services.clinic.retention).run(clock())
    with pytest.raises(NoSuchRequest):
        phone.services.desk.store.any_request(1)
    (after,) = events(reads(app, link))
    assert (after["uid"], after["sequence"]) == (before["uid"], before["sequence"])
    assert (str(after["uid"]).partition("-")[0], after["sequence"]) == ("1", 3)


def test_what_an_older_version_has_shown_stays_the_same_entry(app: Flask, phone: Phone, link: str) -> None:
    adopts(phone, ("booked", ""))
    (made,) = phone.services.diary.reads.between(TEN, TEN + timedelta(minutes=5))
    (event,) = events(reads(app, link))
    assert event["uid"] == f"1-{made.reference}@line.example"
    assert event["url"] == f"https://line.example/desk/diary/{made.id}"


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ([("booked", "")], 0),
        ([("booked", ""), ("rebooked", "")], 1),
        ([("booked", ""), ("rebooked", ""), ("undone", "rebooked")], 2),
        ([("booked", ""), ("called_off", ""), ("undone", "called_off")], 1),
        ([("booked", ""), ("undone", "booked"), ("booked", ""), ("noted", "rebooked")], 1),
        ([], 0),
    ],
)
def test_an_entry_of_an_older_version_never_falls_behind_what_that_had_shown(
    phone: Phone, link: str, lines: list[tuple[str, str]], shown: int
) -> None:
    """An entry's revision number is never lower than an older version showed, because calendars ignore a lower one."""
    adopts(phone, *lines)
    services, now = phone.services, phone.services.clock()
    (before,) = events(reads(phone.app, link))
    assert (before["uid"].partition("-")[0], before["sequence"]) == ("1", shown)
    (made,) = services.diary.reads.between(TEN, TEN + timedelta(minutes=5))
    services.diary.desk.move(made.id, TEN + timedelta(hours=3), By("meena", now))
    (after,) = events(reads(phone.app, link))
    assert (after["uid"], after["sequence"]) == (before["uid"], shown + 1)


def test_an_appointment_that_is_moved_is_the_same_entry_and_one_that_is_cancelled_is_none(
    app: Flask, phone: Phone, link: str, clock: Clock
) -> None:
    diary = phone.services.diary.desk
    made = books(phone, TEN)
    (before,) = events(reads(app, link))
    clock.goes_on(days=1)
    diary.move(made, TEN + timedelta(hours=3), By("meena", clock()))
    (after,) = events(reads(app, link))
    assert (after["uid"], after["dtstart"].dt) == (before["uid"], TEN + timedelta(hours=3))
    assert after["sequence"] == before["sequence"] + 1
    assert after["last-modified"].dt == clock()
    diary.cancel(made, By("meena", clock()))
    assert events(reads(app, link)) == []
    clock.goes_on(seconds=10)
    assert diary.undo(made, "cancelled", By("meena", clock()))
    (back,) = events(reads(app, link))
    assert (back["last-modified"].dt, back["dtstamp"].dt) == (clock(), clock())
    assert (back["uid"], back["dtstart"].dt) == (after["uid"], after["dtstart"].dt)
    assert back["sequence"] > after["sequence"]
    diary.mark(made, AppointmentStatus.ARRIVED, By("meena", clock()))
    assert len(events(reads(app, link))) == 1, "who has come is still in the day"


def test_a_calendar_with_nothing_in_it_is_a_calendar(app: Flask, link: str) -> None:
    assert events(reads(app, link)) == []
    assert Calendar.from_ical(reads(app, link).data)["version"] == "2.0"


def test_a_program_that_has_it_already_is_told_so_until_something_changes(app: Flask, phone: Phone, link: str) -> None:
    books(phone, TEN)
    first = reads(app, link)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = reads(app, link, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    books(phone, TEN + timedelta(hours=1), caller="+919999900002")
    changed = reads(app, link, **{"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, len(events(changed))) == (200, 2)


def test_every_line_is_folded_and_ends_as_the_standard_says_in_any_script() -> None:
    at = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)
    words = "पहली लाइन, दूसरी; तीसरी\\ " * 9
    entry = ics.CalendarEvent("1@x", at, at, at, 0, words, words, "https://x/" + "y" * 200)
    body = ics.written(words, "Asia/Kolkata", [entry, entry])
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert body.count(b"\n") == body.count(b"\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 75
    read = Calendar.from_ical(body)
    assert [(each["summary"], each["description"]) for each in read.walk("VEVENT")] == [(words, words)] * 2
    # The library leaves these two as they are written: the text, escaped once.
    assert {str(read[label]) for label in ("name", "x-wr-calname")} == {vText(words).to_ical().decode()}


def test_a_lines_name_is_written_as_the_clinic_writes_it(tmp_path: Path, serves: Serves, clock: Clock) -> None:
    words = (ROOT / "config" / "clinic.toml").read_text().replace('en = "the second line"', 'en = "the Gurugram line"')
    (tmp_path / "clinic.toml").write_text(words)
    with serves(CLINIC_FILE=str(tmp_path / "clinic.toml")) as phone:
        phone.services.diary.calendar_feed.renew(By("asha", clock()))
        books(phone, TEN, line="second")
        found = phone.services.diary.calendar_feed.link()
        assert found is not None
        (event,) = events(reads(phone.app, f"/calendar/{found.token}.ics"))
        assert event["description"] == "The Gurugram line"


# -- who may read


@pytest.mark.parametrize("odd", ["x", "x" * 43, "x" * 5000, "%00", "..%2f..", "कखग", "None", ".ics"])
def test_without_the_link_there_is_nothing_and_no_hint(app: Flask, link: str, odd: str) -> None:
    nowhere = reads(app, "/calendar/nowhere")
    answer = reads(app, f"/calendar/{odd}.ics")
    if odd != "%00":  # no keyboard writes it: answered with 400
        assert (answer.status_code, answer.data) == (nowhere.status_code, nowhere.data) == (404, nowhere.data)
    assert answer.status_code in {400, 404}
    assert reads(app, link[:-5]).status_code == 404


def test_before_a_manager_has_made_a_link_there_is_no_feed(app: Flask, colleague: Staff) -> None:
    assert reads(app, "/calendar/None.ics").status_code == 404
    page = colleague.browser.get("/desk/diary").text
    assert "switched off" in page


def test_a_new_link_stops_the_old_one_at_once_and_says_who_must_be_told(app: Flask, manager: Staff, link: str) -> None:
    before = manager.browser.get("/desk/diary").text
    assert "everybody who has subscribed must be given the new one" in before
    assert link_on(before) == link, "it can be shown again"
    new = link_on(posts(manager, "/desk/diary/link").text)
    assert new != link
    assert (reads(app, link).status_code, reads(app, new).status_code) == (404, 200)
    off = posts(manager, "/desk/diary/link/off").text
    assert "The link no longer works" in off
    assert 'id="link"' not in off
    assert reads(app, new).status_code == 404


def test_a_page_that_an_older_version_has_shown_makes_a_link_and_switches_it_off(app: Flask, manager: Staff) -> None:
    made = posts(manager, "/desk/appointments/link")
    link = link_on(made.text)
    assert made.request.path == "/desk/diary"
    assert reads(app, link).status_code == 200
    actions = re.findall(r'action="([^"]+/link(?:/off)?)"', made.text)
    assert actions == ["/desk/diary/link", "/desk/diary/link/off"], "new pages have the new addresses"
    assert "The link no longer works" in posts(manager, "/desk/appointments/link/off").text
    assert reads(app, link).status_code == 404


def test_the_link_is_given_as_https_alone(manager: Staff, link: str) -> None:
    """The page gives the link only as https, because programs may open webcal:// over plain http, for all to read."""
    page = manager.browser.get("/desk/diary").text
    assert set(re.findall(r"[\w+.-]+://[^\"'<\s]*" + re.escape(link), page)) == {f"https://line.example{link}"}
    assert "webcal" not in page


def test_staff_are_told_how_to_subscribe_and_see_no_link_and_change_none(
    app: Flask, colleague: Staff, link: str
) -> None:
    page = colleague.browser.get("/desk/diary").text
    assert "How to subscribe" in page
    assert "/calendar/" not in page
    for path in ("/desk/diary/link", "/desk/diary/link/off", "/desk/appointments/link", "/desk/appointments/link/off"):
        assert posts(colleague, path).status_code == 403
    assert reads(app, link).status_code == 200


def test_with_the_database_away_a_program_is_told_to_come_again_and_not_that_nothing_is_booked(
    app: Flask, phone: Phone, link: str, sqlite_url: str
) -> None:
    books(phone, TEN)
    with moved(sqlite_path(sqlite_url)):
        answer = reads(app, link)
        assert (answer.status_code, answer.headers["Retry-After"], answer.data) == (503, "900", b"")
    assert len(events(reads(app, link))) == 1


def test_the_token_stands_in_no_log_and_not_in_the_audit(
    app: Flask, services: Services, link: str, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = urlsplit(link).path.removeprefix("/calendar/").removesuffix(".ics")
    with caplog.at_level(logging.DEBUG):
        reads(app, link)
        with moved(sqlite_path(sqlite_url)):
            reads(app, link)
        assert app.test_client().post(link).status_code == 405
    assert token not in caplog.text
    assert token not in str(services.staff.audit.page())
    assert "made calendar link" in str(services.staff.audit.page())

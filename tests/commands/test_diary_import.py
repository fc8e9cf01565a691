"""`flask diary import`: appointments that were booked elsewhere are in the diary once, however often they come."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import Result
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from config import clinic as clinic_file
from ivr.diary.appointments import Appointment, AppointmentStatus
from ivr.diary.desk_diary import DeskBooking, NameAndNote
from ivr.diary.diary import book, move
from ivr.diary.times import Asked
from ivr.line.phones import Phone as Number
from ivr.storage.audit import COMMAND_LINE, By
from ivr.storage.database import Database
from ivr.web.services import Services
from tests.diary import DELHI, NOW, asked, wished
from tests.diary.imports import calendar, event, table
from tests.people import Clock

TUESDAY = date(2026, 11, 24)
ASHA = By("asha", NOW)

TEN, HALF_PAST, ELEVEN = (datetime(2026, 11, 24, *at, tzinfo=DELHI) for at in ((10, 0), (10, 30), (11, 0)))

Imports = Callable[..., Result]

WITH_ID = "id,day,starts,ends,phone,name"
"""The header of a table whose entries have an id."""


@pytest.fixture
def desk_url(database_url: str) -> str:
    return database_url


@pytest.fixture
def imports(app: Flask, tmp_path: Path) -> Imports:
    """A function that imports a file with this content by `flask diary import`, and returns the command's result."""

    def imported(content: str | bytes, *options: str, name: str = "diary.csv") -> Result:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return app.test_cli_runner().invoke(args=["diary", "import", str(path), *options])

    return imported


def said(done: Result) -> list[str]:
    assert done.exit_code == 0, done.output
    return [line.strip() for line in done.output.splitlines()]


def visits(services: Services) -> list[Appointment]:
    start = NOW - timedelta(days=2)
    found = services.diary.reads.between(start, start + timedelta(days=900))
    return [each for each in found if isinstance(each, Appointment)]


def stands(services: Services) -> list[str]:
    """Return the start and the end of the appointments that take time in the diary, in the clinic's time zone."""
    taking = [each for each in visits(services) if each.is_ahead_or_present]
    return [f"{each.starts.astimezone(DELHI):%d %H:%M}-{each.ends.astimezone(DELHI):%H:%M}" for each in taking]


def blocked(services: Services) -> list[str]:
    found = services.diary.blocked_times.standing(NOW.date())
    return sorted(
        f"{each.block.first_day:%m-%d}..{each.block.last_day:%m-%d} {each.block.shift.start:%H:%M}-"
        f"{each.block.shift.end:%H:%M} {each.block.words}".strip()
        for each in found
    )


def offered(services: Services, day: date = TUESDAY) -> list[str]:
    """Return the times of this day that callers are offered."""
    found = services.diary.free_times.offered(services.clinic, "main", NOW)
    return [f"{each.start:%H:%M}" for each in found if each.start.date() == day]


ROWS = table(
    "2026-11-24,10:00,10:30,99999 00021,Made Up",
    "24/11/2026,11:00 AM,12:00,,",
    "2026-11-23,09:00,09:30,99999 00022,Over It",
    "2026-11-25,16:00,16:45,,Nobody Real",
)


def test_a_table_is_entered_as_appointments_and_busy_times(imports: Imports, services: Services) -> None:
    assert said(imports(ROWS)) == [
        "Appointments: 2 entered",
        "Busy times: 1 entered",
        "In the diary already: 0",
        "Left out: 1 over already",
    ]
    assert stands(services) == ["24 10:00-10:30", "25 16:00-16:45"]
    assert blocked(services) == ["11-24..11-24 11:00-12:00"]
    first, second = visits(services)
    assert (first.phone and first.phone.e164, first.source, first.extra) == ("+919999900021", "import", 0)
    people = services.diary.patients.called({first.patient_id or 0, second.patient_id or 0})
    assert sorted(each.name for each in people.values()) == ["Made Up", "Nobody Real"]
    assert not {"10:00", "11:00", "11:30"} & set(offered(services))
    assert {"09:30", "10:30", "12:00"} <= set(offered(services))


def test_the_same_file_again_changes_nothing(imports: Imports, services: Services) -> None:
    imports(ROWS)
    before = (services.diary.days.version(), len(services.staff.audit.page()))
    assert said(imports(ROWS))[:3] == ["Appointments: none", "Busy times: none", "In the diary already: 3"]
    assert (services.diary.days.version(), len(services.staff.audit.page())) == before
    semicolons = "\ufeffsep=;\r\n" + ROWS.replace(",", ";").replace("\n", "\r\n")
    assert said(imports(semicolons, name="again.csv"))[2] == "In the diary already: 3"


def test_a_dry_run_says_the_same_and_keeps_nothing(imports: Imports, services: Services) -> None:
    dry = said(imports(ROWS, "--dry-run"))
    assert dry[0] == "Nothing is kept: this is what would be done."
    assert (stands(services), blocked(services), services.staff.audit.page()) == ([], [], [])
    assert dry[1:] == said(imports(ROWS))


def test_what_is_over_since_is_not_taken_away(imports: Imports, services: Services, clock: Clock) -> None:
    daily = event("lunch", ";TZID=Asia/Kolkata:20261124T130000", "RRULE:FREQ=DAILY;COUNT=3")
    single = event("one", ";TZID=Asia/Kolkata:20261124T100000")
    imports(calendar(daily, single))
    clock.shows(2026, 11, 24, 15, 0)
    assert said(imports(calendar(daily, single)))[:2] == ["Appointments: none", "Busy times: none"]
    assert len(blocked(services)) == 4


# -- a calendar


MOVES = (event("one@made.up", ":20261124T043000Z"), event("two@made.up", ";TZID=Asia/Kolkata:20261125T100000"))


def test_an_event_is_a_busy_time_without_its_words(imports: Imports, services: Services) -> None:
    titled = [each.replace("END:VEVENT", "SUMMARY:Made Up 99999 00021\r\nEND:VEVENT") for each in MOVES]
    done = imports(calendar(*titled), name="diary.ics")
    assert said(done)[:2] == ["Appointments: none", "Busy times: 2 entered"]
    assert blocked(services) == ["11-24..11-24 10:00-10:30", "11-25..11-25 10:00-10:30"]
    assert "Made Up" not in done.output


def test_with_names_a_title_with_a_number_is_an_appointment(imports: Imports, services: Services) -> None:
    events = (
        event("one", ":20261124T043000Z", "SUMMARY:Made Up\\, +91 99999 00021"),
        event("two", ":20261124T063000Z", "SUMMARY:Lunch"),
    )
    assert said(imports(calendar(*events), "--names"))[:2] == ["Appointments: 1 entered", "Busy times: 1 entered"]
    (visit,) = visits(services)
    assert services.diary.patients.called({visit.patient_id or 0})[visit.patient_id or 0].name == "Made Up"
    assert blocked(services) == ["11-24..11-24 12:00-12:30 Lunch"]


def test_what_the_other_diary_moves_is_moved(imports: Imports, services: Services) -> None:
    imports(calendar(*MOVES))
    moved = calendar(MOVES[0].replace("T043000Z", "T053000Z"), MOVES[1])
    assert said(imports(moved))[1:3] == ["Busy times: 1 moved", "In the diary already: 1"]
    assert blocked(services) == ["11-24..11-24 11:00-11:30", "11-25..11-25 10:00-10:30"]


def test_appointments_that_change_places_stand_beside_nobody(imports: Imports, services: Services) -> None:
    rows = (
        "a,2026-11-24,10:00,30,99999 00021",
        "b,2026-11-24,10:30,30,99999 00022",
        "c,2026-11-24,11:00,30,99999 00023",
    )
    header = "id,day,starts,minutes,phone"
    said(imports(table(*rows, header=header)))
    swapped = table(
        *(
            "a,2026-11-24,10:30,30,99999 00021",
            "b,2026-11-24,10:00,30,99999 00022",
            "c,2026-11-24,11:30,30,99999 00023",
        ),
        header=header,
    )
    assert said(imports(swapped))[0] == "Appointments: 3 moved"
    found = {each.phone.e164[-2:]: each for each in visits(services) if each.phone}
    assert [(found[key].starts, found[key].extra) for key in ("21", "22")] == [(HALF_PAST, 0), (TEN, 0)]
    assert (found["23"].starts, found["23"].extra) == (ELEVEN + timedelta(minutes=30), 0)


def test_an_occurrence_that_is_deleted_there_is_free_here(imports: Imports, services: Services) -> None:
    weekly = event("week", ";TZID=Asia/Kolkata:20261124T130000", "RRULE:FREQ=WEEKLY;COUNT=3")
    imports(calendar(weekly))
    assert len(blocked(services)) == 3
    without = weekly.replace("END:VEVENT", "EXDATE;TZID=Asia/Kolkata:20261201T130000\r\nEND:VEVENT")
    assert said(imports(calendar(without)))[1] == "Busy times: 1 taken away"
    assert [each[:5] for each in blocked(services)] == ["11-24", "12-08"]


def test_an_event_that_is_cancelled_there_is_taken_away(imports: Imports, services: Services) -> None:
    named = event("one", ":20261124T043000Z", "SUMMARY:Made Up 99999 00021")
    imports(calendar(named, MOVES[1]), "--names")
    cancelled = named.replace("END:VEVENT", "STATUS:CANCELLED\r\nEND:VEVENT")
    done = said(imports(calendar(cancelled, MOVES[1]), "--names"))
    assert done[0] == "Appointments: 1 cancelled"
    (visit,) = visits(services)
    assert visit.status is AppointmentStatus.CANCELLED
    assert done[-1] == f"reference {visit.reference}: cancelled, since the other diary has it no longer"
    assert said(imports(calendar(named, MOVES[1]), "--names"))[0] == "Appointments: 1 booked again"
    assert stands(services) == ["24 10:00-10:30"]


def test_what_is_missing_stays_until_that_is_asked_for(imports: Imports, services: Services) -> None:
    imports(ROWS)
    newer = table("2026-11-25,16:00,16:45,,Nobody Real")
    assert "In the diary from an earlier import, and not in this file: 2." in imports(newer).output
    assert (len(stands(services)), len(blocked(services))) == (2, 1)
    done = said(imports(newer, "--take-away"))
    assert done[:2] == ["Appointments: 1 cancelled", "Busy times: 1 taken away"]
    assert (stands(services), blocked(services)) == (["25 16:00-16:45"], [])


def test_what_lies_after_the_last_entry_of_the_file_is_not_taken_away(imports: Imports, services: Services) -> None:
    imports(ROWS)
    said(imports(table("2026-11-24,10:00,10:30,99999 00021,Made Up"), "--take-away"))
    assert stands(services) == ["24 10:00-10:30", "25 16:00-16:45"]


def test_nothing_is_taken_away_while_a_line_cannot_be_read(imports: Imports, services: Services) -> None:
    imports(ROWS)
    damaged = ROWS.replace("2026-11-24,10:00", "2026-11-24,1o:00").replace("24/11/2026,11:00 AM,12:00,,\n", "")
    done = imports(damaged, "--take-away")
    assert said(done)[:2] == ["Appointments: none", "Busy times: none"]
    assert "not in what can be read of this file: 2. They stay, with --take-away too" in done.output
    assert stands(services) == ["24 10:00-10:30", "25 16:00-16:45"]
    assert blocked(services) == ["11-24..11-24 11:00-12:00"]
    assert said(imports(damaged.replace("1o", "10"), "--take-away"))[:2] == [
        "Appointments: none",
        "Busy times: 1 taken away",
    ]


def test_nothing_is_taken_away_while_an_event_cannot_be_read(imports: Imports, services: Services) -> None:
    imports(calendar(*MOVES))
    odd_zone = MOVES[0].replace(":20261124T043000Z", ";TZID=Mars:20261124T100000")
    assert "They stay, with --take-away too" in imports(calendar(odd_zone, MOVES[1]), "--take-away").output
    assert len(blocked(services)) == 2


@pytest.mark.parametrize("title", ["Made Up 99999 0002", "Made Up", "MADE UP - paid", "Made Up, paid", ""])
def test_an_event_without_its_number_stays_the_appointment_of_its_patient(
    imports: Imports, services: Services, title: str
) -> None:
    imports(calendar(SINGLE), "--names")
    nameless = SINGLE.replace("Made Up 99999 00021", title).replace("T100000", "T110000")
    done = said(imports(calendar(nameless), "--names"))
    (visit,) = visits(services)
    assert (done[0], done[1]) == ("Appointments: 1 moved", "Busy times: none")
    assert done[-1] == f"event one: it names no patient any more: the appointment {visit.reference} stays"
    assert (stands(services), blocked(services)) == (["24 11:00-11:30"], [])
    assert visit.phone == Number("+919999900021")


def test_no_appointment_goes_when_titles_are_not_asked_for(imports: Imports, services: Services) -> None:
    imports(calendar(SINGLE), "--names")
    assert said(imports(calendar(SINGLE)))[:3] == ["Appointments: none", "Busy times: none", "In the diary already: 1"]
    assert (stands(services), blocked(services)) == (["24 10:00-10:30"], [])


@pytest.mark.parametrize(
    ("name", "title"), [("Made Up", "Lunch"), ("Made Up", "Made Upper"), ("मोह", "मोहिनी"), ("", "Paid")]
)
def test_an_event_that_got_another_title_is_no_appointment_any_more(
    imports: Imports, services: Services, name: str, title: str
) -> None:
    imports(calendar(SINGLE.replace("Made Up", name)), "--names")
    done = said(imports(calendar(SINGLE.replace("Made Up 99999 00021", title)), "--names"))
    assert done[:2] == ["Appointments: 1 cancelled", "Busy times: 1 entered"]
    assert (stands(services), blocked(services)) == ([], [f"11-24..11-24 10:00-10:30 {title}"])


def test_an_appointment_that_became_whole_days_there_is_cancelled_and_they_are_blocked(
    imports: Imports, services: Services
) -> None:
    imports(calendar(SINGLE), "--names")
    days = SINGLE.replace("DURATION:PT30M", "DTEND;VALUE=DATE:20261127")
    days = days.replace("TZID=Asia/Kolkata:20261124T100000", "VALUE=DATE:20261124")
    assert said(imports(calendar(days), "--names"))[:2] == ["Appointments: 1 cancelled", "Busy times: 1 entered"]
    assert (stands(services), blocked(services)) == ([], ["11-24..11-26 00:00-00:00"])


def test_a_line_that_became_a_whole_busy_day_blocks_it(imports: Imports, services: Services) -> None:
    header = "id,day,starts,ends,phone,name,kind"
    imports(table("7,2026-11-24,10:00,10:30,99999 00021,Made Up,", header=header))
    done = said(imports(table("7,2026-11-24,,,,,busy", header=header)))
    assert done[:2] == ["Appointments: 1 cancelled", "Busy times: 1 entered"]
    assert (stands(services), blocked(services)) == ([], ["11-24..11-24 00:00-00:00"])


def test_the_report_begins_with_the_cancelled_and_ends_with_the_nameless(imports: Imports, services: Services) -> None:
    first, second, third = (SINGLE.replace("UID:one", f"UID:{n}").replace("T10", f"T1{n}") for n in (1, 2, 3))
    imports(calendar(first, second, third), "--names")
    nameless, moved, gone = (each.reference for each in visits(services))
    services.diary.desk.move(visits(services)[1].id, ELEVEN + timedelta(hours=3), ASHA)
    cancelled = third.replace("END:VEVENT", "STATUS:CANCELLED\r\nEND:VEVENT")
    done = said(imports(calendar(first, second, cancelled)))
    assert done[-5:] == [
        "To look at: 4",
        f"reference {gone}: cancelled, since the other diary has it no longer",
        f"event 2: the appointment {moved} was changed here since it was imported: left as it is",
        f"event 1: it names no patient any more: the appointment {nameless} stays",
        f"event 2: it names no patient any more: the appointment {moved} stays",
    ]


# -- the same visit as another entry


SINGLE = event("one", ";TZID=Asia/Kolkata:20261124T100000", "SUMMARY:Made Up 99999 00021")
SERIES = SINGLE.replace("SUMMARY", "RRULE:FREQ=WEEKLY;COUNT=2\r\nSUMMARY")


def test_an_appointment_that_becomes_a_series_there_stays_in_the_diary(imports: Imports, services: Services) -> None:
    imports(calendar(SINGLE), "--names")
    done = said(imports(calendar(SERIES), "--names"))
    assert done[:3] == ["Appointments: 1 entered", "Busy times: none", "In the diary already: 1"]
    assert stands(services) == ["24 10:00-10:30", "01 10:00-10:30"]
    assert said(imports(calendar(SERIES), "--names"))[0] == "Appointments: none"
    assert said(imports(calendar(SINGLE), "--names"))[0] == "Appointments: 1 cancelled"
    assert stands(services) == ["24 10:00-10:30"]


def test_an_appointment_that_became_a_series_is_moved_with_it(imports: Imports, services: Services) -> None:
    imports(calendar(SINGLE), "--names")
    (before,) = visits(services)
    imports(calendar(SERIES.replace("RRULE", "DURATION:PT45M\r\nRRULE").replace("DURATION:PT30M\r\n", "")), "--names")
    assert stands(services) == ["24 10:00-10:45", "01 10:00-10:45"]
    moved = event("one", ";TZID=Asia/Kolkata:20261124T113000", "RECURRENCE-ID;TZID=Asia/Kolkata:20261124T100000")
    named = moved.replace("END:VEVENT", "SUMMARY:Made Up 99999 00021\r\nEND:VEVENT")
    assert said(imports(calendar(SERIES, named), "--names"))[0] == "Appointments: 2 moved"
    assert stands(services) == ["24 11:30-12:00", "01 10:00-10:30"]
    assert visits(services)[0].reference == before.reference


def test_a_name_that_the_other_entry_lacks_is_kept(imports: Imports, services: Services) -> None:
    imports(calendar(SINGLE), "--names")
    assert said(imports(calendar(SERIES.replace("Made Up ", "")), "--names"))[2] == "In the diary already: 1"
    first = visits(services)[0].patient_id or 0
    assert services.diary.patients.called({first})[first].name == "Made Up"


def test_the_desk_cancels_what_became_a_series_there_for_good(imports: Imports, services: Services) -> None:
    imports(calendar(SINGLE), "--names")
    imports(calendar(SERIES), "--names")
    services.diary.desk.cancel(visits(services)[0].id, ASHA)
    assert "was cancelled or marked here since it was imported: left so" in imports(calendar(SERIES), "--names").output
    assert stands(services) == ["01 10:00-10:30"]


def test_the_desk_cancels_what_it_has_named_and_became_a_series_there(imports: Imports, services: Services) -> None:
    single, series = (calendar(each.replace("Made Up ", "")) for each in (SINGLE, SERIES))
    imports(single, "--names")
    services.diary.desk.keep(visits(services)[0].id, NameAndNote("Made Up"), ASHA)
    imports(series, "--names")
    services.diary.desk.cancel(visits(services)[0].id, ASHA)
    assert "was cancelled or marked here since it was imported: left so" in imports(series, "--names").output
    assert stands(services) == ["01 10:00-10:30"]


def test_an_appointment_that_is_entered_anew_has_a_reference_of_its_own(
    imports: Imports, services: Services, clock: Clock
) -> None:
    imports(calendar(SINGLE), "--names")
    imports(calendar(SERIES), "--names")
    moved = SINGLE.replace("T10", "T11").replace(
        "SUMMARY", "RECURRENCE-ID;TZID=Asia/Kolkata:20261124T100000\r\nSUMMARY"
    )
    imports(calendar(SERIES, moved), "--names")
    clock.shows(2026, 11, 23, 21, 0)
    assert said(imports(calendar(SINGLE), "--names"))[0] == "Appointments: 1 entered, 2 cancelled"
    assert len({each.reference for each in visits(services)}) == 3


def test_an_event_that_a_table_has_too_is_still_moved(imports: Imports, services: Services) -> None:
    imports(calendar(SINGLE), "--names")
    assert said(imports(table("2026-11-24,10:00,10:30,99999 00021,Made Up")))[2] == "In the diary already: 1"
    assert said(imports(calendar(SINGLE.replace("T10", "T11")), "--names"))[0] == "Appointments: 1 moved"
    assert stands(services) == ["24 11:00-11:30"]


def test_what_has_other_ids_there_is_not_taken_away(imports: Imports, services: Services) -> None:
    imports(ROWS)
    with_ids = table(
        "1,2026-11-24,10:00,10:30,99999 00021,Made Up",
        "2,2026-11-25,16:00,16:45,,Nobody Real",
        header=WITH_ID,
    )
    assert said(imports(with_ids, "--take-away"))[0] == "Appointments: none"
    assert stands(services) == ["24 10:00-10:30", "25 16:00-16:45"]


@pytest.mark.parametrize(
    ("before", "after", "options"),
    [
        (",2026-11-24,10:00,10:30,99999 00021,Made Up", "1,2026-11-24,10:00,10:30,99999 00021,Made Up", ()),
        (",2026-11-24,10:00,10:30,99999 00021,", ",2026-11-24,10:00,10:30,99999 00021,Made Up", ()),
        (",2026-11-24,10:00,10:30,,Made Up", "1,2026-11-24,10:00,10:30,99999 00021,Made Up", ()),
        ("1,2026-11-24,10:00,10:30,99999 00021,", "2,2026-11-24,10:00,10:30,99999 00021,", ("--take-away",)),
    ],
)
def test_the_desk_cancels_for_good_what_a_line_tells_more_of_or_otherwise(
    imports: Imports, services: Services, before: str, after: str, options: tuple[str, ...]
) -> None:
    imports(table(before, header=WITH_ID))
    newer = table(after, header=WITH_ID)
    said(imports(newer, *options))
    services.diary.desk.cancel(visits(services)[0].id, ASHA)
    assert said(imports(newer, *options))[0] == "Appointments: none"
    assert stands(services) == []


def test_a_second_appointment_at_the_former_time_of_a_moved_one_is_entered(
    imports: Imports, services: Services
) -> None:
    imports(table("1,2026-11-24,10:00,10:30,99999 00021,Made Up", header=WITH_ID))
    rows = ("1,2026-11-25,10:00,10:30,99999 00021,Made Up", "2,2026-11-24,10:00,10:30,99999 00021,Made Up")
    assert said(imports(table(*rows, header=WITH_ID)))[0] == "Appointments: 1 entered, 1 moved"
    assert stands(services) == ["24 10:00-10:30", "25 10:00-10:30"]


def test_of_two_patients_of_one_number_each_is_entered(imports: Imports, services: Services) -> None:
    services.diary.desk.book(DeskBooking(TEN, Number("+919999900021"), "", "main", "en", "000041"), ASHA)
    two = table("2026-11-24,10:00,10:30,99999 00021,Made Up", "2026-11-24,10:00,10:30,99999 00021,Mad Up")
    done = said(imports(two))
    assert (done[0], done[2]) == ("Appointments: 1 entered", "In the diary already: 1")
    assert stands(services) == ["24 10:00-10:30", "24 10:00-10:30"]


def test_what_the_desk_has_moved_already_is_not_entered_again_at_its_new_time(
    imports: Imports, services: Services
) -> None:
    imports(ROWS)
    services.diary.desk.move(visits(services)[0].id, ELEVEN + timedelta(hours=3), ASHA)
    done = said(imports(f"{ROWS}2026-11-24,14:00,14:30,99999 00021,Made Up\n"))
    assert (done[0], done[2]) == ("Appointments: none", "In the diary already: 3")
    assert stands(services) == ["24 14:00-14:30", "25 16:00-16:45"]


def test_a_second_patient_of_a_number_is_entered_beside_one_whom_the_desk_has_named(
    imports: Imports, services: Services
) -> None:
    first, second = (f"{number},2026-11-24,10:00,10:30,99999 00021," for number in (1, 2))
    imports(table(first, header=WITH_ID))
    services.diary.desk.keep(visits(services)[0].id, NameAndNote("Made Up"), ASHA)
    assert said(imports(table(first, second, header=WITH_ID)))[0] == "Appointments: 1 entered"
    assert stands(services) == ["24 10:00-10:30", "24 10:00-10:30"]


# -- another time, another patient


def test_an_entry_that_gets_a_later_time_when_its_own_is_over_is_entered(
    imports: Imports, services: Services, clock: Clock
) -> None:
    imports(table("7,2026-11-24,10:00,10:30,99999 00021,Made Up", header=WITH_ID))
    clock.shows(2026, 11, 24, 15, 0)
    later = table("7,2026-11-27,10:00,10:30,99999 00021,Made Up", header=WITH_ID)
    assert said(imports(later))[0] == "Appointments: 1 entered"
    assert stands(services) == ["24 10:00-10:30", "27 10:00-10:30"], "the former stays in its day"
    former, new = visits(services)
    assert former.reference != new.reference
    assert said(imports(later))[:3] == ["Appointments: none", "Busy times: none", "In the diary already: 1"]
    assert (
        said(imports(table("8,2026-11-28,10:00,,,", header=WITH_ID), "--take-away"))[0] == "Appointments: 1 cancelled"
    )
    assert stands(services) == ["24 10:00-10:30"]


def test_an_appointment_gets_its_new_time_and_its_new_number_at_once(imports: Imports, services: Services) -> None:
    imports(table("7,2026-11-24,10:00,10:30,99999 00021,Made Up", header=WITH_ID))
    changed = table("7,2026-11-24,11:00,11:30,99999 00022,Made Up", header=WITH_ID)
    assert said(imports(changed))[0] == "Appointments: 1 moved, 1 corrected"
    (visit,) = visits(services)
    assert (visit.starts, visit.phone) == (ELEVEN, Number("+919999900022"))
    assert said(imports(changed))[0] == "Appointments: none"


def test_a_busy_time_that_becomes_an_appointment_is_counted_as_taken_away(imports: Imports, services: Services) -> None:
    imports(table("7,2026-11-24,10:00,10:30,,", header=WITH_ID))
    done = said(imports(table("7,2026-11-24,10:00,10:30,99999 00022,", header=WITH_ID)))
    assert done[:2] == ["Appointments: 1 entered", "Busy times: 1 taken away"]
    assert blocked(services) == []


def test_a_busy_time_that_is_partly_freed_here_is_counted_when_it_becomes_shorter(
    imports: Imports, services: Services
) -> None:
    imports(table("7,2026-11-24,16:00,2026-11-25T10:00,,", header=WITH_ID))
    (block,) = (each for each in services.diary.blocked_times.standing(NOW.date()) if each.block.first_day == TUESDAY)
    services.diary.blocked_times.undo(block.id, ASHA)
    done = said(imports(table("7,2026-11-24,16:00,2026-11-25T00:00,,", header=WITH_ID)))
    assert (done[1], done[-1]) == (
        "Busy times: 1 moved",
        "line 2: this busy time was freed here since it was imported: left free",
    )
    assert blocked(services) == []


def test_a_name_that_is_cut_at_a_space_is_not_corrected_each_time(imports: Imports) -> None:
    rows = table(f"2026-11-24,10:00,10:30,99999 00021,{'Made Up' * 11}is of Nowhere")
    assert said(imports(rows))[0] == "Appointments: 1 entered"
    assert said(imports(rows))[0] == "Appointments: none"


# -- clashes, and what was changed here


def test_who_meets_another_stands_beside_them_and_is_named(imports: Imports, services: Services) -> None:
    services.diary.desk.book(DeskBooking(TEN, Number("+919999900041"), "", "main", "en", "000041"), ASHA)
    done = said(imports(table("2026-11-24,10:15,10:45,99999 00021,", "2026-11-24,10:20,10:50,99999 00022,")))
    assert done[-2:] == [
        "line 2: Tue 24 Nov 2026 10:15 meets reference 000041; it stands beside it, in an extra place",
        "line 3: Tue 24 Nov 2026 10:20 meets reference 000041, line 2; it stands beside it, in an extra place",
    ]
    assert [each.extra for each in visits(services)] == [0, 1, 2]


def test_a_busy_time_names_whom_it_meets_and_the_desk_tells_them(imports: Imports, services: Services) -> None:
    services.diary.desk.book(DeskBooking(TEN, Number("+919999900041"), "", "main", "en", "000041"), ASHA)
    done = said(imports(table("2026-11-24,,,,", "2026-11-24,09:00,09:15,,")))
    assert done[-1] == (
        "busy Tue 24 Nov 2026 00:00: meets reference 000041; the desk is given the task to tell the patient"
    )
    assert offered(services) == []
    services.desk.upkeep.keep(services.hours.clinic_now(), By("the clock", NOW))
    assert [each.why for each in services.desk.store.waiting()] == ["blocked"]


def test_an_appointment_in_closed_hours_is_named_and_the_desk_is_given_a_task(
    imports: Imports, services: Services
) -> None:
    done = said(imports(table("2026-11-24,23:00,23:30,99999 00021,")))
    assert done[-1].startswith("line 2: Tue 24 Nov 2026 23:00 is outside of the opening hours")
    services.desk.upkeep.keep(services.hours.clinic_now(), By("the clock", NOW))
    assert [each.why for each in services.desk.store.waiting()] == ["closed"]


def test_what_the_desk_has_entered_by_hand_is_not_entered_twice(imports: Imports, services: Services) -> None:
    services.diary.desk.book(DeskBooking(TEN, Number("+919999900021"), "Made Up", "main", "en", "000041"), ASHA)
    assert said(imports(ROWS))[:3] == ["Appointments: 1 entered", "Busy times: 1 entered", "In the diary already: 1"]
    assert stands(services) == ["24 10:00-10:30", "25 16:00-16:45"]


def test_what_was_changed_here_is_left_alone_and_named(imports: Imports, services: Services) -> None:
    imports(ROWS)
    first, second = visits(services)
    services.diary.desk.move(first.id, ELEVEN + timedelta(hours=3), ASHA)
    services.diary.desk.cancel(second.id, ASHA)
    (block,) = services.diary.blocked_times.standing(NOW.date())
    services.diary.blocked_times.undo(block.id, ASHA)
    done = said(imports(ROWS))
    assert done[-3:] == [
        f"line 2: the appointment {first.reference} was changed here since it was imported: left as it is",
        "line 3: this busy time was freed here since it was imported: left free",
        f"line 5: the appointment {second.reference} was cancelled or marked here since it was imported: left so",
    ]
    assert (stands(services), blocked(services)) == (["24 14:00-14:30"], [])


def test_a_name_that_is_corrected_there_is_corrected_here(imports: Imports, services: Services) -> None:
    imports(table("7,2026-11-24,10:00,10:30,99999 00021,Mad Up", header=WITH_ID))
    done = said(imports(table("7,2026-11-24,10:00,10:30,99999 00022,Made Up", header=WITH_ID)))
    assert done[0] == "Appointments: 1 corrected"
    (visit,) = visits(services)
    assert visit.phone
    assert visit.phone.e164 == "+919999900022"
    assert services.diary.patients.called({visit.patient_id or 0})[visit.patient_id or 0].name == "Made Up"


@pytest.mark.parametrize(
    ("newer", "number", "name"),
    [(",Made Up K", "+919999900021", "Made Up K"), ("99999 00021,", "+919999900021", "Made Up")],
)
def test_a_number_or_a_name_that_is_not_told_any_more_stays(
    imports: Imports, services: Services, newer: str, number: str, name: str
) -> None:
    imports(table("7,2026-11-24,10:00,10:30,99999 00021,Made Up", header=WITH_ID))
    newer = table(f"7,2026-11-24,10:00,10:30,{newer}", header=WITH_ID)
    imports(newer)
    (visit,) = visits(services)
    (patient,) = services.diary.patients.called({visit.patient_id or 0}).values()
    assert (visit.phone, patient.phone, patient.name) == (Number(number), number, name)
    assert said(imports(newer))[0] == "Appointments: none"


@pytest.mark.parametrize(
    ("newer", "number", "name"), [(",Somebody Else", None, "Somebody Else"), ("99999 00022,", "+919999900022", None)]
)
def test_an_appointment_of_another_patient_keeps_nothing_of_the_first(
    imports: Imports, services: Services, newer: str, number: str | None, name: str | None
) -> None:
    """A time that the other diary gives to somebody else has neither the first patient's number nor their name."""
    imports(table("7,2026-11-24,10:00,10:30,99999 00021,Made Up", header=WITH_ID))
    newer = table(f"7,2026-11-24,10:00,10:30,{newer}", header=WITH_ID)
    assert said(imports(newer))[0] == "Appointments: 1 corrected"
    (visit,) = visits(services)
    called = services.diary.patients.called({visit.patient_id or 0}).get(visit.patient_id or 0)
    assert (visit.phone and visit.phone.e164, called and called.name) == (number, name)
    assert said(imports(newer))[0] == "Appointments: none"


def test_a_name_whose_letters_are_encoded_otherwise_is_the_same_name(imports: Imports, services: Services) -> None:
    """A letter with a nukta or an accent, or a capital, may be written in several ways: each time it is one patient."""
    row = "7,2026-11-24,10:00,10:30,99999 00021,"
    imports(table(f"{row}{'क' + chr(0x93C)}ल्पित É", header=WITH_ID))
    assert said(imports(table(f"{row}{chr(0x958)}ल्पित é", header=WITH_ID)))[0] == "Appointments: none"


def test_what_callers_have_booked_is_no_import_and_is_not_taken_away(imports: Imports, services: Services) -> None:
    with services.database.writing() as write:
        book(write, wished(ELEVEN, 41, mark="a" * 64), asked(ELEVEN))
    done = imports(table("2026-11-26,10:00,10:30,99999 00021,"), "--take-away")
    assert "000041" not in done.output
    assert "not in this file" not in imports(table("2026-11-26,10:00,10:30,99999 00021,")).output
    assert stands(services) == ["24 11:00-11:30", "26 10:00-10:30"]


# -- practitioners


TWO = """
[[practitioners]]
key = "knee"
name = { en = "the knee specialist", hi = "घुटने के विशेषज्ञ" }

[[practitioners]]
key = "neck"
name = { en = "the neck specialist", hi = "गर्दन के विशेषज्ञ" }
"""


@pytest.fixture
def two(services: Services, app: Flask) -> Services:
    """The shipped clinic with two practitioners, each with a column of the diary."""
    path = services.settings.state_dir / "two.toml"
    shipped = services.settings.clinic_file.read_text(encoding="utf-8").replace("patients_at_once = 1\n", "")
    path.write_text(shipped + TWO, encoding="utf-8")
    clinic = clinic_file.read(path)
    hours = replace(services.hours, now=replace(services.hours.now, clinic=clinic))
    both = replace(services, clinic=clinic, hours=hours)
    app.extensions["services"] = both
    return both


def test_a_calendar_is_of_the_practitioner_who_is_named(imports: Imports, two: Services) -> None:
    refused = imports(calendar(*MOVES))
    assert (refused.exit_code, "whose calendar is it? Say --practitioner and one of: knee, neck" in refused.output) == (
        2,
        True,
    )
    assert "there is: knee, neck" in imports(calendar(*MOVES), "--practitioner", "ankle").output
    said(imports(calendar(*MOVES), "--practitioner", "knee"))
    said(imports(calendar(*MOVES), "--practitioner", "neck"))
    found = two.diary.blocked_times.standing(NOW.date())
    assert sorted(each.block.schedule for each in found) == ["knee", "knee", "neck", "neck"], "a meeting of both"


@pytest.mark.parametrize("options", [(), ("--take-away",)])
def test_an_appointment_that_the_desk_gave_a_colleague_is_entered_once(
    imports: Imports, two: Services, options: tuple[str, ...]
) -> None:
    knee, neck = (calendar(SINGLE.replace("UID:one", f"UID:{key}")) for key in ("knee", "neck"))
    imports(knee, "--names", "--practitioner", "knee")
    with two.database.writing() as write:
        move(write, visits(two)[0].id, Asked(TEN, (two.clinic.diary.schedules[1],)), ASHA)
    assert said(imports(neck, "--names", "--practitioner", "neck", *options))[2] == "In the diary already: 1"
    done = said(imports(knee, "--names", "--practitioner", "knee", *options))
    assert (done[0], done[-1].endswith("was changed here since it was imported: left as it is")) == (
        "Appointments: none",
        True,
    )
    assert [(each.schedule, each.starts) for each in visits(two)] == [("neck", TEN)]


def test_a_table_names_the_practitioner_of_each_line(imports: Imports, two: Services) -> None:
    rows = (
        "2026-11-24,10:00,10:30,99999 00021,The Neck Specialist",
        "2026-11-24,10:00,10:30,99999 00022,knee",
        "2026-11-24,10:00,10:30,99999 00023,ankle",
        "2026-11-24,10:00,10:30,99999 00024,",
        "2026-11-24,12:00,12:30,,",
    )
    done = said(imports(table(*rows, header="day,starts,ends,phone,practitioner")))
    assert sorted((each.schedule, each.extra) for each in visits(two)) == [("knee", 0), ("neck", 0)]
    assert done[-2:] == [
        "line 4: left out, clinic.toml has no such practitioner; there is: knee, neck",
        "line 5: left out, it names no practitioner; there is: knee, neck",
    ]
    (busy,) = two.diary.blocked_times.standing(NOW.date())
    assert busy.block.schedule == "", "for all of them"


# -- files that are none


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"\x00\x01\x02\x03" * 40, "it is no text"),
        (b"PK\x03\x04rest", "a workbook or another packed file: save the sheet as CSV"),
        (b"<!doctype html><p>Log in", "a web page or XML"),
        (b"%PDF-1.7", "a PDF"),
        (b"a,b\n1,2\n", "its first line is no header of a table"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1", "is broken off or damaged"),
        (b"day,date\n1,2\n", "two columns of the header mean the same: day"),
        (b"day,starts\n11/30/2026,10:00\n", "line 2: its day is written month first"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_line(
    imports: Imports, services: Services, content: bytes, why: str
) -> None:
    done = imports(content)
    assert (done.exit_code, len(done.output.splitlines())) == (1, 1), done.output
    assert why in done.output
    assert (stands(services), blocked(services)) == ([], [])


def test_a_file_that_is_not_there_is_said(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["diary", "import", "/nowhere/diary.csv"])
    assert (done.exit_code, "it cannot be opened: No such file or directory" in done.output) == (1, True)


@pytest.mark.parametrize("content", [calendar(), table(), calendar("BEGIN:VTODO\r\nUID:1\r\nEND:VTODO")])
def test_a_file_without_an_entry_is_said(imports: Imports, content: str) -> None:
    assert (
        said(imports(content))[0]
        == "There is neither an event nor a line of a table in this file: is it the right one?"
    )


def test_lines_that_cannot_be_read_are_named_and_the_others_entered(imports: Imports, services: Services) -> None:
    bad = table("2026-11-24,10:00,10:30,99999 00021,", "2026-02-30,10:00,10:30,99999 00022,", "2026-11-24,25:00,,,")
    done = imports(bad)
    assert said(done)[-2:] == [
        "line 3: left out, its day cannot be read: write 2026-11-30, or 30/11/2026",
        "line 4: left out, its hour cannot be read: there is no such hour",
    ]
    assert stands(services) == ["24 10:00-10:30"]
    assert imports(table("x,y,z,1,"), name="none.csv").exit_code == 1


def test_nothing_personal_is_printed_audited_or_logged(
    imports: Imports, services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    titled = event("one", ":20261124T043000Z", "SUMMARY:Made Up 99999 00021")
    output = "".join(each.output for each in (imports(ROWS), imports(ROWS), imports(calendar(titled), "--names")))
    audited = " ".join(f"{each.who} {each.what} {each.about} {each.detail}" for each in services.staff.audit.page())
    assert COMMAND_LINE in audited
    for words in ("Made Up", "Nobody", "00021", "one@"):
        assert words not in output + audited + caplog.text


def test_a_database_that_is_away_is_said(imports: Imports, services: Services) -> None:
    with services.database.writing() as write:
        write.execute(text("ALTER TABLE blocked_times RENAME TO elsewhere"))
    done = imports(ROWS)
    assert (done.exit_code, "nothing was entered: the database is away" in done.output) == (1, True)


# -- many, and any


@pytest.mark.slow
def test_thousands_of_events_take_seconds(imports: Imports, services: Services) -> None:
    first = datetime(2026, 11, 25, 3, 30, tzinfo=UTC)
    starts = (first + timedelta(minutes=30 * step) for step in range(3_000))
    many = calendar(*(event(f"{number}@made.up", f":{at:%Y%m%dT%H%M%S}Z") for number, at in enumerate(starts)))
    before = time.monotonic()
    assert said(imports(many))[1] == "Busy times: 3000 entered"
    assert time.monotonic() - before < 20, "many times what it takes"
    assert offered(services, date(2026, 11, 26)) == []


BUSY = st.tuples(
    st.integers(0, 13 * 24 * 60), st.integers(1, 30 * 60), st.sampled_from(["UTC", "Asia/Kolkata", "Europe/Berlin"])
)


@given(busy=st.lists(BUSY, min_size=1, max_size=6))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_telephone_never_offers_an_imported_busy_time(
    imports: Imports, services: Services, database: Database, busy: list[tuple[int, int, str]]
) -> None:
    with database.writing() as write:
        write.execute(text("DELETE FROM blocked_times"))
    spans = [(NOW.astimezone(UTC) + timedelta(minutes=at), timedelta(minutes=length)) for at, length, _ in busy]
    events = [
        event(f"{number}", _written(at, zone), ends=f"DURATION:PT{length.seconds // 60 + length.days * 1440}M")
        for number, ((at, length), (_, _, zone)) in enumerate(zip(spans, busy, strict=True))
    ]
    assert said(imports(calendar(*events)))[1].startswith("Busy times:")
    for slot in services.diary.free_times.offered(services.clinic, "main", NOW):
        ends = slot.start + services.clinic.diary.length
        assert not any(slot.start < at + length and at < ends for at, length in spans)


def _written(at: datetime, zone: str) -> str:
    return f":{at:%Y%m%dT%H%M%SZ}" if zone == "UTC" else f";TZID={zone}:{at.astimezone(ZoneInfo(zone)):%Y%m%dT%H%M%S}"

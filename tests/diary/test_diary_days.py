"""Whole days of the diary, on both databases: free, taken and blocked times, and the patients touched by a block."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from ivr.diary.blocked_times import BlockedTimes, TimeBlock
from ivr.diary.desk_diary import DeskBooking, DeskDiary, NameAndNote
from ivr.diary.diary_days import DiaryDays
from ivr.line.diary import Schedule
from ivr.line.hours import DeskClosure, Hours, Shift
from ivr.line.phones import Phone
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database
from tests.diary import AT_FOUR, DELHI, HALF_AN_HOUR, NOW, TWO, the_clinic

ASHA = By("asha", NOW)
TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)
LATE = Shift(time(16), time(17))


@pytest.fixture
def days(database: Database) -> DiaryDays:
    return DiaryDays(database)


def books(database: Database, starts: datetime = AT_FOUR, schedule: str = "1", *, number: int = 1) -> int:
    wanted = DeskBooking(starts, Phone(f"+91999990000{number}"), "Made Up", "main", "en", f"{number:06}", schedule)
    return DeskDiary(database, lambda: the_clinic(*TWO)).book(wanted, ASHA)


def test_a_day_has_what_is_free_taken_and_blocked_in_each_column(days: DiaryDays, database: Database) -> None:
    clinic, made = the_clinic(*TWO), books(database)
    BlockedTimes(database).set(TimeBlock(Shift(time(10), time(11)), TODAY, TODAY, "2"), ASHA)
    (found,) = days.read(clinic, TODAY, TODAY)
    first, second = found.columns
    assert [each.id for each in first.appointments] == [made]
    assert (len(first.free), len(second.free)) == (22, 21)
    assert AT_FOUR not in [each.start for each in first.free]
    assert (found.taken, [each.start.hour for each in second.blocked]) == (1, [10])
    assert len(found.free(NOW)) == 12 + 13


def test_a_week_is_read_at_once_and_each_day_has_its_own(days: DiaryDays, database: Database) -> None:
    for ahead in (0, 2, 6):
        books(database, AT_FOUR + timedelta(days=ahead))
    books(database, AT_FOUR + timedelta(days=7))
    found = days.read(the_clinic(), TODAY, TODAY + timedelta(days=6))
    assert [each.taken for each in found] == [1, 0, 1, 0, 0, 0, 1]
    assert found[0].day == TODAY


def test_a_closed_day_has_no_time_and_no_column_works(days: DiaryDays) -> None:
    clinic = the_clinic().with_closures([DeskClosure(TODAY, "", ())])
    closed, after = days.read(clinic, TODAY, TOMORROW)
    assert (closed.free(NOW), closed.columns[0].works, after.columns[0].works) == ([], False, True)


def test_a_column_that_one_line_offers_has_that_lines_hours(days: DiaryDays) -> None:
    second = Schedule("s", HALF_AN_HOUR, lines=frozenset({"second"}))
    clinic = the_clinic(Schedule("1", HALF_AN_HOUR), second).with_closures([DeskClosure(TODAY, "second", ())])
    (found,) = days.read(clinic, TODAY, TODAY)
    assert [bool(each.free) for each in found.columns] == [True, False]


def test_midnight_belongs_to_the_day_of_the_clinics_own_clock(days: DiaryDays, database: Database) -> None:
    midnight = datetime(2026, 11, 24, 0, 0, tzinfo=DELHI)
    books(database, midnight)
    books(database, midnight - HALF_AN_HOUR, number=2)
    assert [each.taken for each in days.read(the_clinic(), TODAY, TOMORROW)] == [1, 1]


def test_notes_are_those_of_the_appointments_asked_for(days: DiaryDays, database: Database) -> None:
    first, second = books(database), books(database, AT_FOUR + HALF_AN_HOUR)
    desk = DeskDiary(database, the_clinic)
    for words in ("her knee", "comes by car"):
        desk.keep(first, NameAndNote(note=words), ASHA)
    assert days.notes([first, second]) == {first: ["her knee", "comes by car"]}
    assert days.notes([]) == {}


def test_the_version_changes_with_every_change(days: DiaryDays, database: Database) -> None:
    blocked, seen = BlockedTimes(database), [days.version()]
    made = books(database)
    seen.append(days.version())
    DeskDiary(database, the_clinic).cancel(made, ASHA)
    seen.append(days.version())
    standing = blocked.set(TimeBlock(LATE, TODAY, TODAY), ASHA)
    seen.append(days.version())
    blocked.undo(standing, ASHA)
    seen.append(days.version())
    assert len(set(seen)) == 5
    assert days.version() == seen[-1]


@pytest.mark.parametrize(
    ("block", "touched"),
    [
        (TimeBlock(LATE, TODAY, TODAY), [1, 2, 4]),
        (TimeBlock(LATE, TODAY, TODAY, "2"), [4]),
        (TimeBlock(Shift(time(16, 29), time(16, 30)), TODAY, TODAY), [1, 4]),
        (TimeBlock(LATE, TOMORROW, TOMORROW), []),
        (TimeBlock(LATE, TODAY, None, weekday=TODAY.weekday()), [1, 2, 4, 5]),
        (TimeBlock(LATE, TODAY - timedelta(days=30), TODAY + timedelta(days=7)), [1, 2, 4, 5]),
        (TimeBlock(Shift(time(0), time(0)), TODAY, TODAY), [1, 2, 3, 4]),
        (TimeBlock(Shift(time(15, 30), time(16)), TODAY, TODAY), []),
    ],
)
def test_a_block_touches_what_is_in_its_time_and_column(
    days: DiaryDays, database: Database, block: TimeBlock, touched: list[int]
) -> None:
    for starts, schedule in (
        (AT_FOUR, "1"),
        (AT_FOUR + HALF_AN_HOUR, "1"),
        (AT_FOUR + 2 * HALF_AN_HOUR, "1"),
        (AT_FOUR, "2"),
        (AT_FOUR + timedelta(days=7), "1"),
    ):
        books(database, starts, schedule)
    found = days.touched(the_clinic(*TWO), block, NOW)
    assert sorted(each.id for each in found) == touched


def test_a_block_touches_nobody_whose_time_is_over(days: DiaryDays, database: Database) -> None:
    books(database)
    block = TimeBlock(LATE, TODAY, TODAY)
    assert [each.id for each in days.touched(the_clinic(), block, AT_FOUR + timedelta(minutes=29))] == [1]
    assert days.touched(the_clinic(), block, AT_FOUR + HALF_AN_HOUR) == []


def test_what_cannot_be_read_is_named_on_its_day(days: DiaryDays, database: Database) -> None:
    books(database)
    with database.writing() as write:
        write.execute(update(schema.appointments).values(status="fulfilled"))
    (found,) = days.read(the_clinic(), TODAY, TODAY)
    assert ([each.id for each in found.odd], found.taken) == ([1], 1)


def test_a_day_on_which_the_clocks_change_is_whole(days: DiaryDays) -> None:
    """A day with a clock change has all its free times: 50 half hours in the 25 hours of Berlin's 25 October 2026."""
    berlin, day, clinic = ZoneInfo("Europe/Berlin"), date(2026, 10, 25), the_clinic()
    offer = replace(clinic.line("").offer, hours=Hours(berlin, ((Shift(time(0), time(0)),),) * 7))
    there = replace(clinic, lines={"main": replace(clinic.line(""), offer=offer)})
    (found,) = days.read(there, day, day)
    assert len(found.columns[0].free) == 50

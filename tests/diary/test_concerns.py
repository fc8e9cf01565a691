"""Concerns about a time that somebody wants to book: taken, too soon, closed, blocked, past or far ahead.

Tested on both databases.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from ivr.diary.appointments import AppointmentStatus
from ivr.diary.blocked_times import BlockedTimes, TimeBlock
from ivr.diary.concerns import FAR_AHEAD, Concerns, Doubt
from ivr.diary.desk_diary import DeskBooking, DeskDiary
from ivr.line.clinic import Clinic
from ivr.line.diary import Schedule
from ivr.line.hours import DeskClosure, Shift
from ivr.line.phones import Phone
from ivr.storage.audit import By
from ivr.storage.database import Database
from tests.diary import AT_FOUR, DELHI, HALF_AN_HOUR, NOW, ONE, TWO, the_clinic

ASHA = By("asha", NOW)
MORNINGS = Schedule("am", HALF_AN_HOUR, {"en": "a"}, ((Shift(time(9), time(13)),),) * 7)


def books(database: Database, clinic: Clinic, starts: datetime = AT_FOUR, schedule: str = "1") -> int:
    wanted = DeskBooking(starts, Phone("+919999900001"), "Made Up", "main", "en", "000001", schedule)
    return DeskDiary(database, lambda: clinic).book(wanted, ASHA)


def doubts(
    database: Database, clinic: Clinic, start: datetime, schedule: Schedule = ONE[0], but: int | None = None
) -> list[Doubt]:
    return [each.doubt for each in Concerns(database).about(clinic, schedule, start, NOW, but)]


def test_a_free_time_has_none(database: Database) -> None:
    assert doubts(database, the_clinic(), AT_FOUR) == []


@pytest.mark.parametrize(
    ("minutes", "found"),
    [(-30, []), (-29, [Doubt.TAKEN]), (0, [Doubt.TAKEN]), (29, [Doubt.TAKEN]), (30, [])],
)
def test_a_visit_that_overlaps_another_clashes_with_it(database: Database, minutes: int, found: list[Doubt]) -> None:
    clinic = the_clinic()
    made = books(database, clinic)
    start = AT_FOUR + timedelta(minutes=minutes)
    assert doubts(database, clinic, start) == found
    assert doubts(database, clinic, start, but=made) == [], "its own time"
    assert doubts(database, clinic, start, TWO[1]) == [], "another column"


@pytest.mark.parametrize(
    ("minutes", "found"),
    [(-40, []), (-35, [Doubt.NEAR]), (-30, [Doubt.NEAR]), (15, [Doubt.TAKEN]), (30, [Doubt.NEAR]), (40, [])],
)
def test_within_the_buffer_it_is_too_near(database: Database, minutes: int, found: list[Doubt]) -> None:
    clinic = the_clinic()
    clinic = replace(clinic, diary=replace(clinic.diary, buffer=timedelta(minutes=10)))
    books(database, clinic)
    assert doubts(database, clinic, AT_FOUR + timedelta(minutes=minutes)) == found


def test_who_has_cancelled_takes_no_time(database: Database) -> None:
    clinic = the_clinic()
    made = books(database, clinic)
    desk = DeskDiary(database, lambda: clinic)
    desk.mark(made, AppointmentStatus.ARRIVED, ASHA)
    assert doubts(database, clinic, AT_FOUR) == [Doubt.TAKEN]
    desk.mark(made, AppointmentStatus.NOSHOW, ASHA)
    assert doubts(database, clinic, AT_FOUR) == []


def test_outside_the_hours_it_is_closed_and_outside_a_practitioners_they_are_away(database: Database) -> None:
    clinic = the_clinic(*ONE, MORNINGS)
    assert doubts(database, clinic, AT_FOUR.replace(hour=21)) == [Doubt.CLOSED]
    assert doubts(database, clinic, AT_FOUR.replace(hour=20, minute=5)) == [Doubt.CLOSED], "it would end too late"
    assert doubts(database, clinic, AT_FOUR, MORNINGS) == [Doubt.AWAY]
    assert doubts(database, clinic, AT_FOUR.replace(hour=21), MORNINGS) == [Doubt.CLOSED]
    closed = clinic.with_closures([DeskClosure(AT_FOUR.date(), "", ())])
    assert doubts(database, closed, AT_FOUR) == [Doubt.CLOSED]


def test_a_blocked_time_is_told_with_its_words_in_its_column_alone(database: Database) -> None:
    day, clinic = AT_FOUR.date(), the_clinic(*TWO)
    BlockedTimes(database).set(TimeBlock(Shift(time(16), time(17)), day, day, "1", words="a meeting"), ASHA)
    (told,) = Concerns(database).about(clinic, TWO[0], AT_FOUR + timedelta(minutes=45), NOW)
    assert (told.doubt, told.words) == (Doubt.BLOCKED, "a meeting")
    assert doubts(database, clinic, AT_FOUR, TWO[1]) == []
    assert doubts(database, clinic, AT_FOUR - HALF_AN_HOUR, TWO[0]) == [], "it ends as the block begins"


def test_what_is_over_and_what_is_far_ahead_is_told(database: Database) -> None:
    clinic = the_clinic()
    assert doubts(database, clinic, NOW - HALF_AN_HOUR) == [Doubt.PAST]
    assert doubts(database, clinic, NOW - timedelta(minutes=25)) == [], "whoever stands here now"
    assert doubts(database, clinic, NOW + FAR_AHEAD) == []
    assert doubts(database, clinic, NOW + FAR_AHEAD + timedelta(minutes=5)) == [Doubt.FAR]


def test_of_several_columns_the_one_with_the_fewest_is_chosen(database: Database) -> None:
    clinic = the_clinic(*TWO)
    books(database, clinic)
    column, found = Concerns(database).choose(clinic, TWO, AT_FOUR, NOW)
    assert (column.key, found) == ("2", [])
    books(database, clinic, schedule="2")
    column, found = Concerns(database).choose(clinic, TWO, AT_FOUR, NOW)
    assert (column.key, [each.doubt for each in found]) == ("1", [Doubt.TAKEN])


def test_a_block_of_the_evening_before_that_ends_at_midnight_is_not_of_today(database: Database) -> None:
    clinic, eve = the_clinic(), date(2026, 11, 23)
    BlockedTimes(database).set(TimeBlock(Shift(time(20), time(0)), eve, eve), ASHA)
    midnight = datetime(2026, 11, 24, 0, 0, tzinfo=DELHI)
    assert doubts(database, clinic, midnight) == [Doubt.CLOSED]
    assert doubts(database, clinic, midnight - timedelta(minutes=5)) == [Doubt.CLOSED, Doubt.BLOCKED]

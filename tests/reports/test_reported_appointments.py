"""The diary in a report: the time offered for appointments and the time filled, for all lines or for one line."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ivr.diary.appointments import AppointmentStatus
from ivr.diary.blocked_times import StandingTimeBlock, TimeBlock
from ivr.line.clinic import Clinic
from ivr.line.diary import Schedule
from ivr.line.hours import Hours, Shift
from ivr.reports.appointment_stats import ReportedVisit
from ivr.reports.reported_appointments import ReportedDiary, in_columns, offered
from tests.diary import HALF_AN_HOUR, the_clinic

MONDAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MORNING = (Shift(time(8), time(12)),)
HER_WEEK = (MORNING, *[()] * 6)
"""The weekly hours of a practitioner who works only on Mondays, from eight to twelve."""

ANYBODY, ASHA = Schedule("1", HALF_AN_HOUR), Schedule("asha", HALF_AN_HOUR, {"en": "Asha"}, HER_WEEK)
OF_THE_THIRD = replace(ASHA, lines=frozenset({"third"}))


def diary(*visits: ReportedVisit, blocks: Sequence[TimeBlock] = ()) -> ReportedDiary:
    standing = [StandingTimeBlock(number, each, "asha") for number, each in enumerate(blocks)]
    return ReportedDiary(visits, (), frozenset(), standing)


def visit(schedule: str, line: str = "main") -> ReportedVisit:
    return ReportedVisit(line, schedule, NOON, NOON + HALF_AN_HOUR, AppointmentStatus.BOOKED)


def minutes(found: ReportedDiary, clinic: Clinic, line: str = "", day: date = MONDAY) -> dict[str, float]:
    """Return the minutes that each column of the diary has for appointments on a day."""
    columns = offered(found, clinic, line, [day])[day]
    return {
        key: sum((end - start).total_seconds() / 60 for start, end in stretches) for key, stretches in columns.items()
    }


def test_a_practitioner_gives_the_hours_that_both_she_and_the_clinic_work() -> None:
    clinic = the_clinic(ANYBODY, ASHA)
    assert minutes(diary(), clinic) == {"1": 690, "asha": 180}, "the clinic opens at nine"
    assert minutes(diary(), clinic, day=MONDAY + timedelta(days=1)) == {"1": 690, "asha": 0}


def test_a_blocked_time_is_taken_from_its_column_or_from_all() -> None:
    hers = TimeBlock(Shift(time(11), time(14)), MONDAY, MONDAY, "asha")
    lunch = TimeBlock(Shift(time(13), time(14)), date(2026, 1, 5), None, weekday=0)
    found = diary(blocks=(hers, lunch, lunch))
    assert minutes(found, the_clinic(ANYBODY, ASHA)) == {"1": 630, "asha": 120}


def test_a_line_has_the_columns_that_it_offers_with_whoever_is_in_them() -> None:
    clinic = the_clinic(ANYBODY, OF_THE_THIRD)
    visits = (visit("1"), visit("1", "third"), visit("asha", "third"), visit("gone"), visit("gone", "third"))
    assert list(minutes(diary(), clinic, "main")) == ["1"]
    assert list(in_columns(diary(*visits), clinic, "main")) == [visits[0], visits[1], visits[3]]
    assert list(in_columns(diary(*visits), clinic, "third")) == [visits[0], visits[1], visits[2], visits[4]]
    assert list(in_columns(diary(*visits), clinic, "")) == list(visits)


def test_a_day_on_which_the_clocks_are_put_on_has_an_hour_less_to_give() -> None:
    clinic = the_clinic(ANYBODY)
    whole_day = Hours(ZoneInfo("Europe/Berlin"), ((Shift(time(0), time(0)),),) * 7)
    lines = {key: replace(line, offer=replace(line.offer, hours=whole_day)) for key, line in clinic.lines.items()}
    there = replace(clinic, lines=lines)
    days = (date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25))
    assert [minutes(diary(), there, day=day)["1"] / 60 for day in days] == [24, 23, 25]

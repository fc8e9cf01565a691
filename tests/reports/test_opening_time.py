"""The opening time between two moments: nights and closed days left out, also when clocks are put forward."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.line.hours import Closure, Hours, Shift
from ivr.reports.opening_time import OpeningTime
from tests.people import DELHI

DAY = (Shift(time(9), time(13)),)
WITH_A_BREAK = (Shift(time(9), time(13)), Shift(time(16), time(0)))


def open_between(hours: Hours, start: datetime, end: datetime) -> timedelta:
    return OpeningTime.of(hours, min(start, end), max(start, end)).between(start, end)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-11-23 10:00", "2026-11-23 10:00", 0),
        ("2026-11-23 10:00", "2026-11-23 10:25", 25),
        ("2026-11-23 10:25", "2026-11-23 10:00", 0),
        ("2026-11-22 22:00", "2026-11-23 05:00", 0),
    ],
)
def test_time_passes_only_while_it_is_open(start: str, end: str, minutes: int) -> None:
    hours = Hours(DELHI, (DAY,) * 7)
    begins, ends = (datetime.fromisoformat(each).replace(tzinfo=DELHI) for each in (start, end))
    assert open_between(hours, begins, ends) == timedelta(minutes=minutes)


def test_a_night_a_closed_day_and_a_half_day_are_left_out() -> None:
    half = Closure(shifts=(Shift(time(9), time(11)),))
    hours = Hours(DELHI, (DAY,) * 7, {date(2026, 11, 24): Closure(), date(2026, 11, 25): half})
    begins, ends = datetime(2026, 11, 23, 12, tzinfo=DELHI), datetime(2026, 11, 26, 9, 30, tzinfo=DELHI)
    assert open_between(hours, begins, ends) == timedelta(hours=1 + 2, minutes=30)


def test_the_hours_that_pass_are_counted_and_not_those_on_the_wall() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    hours = Hours(berlin, ((Shift(time(0), time(0)),),) * 7)
    begins, ends = datetime(2026, 3, 29, 0, tzinfo=berlin), datetime(2026, 3, 29, 12, tzinfo=berlin)
    assert open_between(hours, begins, ends) == timedelta(hours=11), "at two it was three"


def test_a_clinic_that_never_opens_is_never_open() -> None:
    hours = Hours(DELHI, ((),) * 7)
    assert (
        open_between(hours, datetime(2026, 11, 23, tzinfo=DELHI), datetime(2026, 11, 25, tzinfo=DELHI)) == timedelta()
    )


minutes = st.integers(0, 2 * 24 * 60)


@settings(max_examples=50)
@given(minutes, minutes)
def test_it_is_open_for_as_many_minutes_as_there_are_in_which_it_is(start: int, end: int) -> None:
    hours = Hours(DELHI, (WITH_A_BREAK,) * 7, {date(2026, 11, 24): Closure(shifts=DAY)})
    midnight = datetime(2026, 11, 23, tzinfo=DELHI)
    open_minutes = sum(hours.is_open(midnight + timedelta(minutes=each)) for each in range(start, end))
    begins, ends = (midnight + timedelta(minutes=each) for each in (start, end))
    whole = OpeningTime.of(hours, midnight, midnight + timedelta(days=3))
    assert whole.between(begins, ends) == timedelta(minutes=open_minutes)

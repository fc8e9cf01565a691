"""The clinic's timetable: the date at a moment, the line's state at a moment, and the open time between two moments."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.line.hours import Closure, Hours, Shift
from ivr.reports.timetable import OpeningTime, Timetable, When, total
from tests.people import DELHI

DAY = (Shift(time(9), time(13)),)
UNTIL_MIDNIGHT = (Shift(time(0), time(2)), Shift(time(9), time(16)), Shift(time(18), time(0)))
BERLIN = ZoneInfo("Europe/Berlin")
"""A time zone whose clocks are put forward by an hour on 29 March 2026."""


@given(st.integers(0, (5 * 24 - 1) * 60 - 1))
def test_it_is_the_day_and_the_hours_of_the_clinic_also_where_the_clocks_are_changed(minutes: int) -> None:
    closed = {date(2026, 3, 28): Closure(), date(2026, 3, 30): Closure(shifts=(Shift(time(0), time(0, 30)),))}
    hours = Hours(BERLIN, (UNTIL_MIDNIGHT,) * 7, closed)
    at = datetime(2026, 3, 26, 23, tzinfo=UTC) + timedelta(minutes=minutes)
    found = Timetable.of(hours, date(2026, 3, 27), date(2026, 3, 31)).when(at)
    assert found == When(at.astimezone(BERLIN).date(), hours.is_open(at))


@pytest.mark.parametrize(
    ("hour", "is_open"), [((0, 0), False), ((8, 59), False), ((9, 0), True), ((12, 59), True), ((13, 0), False)]
)
def test_the_opening_moment_is_open_and_the_closing_one_is_closed(hour: tuple[int, int], is_open: bool) -> None:
    at = datetime(2026, 11, 23, *hour, tzinfo=DELHI)
    found = Timetable.of(Hours(DELHI, (DAY,) * 7), at.date(), at.date())
    assert found.when(at) == When(date(2026, 11, 23), is_open)


@pytest.mark.parametrize(
    ("moment", "day"),
    [("22T00:00", 22), ("22T23:59", 22), ("23T00:00", 23), ("23T05:29", 23), ("23T05:30", 23), ("23T23:59", 23)],
)
def test_a_day_is_the_clinics_from_midnight_to_midnight(moment: str, day: int) -> None:
    found = Timetable.of(Hours(DELHI, (DAY,) * 7), date(2026, 11, 22), date(2026, 11, 23))
    assert found.when(datetime.fromisoformat(f"2026-11-{moment}+05:30")) == When(date(2026, 11, day), is_open=False)


def test_what_is_no_moment_has_no_day() -> None:
    found = Timetable.of(Hours(DELHI, (DAY,) * 7), date(2026, 11, 23), date(2026, 11, 23))
    with pytest.raises(TypeError):
        found.when("tomorrow")  # type: ignore[arg-type]


MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def test_open_and_closed_hours_of_all_days_are_summed_apart() -> None:
    counts = {When(MONDAY, is_open=True): 5, When(MONDAY, is_open=False): 1, When(TUESDAY, is_open=True): 1}
    assert (total(counts, is_open=True), total(counts, is_open=False)) == (6, 1)
    assert total({}, is_open=True) == 0


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

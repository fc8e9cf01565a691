"""The clinic's timetable: to which of its days a moment belongs, and whether the line is open then."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.line.hours import Closure, Hours, Shift
from ivr.reports.timetable import Timetable, When
from tests.people import DELHI

DAY = (Shift(time(9), time(13)),)
UNTIL_MIDNIGHT = (Shift(time(9), time(13)), Shift(time(13), time(16)), Shift(time(18), time(0)))
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

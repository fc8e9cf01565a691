"""The time for which the desk shows a missed call: until the close of the next open day after the call."""

from datetime import date, datetime, time

import pytest

from ivr.desk.missed.until import gone_before
from ivr.line.hours import Closure, Hours, Shift
from tests.people import DELHI

DAY = (Shift(time(9), time(13)), Shift(time(16), time(20)))
HOURS = Hours(DELHI, (DAY,) * 6 + ((),))
"""The opening hours of these tests, with a break at noon, closed on Sundays. 23 November 2026 is a Monday."""


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=DELHI)


@pytest.mark.parametrize(
    ("rang", "gone"),
    [
        (at(23, 14), at(24, 20)),  # in the break: that day has begun, and the next is the next
        (at(23, 9), at(24, 20)),
        (at(23, 8, 59), at(23, 20)),
        (at(23, 23), at(24, 20)),
        (at(28, 12), at(30, 20)),  # over a Sunday
        (at(29, 12), at(30, 20)),
    ],
)
def test_it_stands_until_the_close_of_the_next_open_day(rang: datetime, gone: datetime) -> None:
    before, after = gone_before(HOURS, gone.replace(hour=19, minute=59)), gone_before(HOURS, gone)
    assert before is not None
    assert after is not None
    assert before <= rang < after


def test_closed_days_in_between_do_not_count() -> None:
    hours = HOURS.with_closures({date(2026, 11, day): Closure() for day in (24, 25)})
    assert gone_before(hours, at(26, 19)) == at(23, 9)
    assert gone_before(hours, at(26, 20)) == at(26, 9)


def test_a_day_that_closes_early_ends_early() -> None:
    hours = HOURS.with_closures({date(2026, 11, 24): Closure(shifts=(Shift(time(9), time(12)),))})
    assert gone_before(hours, at(24, 12)) == at(24, 9)


def test_a_day_that_is_open_until_midnight_ends_then() -> None:
    hours = Hours(DELHI, ((Shift(time(9), time.min),),) * 7)
    assert gone_before(hours, at(24, 0)) == at(23, 9)
    assert gone_before(hours, at(23, 23, 59)) == at(22, 9)


def test_a_clinic_that_never_opens_lets_them_stand() -> None:
    assert gone_before(Hours(DELHI, ((),) * 7), at(24, 12)) is None

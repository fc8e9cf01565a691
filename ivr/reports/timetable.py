"""Finds, fast for many moments, the clinic's day of a moment, and whether a telephone line is open then.

Pure. No clock.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, Self

from ivr.line.hours import Hours


class When(NamedTuple):
    """A day of the clinic, and whether the line was open at the moment of that day that was asked for."""

    day: date
    is_open: bool


@dataclass(frozen=True)
class Timetable:
    """The stretches of some days, one after another, in which a telephone line is open, or closed."""

    starts: Sequence[datetime]
    """The starts of the stretches in UTC; of those at the same moment the last counts."""
    stretches: Sequence[When]

    @classmethod
    def of(cls, hours: Hours, first: date, last: date) -> Self:
        """Return the timetable of these hours, from the first day to the last."""
        days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
        found = [each for day in days for each in _of_day(hours, day)]
        return cls([start for start, _when in found], [when for _start, when in found])

    def when(self, at: datetime) -> When:
        """Return the day of a moment, which lies on one of these days, and whether the line is open then.

        Raises TypeError for what is no moment.
        """
        return self.stretches[max(0, bisect_right(self.starts, at) - 1)]


def _of_day(hours: Hours, day: date) -> Iterator[tuple[datetime, When]]:
    opened, closed = When(day, is_open=True), When(day, is_open=False)
    yield datetime.combine(day, time.min, hours.zone).astimezone(UTC), closed
    for start, end in hours.stretches(day):
        yield start.astimezone(UTC), opened
        yield end.astimezone(UTC), closed

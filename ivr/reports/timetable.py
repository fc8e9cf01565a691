"""Finds the day at a moment, whether a line was open at that moment, and the opening time between two moments.

Fast for many moments, because the tables are made only once. Pure: reads no clock.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import NamedTuple, Self

from ivr.line.hours import Hours


class When(NamedTuple):
    """The clinic's day on which something happened, and whether the telephone line was open at that moment."""

    day: date
    is_open: bool


@dataclass(frozen=True)
class Timetable:
    """The open and closed stretches of a telephone line on some days, one after another."""

    starts: Sequence[datetime]
    """The start of each open or closed stretch in UTC, in order. If several start at one moment, the last counts."""
    stretches: Sequence[When]

    @classmethod
    def of(cls, hours: Hours, first: date, last: date) -> Self:
        """Return the timetable of these hours, from the first day to the last."""
        days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
        found = [each for day in days for each in _of_day(hours, day)]
        return cls([start for start, _when in found], [when for _start, when in found])

    def when(self, at: datetime) -> When:
        """Return the day of a moment and whether the line is open then. The moment must lie on a day of this timetable.

        Raises TypeError if `at` is not a moment.
        """
        return self.stretches[max(0, bisect_right(self.starts, at) - 1)]


def _of_day(hours: Hours, day: date) -> Iterator[tuple[datetime, When]]:
    opened, closed = When(day, is_open=True), When(day, is_open=False)
    yield datetime.combine(day, time.min, hours.zone).astimezone(UTC), closed
    for start, end in hours.stretches(day):
        yield start.astimezone(UTC), opened
        yield end.astimezone(UTC), closed


@dataclass(frozen=True)
class DayStats:
    """The counts of calls, served calls and reached patients on some days."""

    calls: Mapping[When, int]
    served: Mapping[When, int]
    """The number of calls whose caller was served, by the day and by whether the line was open."""
    reached: Mapping[When, int]
    """The number of patients reached, by the day of their request and by whether the line was open at the request."""


def total(counts: Mapping[When, int], *, is_open: bool) -> int:
    """Return the sum over all days of what was counted while the line was open, or while it was closed."""
    return sum(count for when, count in counts.items() if when.is_open is is_open)


@dataclass(frozen=True)
class OpeningTime:
    """The stretches of time in which a telephone line is open, from one day to another."""

    starts: Sequence[float]
    """The beginning of each open stretch in Unix seconds, because local datetimes' differences ignore clock changes."""
    ends: Sequence[float]
    before: Sequence[float]
    """The opening time before each stretch, in seconds, summed from the first day on."""

    @classmethod
    def of(cls, hours: Hours, first: datetime, last: datetime) -> Self:
        """Return the stretches in which a line with these hours is open, from the day of `first` to that of `last`."""
        day, end = hours.local(first).date(), hours.local(last).date()
        days = (day + timedelta(days=ahead) for ahead in range((end - day).days + 1))
        stretches = [(start.timestamp(), end.timestamp()) for each in days for start, end in hours.stretches(each)]
        starts, ends = ([each[at] for each in stretches] for at in (0, 1))
        return cls(starts, ends, [*accumulate((end - start for start, end in stretches), initial=0.0)])

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return how long the line is open from `start` to `end`, on days given to `of`; zero if `end` is earlier."""
        return timedelta(seconds=max(0.0, self._until(end.timestamp()) - self._until(start.timestamp())))

    def _until(self, moment: float) -> float:
        """Return the seconds of opening time from the beginning of the first day until this moment."""
        at = bisect_right(self.starts, moment) - 1
        return 0.0 if at < 0 else self.before[at] + min(moment, self.ends[at]) - self.starts[at]

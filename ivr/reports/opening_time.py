"""Measures how much opening time lies between two moments, fast for many pairs, from cumulative sums.

No clock.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Self

from ivr.line.hours import Hours


@dataclass(frozen=True)
class OpeningTime:
    """The stretches of time in which a telephone line is open, from one day to another."""

    starts: Sequence[float]
    """The starts of the stretches in seconds of Unix time: Python's differences in a time zone miss clock changes."""
    ends: Sequence[float]
    before: Sequence[float]
    """The seconds of opening time, from the first day on, before each stretch begins."""

    @classmethod
    def of(cls, hours: Hours, first: datetime, last: datetime) -> Self:
        """Return the stretches in which a line with these hours is open, from the day of `first` to that of `last`."""
        day, end = hours.local(first).date(), hours.local(last).date()
        days = (day + timedelta(days=ahead) for ahead in range((end - day).days + 1))
        stretches = [(start.timestamp(), end.timestamp()) for each in days for start, end in hours.stretches(each)]
        starts, ends = ([each[at] for each in stretches] for at in (0, 1))
        return cls(starts, ends, [*accumulate((end - start for start, end in stretches), initial=0.0)])

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the opening time from `start` to `end`, both on these days; zero where `end` is before `start`."""
        return timedelta(seconds=max(0.0, self._until(end.timestamp()) - self._until(start.timestamp())))

    def _until(self, moment: float) -> float:
        """Return the seconds of opening time from the beginning of the first day until this moment."""
        at = bisect_right(self.starts, moment) - 1
        return 0.0 if at < 0 else self.before[at] + min(moment, self.ends[at]) - self.starts[at]

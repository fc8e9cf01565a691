"""The opening time of some days laid end to end: many stretches of it are measured at the cost of one.

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
    """The stretches in which a line is open, from one day to another."""

    starts: Sequence[float]
    """Seconds of Unix time: between two moments of one zone Python counts hours on the wall, not those that pass."""
    ends: Sequence[float]
    before: Sequence[float]
    """Seconds that are open before each stretch, from the first day on."""

    @classmethod
    def of(cls, hours: Hours, first: datetime, last: datetime) -> Self:
        """Of these hours, from the day of one moment to that of another."""
        day, end = hours.local(first).date(), hours.local(last).date()
        days = (day + timedelta(days=ahead) for ahead in range((end - day).days + 1))
        stretches = [(start.timestamp(), end.timestamp()) for each in days for start, end in hours.stretches(each)]
        starts, ends = ([each[at] for each in stretches] for at in (0, 1))
        return cls(starts, ends, [*accumulate((end - start for start, end in stretches), initial=0.0)])

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How long it is open from one moment of these days until another; nothing where that is before it."""
        return timedelta(seconds=max(0.0, self._until(end.timestamp()) - self._until(start.timestamp())))

    def _until(self, moment: float) -> float:
        """Seconds that are open from the first day until then."""
        at = bisect_right(self.starts, moment) - 1
        return 0.0 if at < 0 else self.before[at] + min(moment, self.ends[at]) - self.starts[at]

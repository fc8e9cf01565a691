"""The counts of calls, served calls and reached patients by day, each for when the line was open and closed.

Values only. counts/of_period.py makes them of the days of the period, and of the days before.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.reports.timetable import When


@dataclass(frozen=True)
class DayStats:
    """The counts of calls, served calls and reached patients on some days."""

    calls: Mapping[When, int]
    served: Mapping[When, int]
    """The number of calls whose caller was served."""
    reached: Mapping[When, int]
    """The number of patients whom the desk has reached, by when they made their request."""


def total(counts: Mapping[When, int], *, is_open: bool) -> int:
    """Return the sum over all days of what was counted while the line was open, or while it was closed."""
    return sum(count for when, count in counts.items() if when.is_open is is_open)

"""Counts calls, served calls and reached patients by day, apart for when their line was open and when it was closed.

Pure. reports.py gives it the days of the period, and the days before.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ivr.reports.timetable import When


@dataclass(frozen=True)
class DayStats:
    """The counts of some days."""

    calls: Mapping[When, int]
    served: Mapping[When, int]
    """The calls whose caller was served."""
    reached: Mapping[When, int]
    """The patients whom the desk has reached, by when they made their request."""


def day_stats(calls: Iterable[tuple[When, bool, int]], requests: Iterable[tuple[When, bool]]) -> DayStats:
    """Return the counts of these calls and requests.

    Calls come in groups: the day, True if they were served, and their number. A request comes with its day, and True if
    its patient was reached.
    """
    rung: Counter[When] = Counter()
    served: Counter[When] = Counter()
    for when, was_served, count in calls:
        rung[when] += count
        served[when] += count if was_served else 0
    return DayStats(rung, +served, Counter(when for when, was_reached in requests if was_reached))


def total(counts: Mapping[When, int], *, is_open: bool) -> int:
    """Return the sum over the days of what was counted while the line was open, or while it was closed."""
    return sum(count for when, count in counts.items() if when.is_open is is_open)

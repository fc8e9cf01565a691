"""Makes a hash of all that decides how a day was counted: opening hours, menu and version of the program.

If the hash changes, the day is counted again. Pure.
"""

from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256

from ivr.line.clinic import Clinic
from ivr.line.hours import Shift, written
from ivr.reports.call_stats import OF_THE_MENU
from ivr.reports.counts.tally import VERSION

MOST_DAYS = 400
"""The most days whose opening hours go into one hash. If clocks are right, no request has an event after those days."""


class CountedBy:
    """Makes the hash that tells by which opening hours, menu and version of the program a day was counted."""

    def __init__(self, clinic: Clinic) -> None:
        self._lines = [(key, line.hours) for key, line in sorted(clinic.lines.items())]
        zones = [(key, str(hours.zone)) for key, hours in self._lines]
        self._always = repr((VERSION, str(OF_THE_MENU), clinic.default_line, zones))
        self._days: dict[date, str] = {}

    def of(self, first: date, last: date) -> str:
        """Return the hash for the counts of day `first`. The hash depends on the hours from `first` to `last`."""
        ahead = range(min((last - first).days, MOST_DAYS) + 1)
        days = [self._day(first + timedelta(days=each)) for each in ahead]
        return sha256("\n".join((self._always, *days)).encode()).hexdigest()

    def _day(self, day: date) -> str:
        if day not in self._days:
            self._days[day] = " ".join(f"{key}:{_written(hours.shifts(day))}" for key, hours in self._lines)
        return self._days[day]


@lru_cache(maxsize=256)
def _written(shifts: tuple[Shift, ...]) -> str:
    return written(shifts)

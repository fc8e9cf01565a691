"""A clinic day for the counts of calls and requests, divided into quarters of an hour and slots of five minutes.

Values only; the moment is an argument.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Self
from zoneinfo import ZoneInfo

from ivr.reports.counts.stale_counts import QUARTER
from ivr.reports.period import Period

SLOT = timedelta(minutes=5)
"""The length of a slot. Calls are counted by slot, so that today compares with earlier days up to the same time."""


@dataclass(frozen=True)
class ClinicDay:
    """A day of the clinic, from midnight to midnight."""

    of: date
    starts: datetime
    ends: datetime
    """The end of the day, in UTC like its start."""

    @classmethod
    def in_zone(cls, day: date, zone: ZoneInfo) -> Self:
        """Return this day in the clinic's time zone, with its begin and end."""
        starts, ends = Period(day, day, zone).start, Period(day, day, zone).end
        return cls(day, starts.astimezone(UTC), ends.astimezone(UTC))

    def quarter(self, moment: datetime) -> int:
        """Return the number of the quarter of an hour in which a moment of this day lies, from 0."""
        return (moment - self.starts) // QUARTER

    def slot(self, moment: datetime) -> int:
        """Return the number of the five-minute slot in which a moment of this day lies. The first slot is number 0."""
        return (moment - self.starts) // SLOT

    def hour(self, slot: int, zone: ZoneInfo) -> int:
        """Return the hour of the clinic's day in which the five-minute slot with this number lies."""
        return (self.starts + slot * SLOT).astimezone(zone).hour


@dataclass(frozen=True)
class Stretch:
    """A part of a day whose calls and requests are to be counted: quarters of an hour, one after another."""

    day: ClinicDay
    first: int
    last: int
    """The number of the last quarter of an hour in this part of the day, counted from 0 at midnight."""

    @property
    def starts(self) -> datetime:
        """The beginning of the first quarter of an hour in this part of a day."""
        return self.day.starts + self.first * QUARTER

    @property
    def ends(self) -> datetime:
        """The moment at which the stretch is over."""
        return min(self.day.ends, self.day.starts + (self.last + 1) * QUARTER)

    @property
    def is_whole(self) -> bool:
        """True if the stretch covers its whole day."""
        return self.first == 0 and self.ends == self.day.ends


def whole(day: ClinicDay) -> Stretch:
    """Return the stretch of all quarters of a day."""
    return Stretch(day, 0, -(-(day.ends - day.starts) // QUARTER) - 1)


def stretches(day: ClinicDay, quarters: Sequence[int]) -> list[Stretch]:
    """Return the quarters of an hour with these numbers as stretches of a day. Adjacent quarters are one stretch."""
    found: list[Stretch] = []
    for each in sorted(set(quarters)):
        if found and found[-1].last == each - 1:
            found[-1] = Stretch(day, found[-1].first, each)
        else:
            found.append(Stretch(day, each, each))
    return found


@lru_cache(maxsize=512)
def day_of(day: date, zone: ZoneInfo) -> ClinicDay:
    """Return this day in the clinic's time zone; repeated calls use a cache."""
    return ClinicDay.in_zone(day, zone)

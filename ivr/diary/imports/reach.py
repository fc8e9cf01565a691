"""The stretch of time of which entries of another diary are imported: from now on, two years ahead. Values only."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ivr.diary.desk_diary import FARTHEST
from ivr.diary.imports.entries import LeftOutWhy

REPEATED = timedelta(days=366)
"""The time ahead for which an import enters each occurrence of a repeated entry."""


@dataclass(frozen=True)
class Reach:
    """The stretch of time of which entries are imported, from now on, by the clinic's time zone."""

    now: datetime
    zone: ZoneInfo

    def end(self, starts: datetime, ends: datetime) -> datetime:
        """Return the end of an imported entry, at the latest that of the year after next, if it begins before that."""
        latest = datetime(self.now.year + 3, 1, 1, tzinfo=UTC)
        return min(ends, latest) if starts < latest else ends

    def misses(self, starts: datetime, ends: datetime) -> LeftOutWhy | None:
        """Return why an entry from `starts` to `ends` is not imported; None where it is within reach."""
        if ends <= starts:
            return LeftOutWhy.NO_TIME
        if ends <= self.now:
            return LeftOutWhy.PAST
        return LeftOutWhy.FAR if starts > self.now + FARTHEST else None

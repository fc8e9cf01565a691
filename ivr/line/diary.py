"""The rules of the diary as the clinic sets them: whose time can be booked, how long a visit is, and how far ahead.

Values only. config/clinic.py reads them from the file; ivr/diary computes the free times.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from ivr.line.hours import Shift, Text

GRAIN = timedelta(minutes=5)
"""The step of the diary: visits begin and end at a multiple of it."""


@dataclass(frozen=True)
class Schedule:
    """A column of the diary, in which there is one patient at a time: a practitioner's, or one of the clinic's."""

    key: str
    length: timedelta
    """The length of a visit."""
    name: Text | None = None
    """The name of the practitioner; None for a column of the clinic's, which callers do not choose."""
    week: tuple[tuple[Shift, ...], ...] | None = None
    """The practitioner's own hours, Monday first, within those of the clinic; None for all hours of the clinic."""
    lines: frozenset[str] = frozenset()
    """The lines that offer this column; empty for all."""
    interval: timedelta | None = None
    """The time from one offered visit to the next, without the buffer; None for the length of a visit."""

    def lasting(self, least: timedelta) -> Self:
        """Return the column with visits of at least this length, which begin at the same times as its usual ones."""
        return replace(self, length=max(self.length, least), interval=self.interval or self.length)

    def serves(self, line: str) -> bool:
        """Return whether callers of the telephone line with this key are offered the times of this column."""
        return not self.lines or line in self.lines


@dataclass(frozen=True)
class DiaryRules:
    """The rules by which the diary offers and gives times."""

    schedules: tuple[Schedule, ...]
    lead: timedelta
    """The time from a call to the earliest visit that its caller is offered."""
    days: int
    """The number of days, today included, for which callers are offered free times."""
    buffer: timedelta = timedelta()
    """The time that stays free after a visit."""
    phone_books: bool = True
    """True if callers can book times by telephone; False if they can only leave wishes."""

    def lasting(self, least: timedelta) -> Self:
        """Return the rules with visits of at least this length in every column, for a longer visit that is moved."""
        return replace(self, schedules=tuple(each.lasting(least) for each in self.schedules))

    @property
    def length(self) -> timedelta:
        """The length of a visit in the first column."""
        return self.schedules[0].length

    @property
    def practitioners(self) -> tuple[Schedule, ...]:
        """The columns of the diary that are practitioners', whom callers know by name."""
        return tuple(each for each in self.schedules if each.name)

    def of_line(self, line: str) -> tuple[Schedule, ...]:
        """Return the columns that callers of this line are offered."""
        return tuple(each for each in self.schedules if each.serves(line))

    def practitioners_of(self, line: str) -> tuple[Schedule, ...]:
        """Return the practitioners that callers of this line are offered."""
        return tuple(each for each in self.of_line(line) if each.name)

    def schedule(self, key: str) -> Schedule | None:
        """Return the column with this key; None if the clinic no longer has this column."""
        return next((each for each in self.schedules if each.key == key), None)

    def practitioner(self, key: str) -> str:
        """Return `key` if it is the key of a practitioner's column, else an empty string."""
        return key if any(each.key == key for each in self.practitioners) else ""


@dataclass(frozen=True, order=True)
class Slot:
    """A free time: when it begins, and in which column."""

    start: datetime
    schedule: str

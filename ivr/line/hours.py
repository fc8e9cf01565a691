"""When the clinic is open: weekly shifts, and closed days that beat them.

Values only: the moment asked about is an argument, and no clock is read here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

HORIZON_DAYS = 366
"""How far ahead the next opening is looked for; a clinic closed for longer has no next opening."""

Text = Mapping[str, str]
"""The same words in each language, keyed by language."""


@dataclass(frozen=True, order=True)
class Shift:
    """A stretch of a day, from `start` (open) to `end` (closed); an `end` of midnight is that of the day after."""

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.end != time.min and self.end <= self.start:
            raise ValueError(f"a shift from {self.start:%H:%M} ends at {self.end:%H:%M}; expected a later end")

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """When this shift starts and ends on that day."""
        last = day + timedelta(days=1) if self.end == time.min else day
        return datetime.combine(day, self.start, zone), datetime.combine(last, self.end, zone)


def in_order(shifts: tuple[Shift, ...]) -> bool:
    """Whether each shift begins after the one before it has ended."""
    return all(a.end != time.min and a.end <= b.start for a, b in pairwise(shifts))


def closing_early(shifts: tuple[Shift, ...], at: time) -> tuple[Shift, ...]:
    """What is left of a day that ends at this hour; midnight is the end of the day."""
    return tuple(Shift(each.start, _earlier(each.end, at)) for each in shifts if at == time.min or each.start < at)


def opening_late(shifts: tuple[Shift, ...], at: time) -> tuple[Shift, ...]:
    """What is left of a day that begins at this hour; midnight is the beginning of the day."""
    return tuple(Shift(max(each.start, at), each.end) for each in shifts if each.end == time.min or at < each.end)


def _earlier(one: time, other: time) -> time:
    """The earlier of two ends, where midnight is the latest of all."""
    return min(one, other, key=lambda end: (end == time.min, end))


def written(shifts: tuple[Shift, ...]) -> str:
    """The shifts as they are stored: 09:00-13:00,16:00-20:30; empty for none."""
    return ",".join(f"{each.start:%H:%M}-{each.end:%H:%M}" for each in shifts)


def shifts_of(text: str) -> tuple[Shift, ...]:
    """The shifts that were stored so. Raises ValueError for anything else."""
    ends = [each.partition("-") for each in text.split(",") if text]
    return tuple(Shift(time.fromisoformat(start), time.fromisoformat(end)) for start, _, end in ends)


def _refuse_overlaps(shifts: tuple[Shift, ...]) -> None:
    if not in_order(shifts):
        raise ValueError("a shift begins before the one before it has ended; expected them in order")


@dataclass(frozen=True)
class Closure:
    """A day that is not like its weekday: closed, or a half day with shifts of its own; and why."""

    reason: Text | None = None
    shifts: tuple[Shift, ...] = ()

    def __post_init__(self) -> None:
        _refuse_overlaps(self.shifts)


@dataclass(frozen=True)
class DeskClosure:
    """A closure as the desk set it: a day, a line, the shifts that are left of it, and the key of a reason.

    No line stands for all of them; no reason is "" too.
    """

    day: date
    line: str
    shifts: tuple[Shift, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        _refuse_overlaps(self.shifts)


@dataclass(frozen=True)
class Hours:
    """The opening hours of a line: a week from Monday to Sunday, and its exceptions."""

    zone: ZoneInfo
    week: tuple[tuple[Shift, ...], ...]
    closures: Mapping[date, Closure] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError(f"a week of {len(self.week)} days; expected 7, Monday first")
        for shifts in self.week:
            _refuse_overlaps(shifts)

    def shifts(self, day: date) -> tuple[Shift, ...]:
        """The shifts of that day; an exception beats the weekday."""
        closure = self.closures.get(day)
        return self.week[day.weekday()] if closure is None else closure.shifts

    def closure(self, day: date) -> Closure | None:
        """What makes that day unlike its weekday, if anything does."""
        return self.closures.get(day)

    def with_closures(self, closures: Mapping[date, Closure]) -> "Hours":
        """These hours with more exceptions, which beat those that there were."""
        return replace(self, closures={**self.closures, **closures})

    def closures_from(self, day: date, days: int) -> Iterator[tuple[date, Closure]]:
        """The exceptions of that day and those after it, `days` days in all."""
        for each in (day + timedelta(days=ahead) for ahead in range(days)):
            if each in self.closures:
                yield each, self.closures[each]

    def is_open(self, now: datetime) -> bool:
        """Whether the clinic is open at this moment: from the opening minute until just before the closing one."""
        return self.closes(now) is not None

    def closes(self, now: datetime) -> datetime | None:
        """When the shift that is on now ends; None when closed."""
        here = self.local(now)
        return next((end for start, end in self.stretches(here.date()) if start <= here < end), None)

    def usually_open(self, now: datetime) -> bool:
        """Whether the clinic would be open at this moment if the day were like any other of its weekday."""
        return Hours(self.zone, self.week).is_open(now)

    def opens_next(self, now: datetime) -> datetime | None:
        """When the clinic opens after this moment; None where it does not within a year."""
        here = self.local(now)
        for ahead in range(HORIZON_DAYS):
            for start, _ in self.stretches(here.date() + timedelta(days=ahead)):
                if start > here:
                    return start
        return None

    def open_from(self, now: datetime) -> datetime | None:
        """This moment if the clinic is open, else the next opening."""
        return self.local(now) if self.is_open(now) else self.opens_next(now)

    def local(self, now: datetime) -> datetime:
        """The same moment on the clinic's wall clock."""
        if now.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return now.astimezone(self.zone)

    def stretches(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """From when until when it is open on that day, in order."""
        return (shift.on(day, self.zone) for shift in self.shifts(day))

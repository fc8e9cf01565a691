"""The opening hours of the clinic: weekly shifts, and closures of single days that replace them.

Values only: the moment is an argument, and no clock is read.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

HORIZON_DAYS = 366
"""Days ahead in which the next opening is searched for; a clinic that is closed for longer has no next opening."""

NIGHT_ENDS = timedelta(hours=4)
"""The time after midnight up to which an hour belongs to the night of the day before."""

STAYS_OPEN_DAYS = 7
"""Days ahead in which the closing time is searched for; a clinic that is open for longer has no closing time."""

Text = Mapping[str, str]
"""The same words in each language, keyed by language."""


@dataclass(frozen=True, order=True)
class Shift:
    """A part of a day in which the clinic is open. An `end` of midnight is the midnight after that day."""

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.end != time.min and self.end <= self.start:
            raise ValueError(f"a shift from {self.start:%H:%M} ends at {self.end:%H:%M}; expected a later end")

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the start and the end of this shift on the given day."""
        last = day + timedelta(days=1) if self.end == time.min else day
        return datetime.combine(day, self.start, zone), datetime.combine(last, self.end, zone)


def in_order(shifts: tuple[Shift, ...]) -> bool:
    """Return whether the shifts are in order, with a break between any two."""
    return all(a.end != time.min and a.end < b.start for a, b in pairwise(shifts))


def joined(shifts: Iterable[Shift]) -> tuple[Shift, ...]:
    """Return the shifts of a day, of which those without a break in between are joined into one."""
    found: list[Shift] = []
    for each in shifts:
        if found and found[-1].end == each.start != time.min:
            found[-1] = Shift(found[-1].start, each.end)
        else:
            found.append(each)
    return tuple(found)


def closing_early(shifts: tuple[Shift, ...], at: time) -> tuple[Shift, ...]:
    """Return the shifts that are left of a day when the clinic closes at this time; midnight is the end of the day."""
    return tuple(Shift(each.start, earlier_end(each.end, at)) for each in shifts if at == time.min or each.start < at)


def opening_late(shifts: tuple[Shift, ...], at: time) -> tuple[Shift, ...]:
    """Return the shifts of a day on which the clinic opens late, at `at`; midnight is the start of the day."""
    return tuple(Shift(max(each.start, at), each.end) for each in shifts if each.end == time.min or at < each.end)


def earlier_end(one: time, other: time) -> time:
    """Return the earlier of two times at which opening hours end; midnight is the end of the day, and the latest."""
    return min(one, other, key=lambda end: (end == time.min, end))


def written(shifts: tuple[Shift, ...]) -> str:
    """Return the shifts as text for the database: "09:00-13:00,16:00-20:30"; empty if there are none."""
    return ",".join(f"{each.start:%H:%M}-{each.end:%H:%M}" for each in shifts)


def shifts_of(text: str) -> tuple[Shift, ...]:
    """Return the shifts from text that `written` has made. Raises ValueError for any other text."""
    ends = [each.partition("-") for each in text.split(",") if text]
    return joined(Shift(time.fromisoformat(start), time.fromisoformat(end)) for start, _, end in ends)


def day_of_night(at: datetime) -> date:
    """Return the day to which people count a moment: of an hour before four at night, the day before."""
    return (at - NIGHT_ENDS).date()


def _refuse_overlaps(shifts: tuple[Shift, ...]) -> None:
    if not in_order(shifts):
        raise ValueError("a shift begins before the one before it is over; expected them in order, with breaks between")


@dataclass(frozen=True)
class Closure:
    """The hours of a single day that replace those of its weekday. Without shifts the clinic is closed."""

    reason: Text | None = None
    shifts: tuple[Shift, ...] = ()

    def __post_init__(self) -> None:
        _refuse_overlaps(self.shifts)


@dataclass(frozen=True)
class DeskClosure:
    """A closure that the desk has set for a day. An empty `line` means all lines, an empty `reason` means none.

    `shifts` are the hours in which the clinic is still open.
    """

    day: date
    line: str
    shifts: tuple[Shift, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        _refuse_overlaps(self.shifts)


@dataclass(frozen=True)
class Hours:
    """The opening hours of a line: the shifts of each weekday from Monday to Sunday, and the closures."""

    zone: ZoneInfo
    week: tuple[tuple[Shift, ...], ...]
    closures: Mapping[date, Closure] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError(f"a week of {len(self.week)} days; expected 7, Monday first")
        for shifts in self.week:
            _refuse_overlaps(shifts)

    def shifts(self, day: date) -> tuple[Shift, ...]:
        """Return the shifts of the day; a closure replaces those of its weekday."""
        closure = self.closures.get(day)
        return self.week[day.weekday()] if closure is None else closure.shifts

    def closure(self, day: date) -> Closure | None:
        """Return the closure of the day, or None if the hours of its weekday apply."""
        return self.closures.get(day)

    def with_closures(self, closures: Mapping[date, Closure]) -> "Hours":
        """Return these hours with more closures, which replace existing ones of the same days."""
        return replace(self, closures={**self.closures, **closures})

    def closures_from(self, day: date, days: int) -> Iterator[tuple[date, Closure]]:
        """Yield the closures of the next `days` days from `day` on, each with its day."""
        for each in (day + timedelta(days=ahead) for ahead in range(days)):
            if each in self.closures:
                yield each, self.closures[each]

    def is_open(self, now: datetime) -> bool:
        """Return whether the clinic is open at this moment; at the closing time itself it is closed."""
        here = self.local(now)
        return any(start <= here < end for start, end in self.stretches(here.date()))

    def closes(self, now: datetime) -> datetime | None:
        """Return when the clinic closes, which may be days ahead; None if it is closed.

        Where it closes on none of the next days, return the coming midnight.
        """
        here = self.local(now)
        today = next((end for start, end in self.stretches(here.date()) if start <= here < end), None)
        until = today
        for ahead in range(1, STAYS_OPEN_DAYS + 1):
            following = dict(self.stretches(here.date() + timedelta(days=ahead)))
            if until not in following:
                return until
            until = following[until]
        return today

    def usually_open(self, now: datetime) -> bool:
        """Return whether the clinic would be open at this moment according to the weekday alone, without closures."""
        return Hours(self.zone, self.week).is_open(now)

    def opens_next(self, now: datetime) -> datetime | None:
        """Return the next opening after this moment; None if there is none within a year.

        A midnight over which the clinic stays open is no opening.
        """
        here = self.local(now)
        for ahead in range(HORIZON_DAYS):
            for start, _ in self.stretches(here.date() + timedelta(days=ahead)):
                if start > here and not self.is_open(start - datetime.resolution):
                    return start
        return None

    def open_from(self, now: datetime) -> datetime | None:
        """Return this moment if the clinic is open, else the next opening; None if there is none within a year."""
        return self.local(now) if self.is_open(now) else self.opens_next(now)

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """Return for how long the clinic is open between two moments; only the last year before `end` counts."""
        last = self.local(end)
        first = max(self.local(start), last - timedelta(days=HORIZON_DAYS))
        days = (first.date() + timedelta(days=ahead) for ahead in range((last.date() - first.date()).days + 1))
        both = ((max(opens, first), min(closes, last)) for day in days for opens, closes in self.stretches(day))
        # In seconds of Unix time: Python's difference within one time zone ignores clock changes.
        seconds = (closes.timestamp() - opens.timestamp() for opens, closes in both if opens < closes)
        return timedelta(seconds=sum(seconds))

    def local(self, now: datetime) -> datetime:
        """Return the same moment in the clinic's time zone. Raises ValueError for a moment without a time zone."""
        if now.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return now.astimezone(self.zone)

    def stretches(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Return the start and the end of each shift of the day, in order."""
        return (shift.on(day, self.zone) for shift in self.shifts(day))

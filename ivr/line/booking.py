"""Which days and parts of a day a caller may wish for, and when such a wish is due at the desk.

Pure: hours and the moment are arguments. What is heard about it stands elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from ivr.line.hours import HORIZON_DAYS, Hours, Shift

Stretch = tuple[datetime, datetime]


class Part(StrEnum):
    """A part of the day that a caller can ask for."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class Kind(StrEnum):
    """What a caller wants of us."""

    BOOKING = "booking"
    CALLBACK = "callback"


@dataclass(frozen=True)
class Wish:
    """What a caller asked for: a part of a day, or nothing but "as soon as possible"."""

    kind: Kind
    day: date | None = None
    part: Part | None = None


@dataclass(frozen=True)
class Offer:
    """What the clinic lets a caller wish for: its hours, where each part of the day lies, and how late is too late."""

    hours: Hours
    parts: Mapping[Part, Shift]
    lead: timedelta
    """How much of a part must be left for it still to be offered today."""

    def days(self, now: datetime, count: int) -> list[date]:
        """The next open days that still have a part to offer; today counts while it has one."""
        today = self.hours.local(now).date()
        ahead = (today + timedelta(days=n) for n in range(HORIZON_DAYS))
        found: list[date] = []
        for day in ahead:
            if len(found) == count:
                break
            if self.parts_of(day, now):
                found.append(day)
        return found

    def parts_of(self, day: date, now: datetime) -> list[Part]:
        """The parts of that day in which the clinic is open and has `lead` left."""
        shifts = self.hours.shifts(day)
        local = self.hours.local(now)
        return [part for part in Part if self._has_left(self._within(shifts, day, part), local)]

    def due(self, wish: Wish, now: datetime) -> datetime:
        """When the desk should ring, always in opening hours.

        A booking is rung back at once, to agree on the hour; a callback in its part of the day, or at once.
        Where the clinic never opens again, that is now: somebody must look at it.
        """
        soonest = self.hours.open_from(now) or self.hours.local(now)
        if wish.kind is Kind.BOOKING or wish.day is None or wish.part is None:
            return soonest
        stretches = self.stretches(wish.day, wish.part)
        return next((max(start, soonest) for start, end in stretches if end > soonest), soonest)

    def stretches(self, day: date, part: Part) -> list[Stretch]:
        """Where the opening hours of that day and that part of it overlap; each from when until when."""
        return self._within(self.hours.shifts(day), day, part)

    def _within(self, shifts: Sequence[Shift], day: date, part: Part) -> list[Stretch]:
        window = self.parts[part]
        both = [(max(shift.start, window.start), _earlier(shift.end, window.end)) for shift in shifts]
        return [Shift(a, b).on(day, self.hours.zone) for a, b in both if b == time.min or a < b]

    def _has_left(self, stretches: list[Stretch], now: datetime) -> bool:
        return any(end - max(start, now) >= self.lead for start, end in stretches)


def _earlier(one: time, other: time) -> time:
    """The earlier of two ends, where midnight is the latest of all."""
    return min(one, other, key=lambda end: (end == time.min, end))

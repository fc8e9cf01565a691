"""The days and parts of a day that a caller may ask for, and the times at which the desk is to call a patient.

Pure: the hours and the moment are arguments. The sentences about wishes are in engine/wishes.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice

from ivr.line.hours import HORIZON_DAYS, Hours, Shift, earlier_end

Stretch = tuple[datetime, datetime]


class Part(StrEnum):
    """A part of the day that a caller can ask for."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class Kind(StrEnum):
    """The kind of request: an appointment or a callback."""

    BOOKING = "booking"
    CALLBACK = "callback"


@dataclass(frozen=True)
class Wish:
    """The caller's wish: a part of a day, or "as soon as possible" if `day` and `part` are None."""

    kind: Kind
    day: date | None = None
    part: Part | None = None


@dataclass(frozen=True)
class Offer:
    """The rules for wishes: the opening hours, the start and end of each part of the day, and the least time ahead."""

    hours: Hours
    parts: Mapping[Part, Shift]
    lead: timedelta
    """The least time that must be left in a part of today for that part to be offered."""

    def days(self, now: datetime, count: int) -> list[date]:
        """Return the next `count` days with a part of the day to offer; today is one of them if such a part is left."""
        return [day for day, _ in islice(self.ahead(now), count)]

    def ahead(self, now: datetime) -> Iterator[tuple[date, list[Part]]]:
        """Yield the next open days, within a year, each with those parts of the day that can be offered."""
        local = self.hours.local(now)
        for ahead in range(HORIZON_DAYS):
            day = local.date() + timedelta(days=ahead)
            if parts := self._left(day, local):
                yield day, parts

    def parts_of(self, day: date, now: datetime) -> list[Part]:
        """Return the parts of the day that have at least `self.lead` of opening time left after `now`."""
        return self._left(day, self.hours.local(now))

    def _left(self, day: date, local: datetime) -> list[Part]:
        shifts = self.hours.shifts(day)
        return [part for part in Part if self._has_left(self._within(shifts, day, part), local)] if shifts else []

    def due(self, wish: Wish, now: datetime) -> datetime:
        """Return when the desk should call about a wish, always within opening hours.

        A booking is due at once, because the desk agrees on the time with the patient. A callback is due in the part of
        the day that was asked for, or at once. Returns `now` if the clinic does not open within a year, so that the
        request is not forgotten.
        """
        soonest = self.hours.open_from(now) or self.hours.local(now)
        if wish.kind is Kind.BOOKING or wish.day is None or wish.part is None:
            return soonest
        stretches = self.stretches(wish.day, wish.part)
        return next((max(start, soonest) for start, end in stretches if end > soonest), soonest)

    def stretches(self, day: date, part: Part) -> list[Stretch]:
        """Return the times at which the clinic is open in this part of the day, each as (start, end)."""
        return self._within(self.hours.shifts(day), day, part)

    def _within(self, shifts: Sequence[Shift], day: date, part: Part) -> list[Stretch]:
        window = self.parts[part]
        both = [(max(shift.start, window.start), earlier_end(shift.end, window.end)) for shift in shifts]
        return [Shift(a, b).on(day, self.hours.zone) for a, b in both if b == time.min or a < b]

    def _has_left(self, stretches: list[Stretch], now: datetime) -> bool:
        return any(end - max(start, now) >= self.lead for start, end in stretches)


@dataclass(frozen=True)
class Persistence:
    """The number of tries before a request is closed as not reached, and the pauses between the tries."""

    tries: int
    pauses: Sequence[timedelta]
    """The pauses after the first try, after the second and so on. The last one is used for all later tries."""
    busy_pauses: Sequence[timedelta]

    def pause(self, tries: int, *, busy: bool) -> timedelta:
        """Return the pause after this number of tries; `busy` if the patient's number was engaged."""
        pauses = self.busy_pauses if busy else self.pauses
        return pauses[min(tries, len(pauses)) - 1]


def next_try(offer: Offer, part: Part | None, earliest: datetime) -> datetime:
    """Return when to call a patient again: the first moment from `earliest` on within opening hours, and within `part`.

    Returns `earliest` if there is no such moment within a year, so that the request is not forgotten.
    """
    if part is None:
        return offer.hours.open_from(earliest) or offer.hours.local(earliest)
    first = offer.hours.local(earliest)
    for ahead in range(HORIZON_DAYS):
        for start, end in offer.stretches(first.date() + timedelta(days=ahead), part):
            if end > first:
                return max(start, first)
    return first

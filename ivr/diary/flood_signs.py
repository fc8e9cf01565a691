"""Recognizes a flood of bookings by telephone, by the pace at which the bookings were made.

An attacker calls from many numbers, or books for many keyed numbers, and a booking for a keyed number does not store
the caller's number. Pure: the bookings are an argument.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby


@dataclass(frozen=True)
class BookingMade:
    """A booking by telephone, with the facts by which its pace is judged."""

    id: int
    created: datetime
    call_id: str
    keyed: bool
    """True if the booking was made for a keyed number, which the caller entered."""


@dataclass(frozen=True)
class Sign:
    """A sign by which a flood is known: at least `fewest` bookings, each no later than `pause` after the one before."""

    fewest: int
    pause: timedelta
    of_one_call: bool = False
    keyed: bool = False
    """True if the sign counts only bookings for keyed numbers, which the caller entered."""


SIGNS = (
    Sign(12, timedelta(minutes=2)),
    Sign(5, timedelta(minutes=30), keyed=True),
    Sign(3, timedelta(hours=1), of_one_call=True),
)
"""The signs of a flood, in the order in which they are tried. Bookings that one sign has found are not tried again."""


@dataclass(frozen=True)
class Flood:
    """Appointments that were booked in a flood, in the order of booking."""

    bookings: tuple[BookingMade, ...]

    @property
    def first(self) -> datetime:
        """The moment at which the flood's first appointment was booked."""
        return self.bookings[0].created

    @property
    def last(self) -> datetime:
        """The moment at which the flood's last appointment was booked."""
        return self.bookings[-1].created

    @property
    def keyed(self) -> int:
        """The number of the flood's bookings for keyed numbers, which the caller entered."""
        return sum(each.keyed for each in self.bookings)

    @property
    def calls(self) -> int:
        """The number of calls in which the flood's appointments were booked."""
        return len({each.call_id for each in self.bookings})


def floods_in(booked: Sequence[BookingMade]) -> list[Flood]:
    """Return the floods that these bookings by telephone contain, the earliest first."""
    left, found = sorted(booked, key=lambda each: (each.created, each.id)), list[Flood]()
    for sign in SIGNS:
        of_sign = [each for each in _runs(left, sign) if len(each) >= sign.fewest]
        seen = {each.id for run in of_sign for each in run}
        left = [each for each in left if each.id not in seen]
        found.extend(Flood(tuple(run)) for run in of_sign)
    return sorted(found, key=lambda each: each.first)


def _runs(booked: Sequence[BookingMade], sign: Sign) -> Iterator[list[BookingMade]]:
    """Yield the bookings that `sign` counts, split at pauses over `sign.pause`, and by call if `sign.of_one_call`."""
    counted = [each for each in booked if not sign.keyed or each.keyed]
    call: Callable[[BookingMade], str] = lambda each: each.call_id if sign.of_one_call else ""  # noqa: E731 - a key
    for _call, together in groupby(sorted(counted, key=call), key=call):
        run: list[BookingMade] = []
        for each in together:
            if run and each.created - run[-1].created > sign.pause:
                yield run
                run = []
            run.append(each)
        yield run

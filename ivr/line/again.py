"""When a patient who was not reached is rung again: after growing pauses, in opening hours, in their part of the day.

Pure: hours, the wish and the moment are arguments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.line.booking import Offer, Part
from ivr.line.hours import HORIZON_DAYS


@dataclass(frozen=True)
class Persistence:
    """How often a patient is rung before the request is closed as not reached, and how long is waited between."""

    tries: int
    pauses: Sequence[timedelta]
    """After the first try, the second and so on; the last serves for all that follow."""
    busy_pauses: Sequence[timedelta]

    def pause(self, tries: int, *, busy: bool) -> timedelta:
        """How long to wait after so many tries."""
        pauses = self.busy_pauses if busy else self.pauses
        return pauses[min(tries, len(pauses)) - 1]


def next_try(offer: Offer, part: Part | None, earliest: datetime) -> datetime:
    """The first moment from `earliest` on that is in opening hours, and in this part of a day if one was wished.

    Where there is none within a year, `earliest` itself: somebody must look at it.
    """
    if part is None:
        return offer.hours.open_from(earliest) or offer.hours.local(earliest)
    first = offer.hours.local(earliest)
    for ahead in range(HORIZON_DAYS):
        for start, end in offer.stretches(first.date() + timedelta(days=ahead), part):
            if end > first:
                return max(start, first)
    return first

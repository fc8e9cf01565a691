"""Computes when to call a patient again who was not reached: after growing pauses, within opening hours.

Pure: the hours, the wish and the moment are arguments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.line.booking import Offer, Part
from ivr.line.hours import HORIZON_DAYS


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
    """Return the first moment from `earliest` on within opening hours, and within `part` of a day if given.

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

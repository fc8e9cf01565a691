"""Compares the records of calls with the callers' own paths: one complete record a call. Values only."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ivr.reports.call_records import LONGEST_PATH

WRITTEN_WITHIN = 3.0
"""Seconds in which a trace is on the disk of the machine that left it; who is killed earlier may take it along."""


@dataclass(frozen=True)
class Walked:
    """The path of a call, as its caller knows it."""

    call_id: str
    places: Sequence[tuple[str, float]]
    """The places at which the caller was asked for a key, and when, in seconds since the epoch."""
    end_told: bool
    """True if the service was told that the call is over; else it counts as over an hour later."""


@dataclass(frozen=True)
class CallReckoning:
    """The counts of calls that were recorded, and of what is wrong with their records."""

    recorded: int = 0
    missing: int = 0
    """Calls without a record."""
    twice: int = 0
    """Records too many."""
    partial: int = 0
    """Calls whose record lacks a place to which their caller came."""
    excused: int = 0
    """Calls, missing or in part, that a killed web process or host took along before they were written."""

    @property
    def wrong(self) -> int:
        """The number of records that are not as they should be, and not for a machine that died."""
        return self.missing + self.twice + self.partial - self.excused

    def line(self) -> str:
        """Return the figures in words."""
        return (
            f"calls recorded {self.recorded}, without a record {self.missing}, recorded twice {self.twice}, "
            f"in part {self.partial}, of which by a machine that was killed {self.excused}"
        )


def reckoned(walked: Sequence[Walked], records: Sequence[tuple[str, str]], killed: Sequence[float]) -> CallReckoning:
    """Return all figures. `records` has the call and the path of each record.

    `killed` are the moments, in seconds since the epoch, at which something that answers calls was killed.
    """
    paths = {call_id: frozenset(path.split()) for call_id, path in records}
    whole = {call_id for call_id, path in records if len(path.split()) >= LONGEST_PATH}
    over = [each for each in walked if each.end_told and each.places]
    lacking = {each.call_id: _lacking(each, paths) for each in over if each.call_id not in whole}
    faulty = {call_id: moments for call_id, moments in lacking.items() if moments}
    return CallReckoning(
        recorded=len(paths),
        missing=sum(each.call_id not in paths for each in over),
        twice=sum(count - 1 for count in Counter(call_id for call_id, _ in records).values()),
        partial=sum(call_id in paths for call_id in faulty),
        excused=sum(_was_killed(moments, killed) for moments in faulty.values()),
    )


def _lacking(each: Walked, paths: Mapping[str, frozenset[str]]) -> list[float]:
    """Return the moments at which a caller came to places that the record lacks."""
    return [at for place, at in each.places if place not in paths.get(each.call_id, frozenset())]


def _was_killed(moments: Sequence[float], killed: Sequence[float]) -> bool:
    """Return True if each of these moments was shortly before a moment at which something was killed."""
    return all(any(-0.5 < at - moment < WRITTEN_WITHIN for at in killed) for moment in moments)

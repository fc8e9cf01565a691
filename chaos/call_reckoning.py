"""Compares the stored records of calls with the places that the callers reached. Each call needs one complete record.

Only computes: no input, no output, no servers.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ivr.reports.call_records import LONGEST_PATH

WRITTEN_WITHIN = 3.0
"""The seconds within which a host writes a trace to its disk. A process that is killed sooner may lose the trace."""


@dataclass(frozen=True)
class Walked:
    """The path of a call through the menu, as its caller knows it."""

    call_id: str
    places: Sequence[tuple[str, float]]
    """The places at which the caller was asked for a key, each with its moment in seconds since the epoch."""
    end_told: bool
    """True if the carrier told the service that the call is over.

    Otherwise, the service counts the call as over after one hour.
    """


@dataclass(frozen=True)
class CallReckoning:
    """The check of the calls' records after a campaign: how many were recorded, and each kind of wrong record."""

    recorded: int = 0
    missing: int = 0
    """The number of calls without a record."""
    twice: int = 0
    """The number of records beyond the first of a call, summed over all calls."""
    partial: int = 0
    """The number of calls whose record lacks a place that the call has reached."""
    excused: int = 0
    """The number of missing or partial records that are no fault: a killed process or host lost their traces."""

    @property
    def wrong(self) -> int:
        """The number of missing, doubled and partial records, not counting the excused ones."""
        return self.missing + self.twice + self.partial - self.excused

    def line(self) -> str:
        """Return the figures about the calls' records in one line of text."""
        return (
            f"calls recorded {self.recorded}, without a record {self.missing}, recorded twice {self.twice}, "
            f"in part {self.partial}, of which by a machine that was killed {self.excused}"
        )


def reckoned(walked: Sequence[Walked], records: Sequence[tuple[str, str]], killed: Sequence[float]) -> CallReckoning:
    """Return the result of comparing the places to which a campaign's callers came with the stored records of calls.

    `records` holds the id and the path of each recorded call. `killed` holds the moments, in seconds since the epoch,
    at which a part that answers calls was killed.
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
    """Return the moments at which the call came to places that its record lacks, in seconds since the epoch."""
    return [at for place, at in each.places if place not in paths.get(each.call_id, frozenset())]


def _was_killed(moments: Sequence[float], killed: Sequence[float]) -> bool:
    """Return whether an answering process was killed shortly after each of `moments`, which a call's record lacks."""
    return all(any(-0.5 < at - moment < WRITTEN_WITHIN for at in killed) for moment in moments)

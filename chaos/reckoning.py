"""Compares the promises that a campaign's callers heard with the contents of the desk and the diary. Only computes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from chaos.call_reckoning import CallReckoning
from chaos.callers import Promise
from chaos.hours_reckoning import HoursReckoning


@dataclass(frozen=True)
class Held:
    """A promise as the desk or the diary holds it at the campaign's end."""

    phone: str
    references: frozenset[str]
    """The references of the promise: its own, and the one that its caller heard.

    The caller of a request that joined an earlier one hears the earlier reference if both were made in one call. Else
    the caller hears none, which is stored as an empty text.
    """
    joined: bool
    """True if the promise joined an earlier request, and made none of its own."""


@dataclass(frozen=True)
class Reckoning:
    """The results of a campaign, in figures: calls, faults, promises, and each kind of broken promise."""

    database: str
    calls: int
    faults: int
    promised: int
    lost: tuple[Promise, ...]
    doubled: int
    apologies: int
    longest_silence: float
    slowest_notification: float
    never_told: int
    """The number of new requests of which the staff had got no notice at the campaign's end."""
    hours: HoursReckoning
    records: CallReckoning | None = None
    """The check of the calls' records; None where they were not checked."""
    failures: Mapping[str, int] = field(default_factory=dict)
    """The number of times that the service gave the carrier no good answer, by the kind of failure."""

    @property
    def kept(self) -> bool:
        """True if no promise was lost, doubled or left untold, no appointment is wrong, and no record is wrong."""
        recorded = self.records is None or not self.records.wrong
        return not self.lost and not self.doubled and not self.never_told and not self.hours.wrong and recorded

    def line(self) -> str:
        """Return the results of the campaign, as the terminal shows them."""
        return (
            f"{self.database}: calls {self.calls}, faults {self.faults}, promised {self.promised}, "
            f"lost {len(self.lost)}, doubled {self.doubled}, apologies {self.apologies}, "
            f"longest silence {self.longest_silence:.1f} s, "
            f"promise to notification at most {self.slowest_notification:.1f} s; {self.hours.line()}"
            f"{f'; {self.records.line()}' if self.records else ''}"
        )


def lost(promises: Iterable[Promise], held: Iterable[Held]) -> tuple[Promise, ...]:
    """Return the promises that callers heard and the desk lacks. Promises without a reference count by phone number."""
    of_desk = list(held)
    there = {(each.phone, reference) for each in of_desk for reference in each.references}
    silent = Counter(each.phone for each in of_desk if "" in each.references)
    missing = []
    for each in promises:
        silent[each.phone] -= not each.reference
        if (each.phone, each.reference) not in there or (not each.reference and silent[each.phone] < 0):
            missing.append(each)
    return tuple(missing)


def doubled(requests_of_calls: Sequence[tuple[str, str, str]]) -> int:
    """Return how many requests are duplicates, because a call may leave only one request of each kind for a number."""
    return sum(count - 1 for count in Counter(requests_of_calls).values())


def slowest_notification(
    promises: Iterable[Promise], held: Iterable[Held], told: Sequence[tuple[str, float]]
) -> tuple[float, int]:
    """Return the most seconds from a promise to its first notice to the staff, and how many promises have no notice.

    Only promises that made a new request count: one that joined an earlier request has no notice. Both moments are by
    this machine's clock.
    """
    heard_of = _by_reference(told)
    new = {(each.phone, reference) for each in held if not each.joined for reference in each.references}
    waited = [
        min(heard_of.get(each.reference, ()), default=None) for each in promises if (each.phone, each.reference) in new
    ]
    moments = [each.heard for each in promises if (each.phone, each.reference) in new]
    seconds = [at - heard for at, heard in zip(waited, moments, strict=True) if at is not None]
    return max(seconds, default=0.0), waited.count(None)


def _by_reference(told: Sequence[tuple[str, float]]) -> Mapping[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for reference, at in told:
        found[reference].append(at)
    return found

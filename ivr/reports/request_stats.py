"""Counts the requests of a period: the time until the first call to the patient, which try reached them, the outcomes.

Pure. call_stats.py counts calls; reports.py reads both from the database.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.desk.requests import OUTCOMES, HistoryEvent, Outcome, Status, Then
from ivr.line.booking import Kind

LATE = timedelta(minutes=30)
"""The opening time after which a request is late if nobody tried to call its patient, for the reports and an alert."""

ENOUGH = 10
"""The fewest waits to compute `RequestStats.most`, the limit of nine in ten. Of fewer, it would be the longest wait."""

REACHED = frozenset({Outcome.BOOKED, Outcome.SETTLED, Outcome.LATER, Outcome.CANCELLED})
"""The outcomes of a call that the patient answered. A patient who answers may also cancel, so CANCELLED counts."""

TRIED = REACHED | {Outcome.NO_ANSWER, Outcome.BUSY, Outcome.WRONG_NUMBER}
"""The outcomes of any call to a patient, answered or not."""


WAITING = "waiting"
"""The word that counts use as the outcome of a request that has no outcome yet."""


MINUTE = timedelta(minutes=1)

Waits = Mapping[int, int]
"""The number of waits by length in minutes. Lengths are rounded up, since limits and reports use whole minutes."""


@dataclass(frozen=True)
class CallAttempt:
    """A call to the patient of a request, as an event of the request's history."""

    at: datetime
    what: str
    before: str | None = None
    """The request's due time and other data before the call, as JSON of ivr/desk/move_parts.py; None if not stored."""


def tries(history: Iterable[CallAttempt]) -> list[CallAttempt]:
    """Return the calls to the patient in a request's history that were not undone, without the events of undoing."""
    standing: list[CallAttempt] = []
    for line in history:
        if line.what == HistoryEvent.UNDONE:
            del standing[-1:]
        else:
            standing.append(line)
    return standing


@dataclass(frozen=True)
class ReportedRequest:
    """A request of a report's period, with the outcomes of the calls to its patient."""

    kind: Kind
    source: str
    status: Status
    outcome: Outcome | None
    waited: timedelta | None
    """The time within opening hours from the due time until the first call to the patient, or until now without a call.

    None where no try was needed: the request is not due yet, or was closed without a try.
    """
    tries: tuple[str, ...] = ()
    """The outcomes of the calls to the patient, in order."""

    @property
    def live(self) -> bool:
        """True if the request is not closed: the patient is to be called, or the outcome to be reported."""
        return self.status is not Status.CLOSED

    @property
    def to_reach(self) -> bool:
        """True if the patient had or has to be called. False for duplicates and requests cancelled before a call.

        False too if the program closed the request before the patient was reached, with nothing to tell any more. Such
        a request has no outcome that closes it.
        """
        if self.live:
            return True
        if self.outcome is None or OUTCOMES[self.outcome] is not Then.CLOSED:
            return any(each in REACHED for each in self.tries)
        return bool(self.tries) if self.outcome is Outcome.CANCELLED else self.outcome is not Outcome.DUPLICATE

    @property
    def reached_at(self) -> int | None:
        """The number of calls until one reached the patient; None if none did, or if nobody had to be reached."""
        if not self.to_reach:
            return None
        return next((number for number, each in enumerate(self.tries, start=1) if each in REACHED), None)


@dataclass(frozen=True)
class RequestStats:
    """The counts of the requests of a period."""

    made: Mapping[tuple[Kind, str], int]
    """The number of requests that were made, by kind and source."""
    rung: Waits
    """The waits of patients until the first call to them."""
    unrung: Waits
    """The waits until now of patients who are due a call and have not been called."""
    to_reach: int
    """The number of patients who had to be reached, or still have to."""
    reached: Mapping[int, int]
    """The number of reached patients, by the number of the try that reached them."""
    outcomes: Mapping[str, int]
    """The number of requests by outcome; live ones count as WAITING."""
    untried: int
    """The number of live requests whose patient has not been called yet."""

    @property
    def count(self) -> int:
        """The number of requests that were made in the period."""
        return sum(self.made.values())

    @property
    def late(self) -> int:
        """The number of requests whose first call to the patient came late, or is late by now."""
        return sum(count for minutes, count in self._waits.items() if timedelta(minutes=minutes) > LATE)

    @property
    def middle(self) -> timedelta | None:
        """The median wait of patients so far; None where nobody waited."""
        return share(self._waits, 5)

    @property
    def most(self) -> timedelta | None:
        """The wait (until a first call, or now) that nine in ten patients do not exceed; None below `ENOUGH` waits."""
        return share(self._waits, 9) if sum(self._waits.values()) >= ENOUGH else None

    @property
    def _waits(self) -> Waits:
        return Counter(self.rung) + Counter(self.unrung)


def request_stats(requests: Sequence[ReportedRequest]) -> RequestStats:
    """Return the counts of these requests of a period."""
    waited = [(each.waited, bool(each.tries)) for each in requests if each.waited is not None]
    return RequestStats(
        made=Counter((each.kind, each.source) for each in requests),
        rung=waits_of(wait for wait, tried in waited if tried),
        unrung=waits_of(wait for wait, tried in waited if not tried),
        to_reach=sum(each.to_reach for each in requests),
        reached=Counter(at for each in requests if (at := each.reached_at) is not None),
        outcomes=Counter(WAITING if each.live else each.outcome or WAITING for each in requests),
        untried=sum(each.live and not each.tries for each in requests),
    )


def waits_of(spans: Iterable[timedelta]) -> Waits:
    """Return how many of these waits have each length in minutes, rounded up to whole minutes."""
    return Counter(-int(-each // MINUTE) for each in spans)


def share(waits: Waits, of_ten: int) -> timedelta | None:
    """Return the wait that `of_ten` tenths of the waits do not exceed; 5 gives the median. None without waits."""
    wanted, seen = max(1, -(-sum(waits.values()) * of_ten // 10)), 0
    for minutes, count in sorted(waits.items()):
        seen += count
        if seen >= wanted:
            return timedelta(minutes=minutes)
    return None

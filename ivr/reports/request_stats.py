"""What many requests come to: how long patients waited to be rung, at which try they were reached, what came of it.

Pure. What many calls come to stands in call_stats.py, what is read from the database for both in reports.py.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.desk.requests import HistoryEvent, Outcome, Status
from ivr.line.booking import Kind

LATE = timedelta(minutes=30)
"""Opening time after which a request that nobody has tried is late; the alert of the same looks so far too."""

ENOUGH = 10
"""Of fewer waits than so many, what nine in ten did not exceed is just the longest."""

REACHED = frozenset({Outcome.BOOKED, Outcome.SETTLED, Outcome.LATER, Outcome.CANCELLED})
"""What somebody reports who has rung, when the patient has answered; some answer that they want nothing more."""

TRIED = REACHED | {Outcome.NO_ANSWER, Outcome.BUSY, Outcome.WRONG_NUMBER}
"""What they report who have rung at all."""


WAITING = "waiting"
"""What stands for the outcome of a request that has none yet."""


@dataclass(frozen=True)
class CallAttempt:
    """A line of a request's history about ringing the patient."""

    at: datetime
    what: str
    before: str | None = None
    """How the request stood until then, as moves.py wrote it: when the patient was to be rung is in it."""


def tries(history: Iterable[CallAttempt]) -> list[CallAttempt]:
    """The lines that stand: of those that were taken back, neither they nor their undoing."""
    standing: list[CallAttempt] = []
    for line in history:
        if line.what == HistoryEvent.UNDONE:
            del standing[-1:]
        else:
            standing.append(line)
    return standing


@dataclass(frozen=True)
class ReportedRequest:
    """A request of the period, and how often its patient was rung."""

    kind: Kind
    source: str
    status: Status
    outcome: Outcome | None
    waited: timedelta | None
    """Opening time from when it was due until the first try, or until now where it still waits for one.

    None where nobody had to ring: it is not due yet, or was closed without a try.
    """
    tries: tuple[str, ...] = ()
    """What came of each."""

    @property
    def live(self) -> bool:
        """Whether somebody is still to ring, or to say what came of it."""
        return self.status is not Status.CLOSED

    @property
    def to_reach(self) -> bool:
        """Whether anybody is or was to be reached: not of what another stands for, or the caller took back unrung."""
        if self.outcome is Outcome.CANCELLED:
            return bool(self.tries)
        return self.live or self.outcome is not Outcome.DUPLICATE

    @property
    def reached_at(self) -> int | None:
        """At which try the patient was reached; the first is 1. None where nobody was to be, too."""
        if not self.to_reach:
            return None
        return next((number for number, each in enumerate(self.tries, start=1) if each in REACHED), None)


@dataclass(frozen=True)
class RequestStats:
    """The requests of a period."""

    made: Mapping[tuple[Kind, str], int]
    """By kind and where from."""
    rung: Sequence[timedelta]
    """How long those waited who have been rung, shortest first."""
    unrung: Sequence[timedelta]
    """How long those have waited until now who are due and have not been rung, shortest first."""
    to_reach: int
    """How many patients were or are to be reached."""
    reached: Mapping[int, int]
    """By the number of the try."""
    outcomes: Mapping[str, int]
    """By outcome; those that are still live as WAITING."""
    untried: int
    """How many wait that nobody has rung yet."""

    @property
    def count(self) -> int:
        """How many were made."""
        return sum(self.made.values())

    @property
    def late(self) -> int:
        """How many were first tried late, or are late and still wait for it."""
        return sum(each > LATE for each in (*self.rung, *self.unrung))

    @property
    def middle(self) -> timedelta | None:
        """What half of them waited at most, so far; None where nobody waited."""
        return share(self._waits, 5)

    @property
    def most(self) -> timedelta | None:
        """What nine in ten waited at most, so far; None where there are not enough to say so."""
        return share(self._waits, 9) if len(self._waits) >= ENOUGH else None

    @property
    def _waits(self) -> Sequence[timedelta]:
        return sorted((*self.rung, *self.unrung))


def request_stats(requests: Sequence[ReportedRequest]) -> RequestStats:
    """What these come to."""
    waited = [(each.waited, bool(each.tries)) for each in requests if each.waited is not None]
    return RequestStats(
        made=Counter((each.kind, each.source) for each in requests),
        rung=sorted(wait for wait, tried in waited if tried),
        unrung=sorted(wait for wait, tried in waited if not tried),
        to_reach=sum(each.to_reach for each in requests),
        reached=Counter(at for each in requests if (at := each.reached_at) is not None),
        outcomes=Counter(WAITING if each.live else each.outcome or WAITING for each in requests),
        untried=sum(each.live and not each.tries for each in requests),
    )


def share(waits: Sequence[timedelta], of_ten: int) -> timedelta | None:
    """The wait that so many of ten did not exceed: 5 is the middle one; None where there is none."""
    return waits[max(0, -(-len(waits) * of_ten // 10) - 1)] if waits else None

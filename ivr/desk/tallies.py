"""What many calls and requests come to: counts, shares and middle values of the days that somebody looks at.

Pure. What is read from the database for it stands in reports.py, the words and pictures in ivr/web/reports.py.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ivr.desk.calls import FAULTS, Ending
from ivr.desk.requests import Outcome, Status
from ivr.line.booking import Kind

LATE = timedelta(minutes=30)
"""Opening time after which a request that nobody has tried is late; the alert of the same looks so far too."""


class Choice(StrEnum):
    """What a caller first chose."""

    BOOK = "book"
    CALLBACK = "callback"
    ADVICE = "advice"
    HOURS = "hours"
    PERSON = "person"
    NOTHING = "nothing"


CHOICES: Mapping[str, Choice] = {each: each for each in Choice if each is not Choice.NOTHING}
"""The place that each choice leads to first: its name is the choice's own."""


class Fate(StrEnum):
    """Whether a caller got what they rang for, as far as a path can tell."""

    ASKED = "asked"
    """They left a request."""
    TALKED = "talked"
    """They talked to the reception."""
    HEARD = "heard"
    """They heard the hours or advice."""
    FAILED = "failed"
    """The line had a fault, or could not keep their request."""
    REFUSED = "refused"
    """They are blocked or over a limit, and left nothing."""
    NOT_ANSWERED = "not_answered"
    """They wanted a person, it was open, and nobody was there."""
    BEFORE = "before"
    """They hung up before choosing."""
    MIDWAY = "midway"
    """They chose something and did not get to its end."""


FATES: Mapping[str, Fate] = {
    "kept": Fate.ASKED,
    "talked": Fate.TALKED,
    "not_kept": Fate.FAILED,
    "refused": Fate.REFUSED,
    "nobody": Fate.NOT_ANSWERED,
    "topic": Fate.HEARD,
    "hours": Fate.HEARD,
}
"""The word of a path that settles it; the first of these that is in it."""

SERVED = (Fate.ASKED, Fate.TALKED, Fate.HEARD)
GOT_THROUGH = (Fate.ASKED, Fate.TALKED)
"""What no fault that comes after it takes away."""


def choice(path: Sequence[str]) -> Choice:
    """The first thing that was chosen on this path."""
    return next((CHOICES[word] for word in path if word in CHOICES), Choice.NOTHING)


def fate(path: Sequence[str]) -> Fate:
    """What came of a call with this path."""
    settled = next((found for word, found in FATES.items() if word in path), None)
    if FAULTS.intersection(path[-1:]) and settled not in GOT_THROUGH:
        return Fate.FAILED
    return settled or (Fate.BEFORE if choice(path) is Choice.NOTHING else Fate.MIDWAY)


@dataclass(frozen=True)
class CallTally:
    """The calls of a period."""

    hours: Mapping[int, int]
    """Calls that came in, by hour of the clinic's day."""
    choices: Mapping[Choice, int]
    endings: Mapping[Ending, int]
    fates: Mapping[Fate, int]

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self.fates.values())

    @property
    def served(self) -> int:
        """How many heard what they wanted, talked to somebody, or left a request."""
        return sum(self.fates.get(each, 0) for each in SERVED)


@dataclass(frozen=True)
class Calls:
    """So many calls of one path and end."""

    path: str
    ended: Ending
    count: int


def tally_calls(groups: Iterable[Calls], hours: Mapping[int, int]) -> CallTally:
    """What these come to; how many came in at which hour is counted already."""
    choices: Counter[Choice] = Counter()
    endings: Counter[Ending] = Counter()
    fates: Counter[Fate] = Counter()
    for each in groups:
        words = each.path.split()
        choices[choice(words)] += each.count
        fates[fate(words)] += each.count
        endings[each.ended] += each.count
    return CallTally(hours, choices, endings, fates)


# -- requests


REACHED = frozenset({Outcome.BOOKED, Outcome.SETTLED, Outcome.LATER})
"""What somebody reports who has rung, when the patient has answered."""

TRIED = REACHED | {Outcome.NO_ANSWER, Outcome.BUSY, Outcome.WRONG_NUMBER}
"""What they report who have rung at all."""

UNDONE = "undone"
"""What a history says where the line before it was taken back."""

WAITING = "waiting"
"""What stands for the outcome of a request that has none yet."""


@dataclass(frozen=True)
class Line:
    """A line of a request's history about ringing the patient."""

    at: datetime
    what: str
    before: str | None = None
    """How the request stood until then, as moves.py wrote it: when the patient was to be rung is in it."""


def tries(history: Iterable[Line]) -> list[Line]:
    """The lines that stand: of those that were taken back, neither they nor their undoing."""
    standing: list[Line] = []
    for line in history:
        if line.what == UNDONE:
            del standing[-1:]
        else:
            standing.append(line)
    return standing


@dataclass(frozen=True)
class Asked:
    """A request of the period, and how often its patient was rung."""

    kind: Kind
    source: str
    status: Status
    outcome: Outcome | None
    waited: timedelta | None
    """Opening time from when it was due until the first try; None where nobody has rung yet."""
    tries: tuple[str, ...] = ()
    """What came of each."""

    @property
    def live(self) -> bool:
        """Whether somebody is still to ring, or to say what came of it."""
        return self.status is not Status.CLOSED

    @property
    def reached_at(self) -> int | None:
        """At which try the patient was reached; the first is 1."""
        return next((number for number, each in enumerate(self.tries, start=1) if each in REACHED), None)


@dataclass(frozen=True)
class RequestTally:
    """The requests of a period."""

    made: Mapping[tuple[Kind, str], int]
    """By kind and where from."""
    waits: Sequence[timedelta]
    """Until the first try, shortest first."""
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
        """How many were first tried late."""
        return sum(each > LATE for each in self.waits)


def tally_requests(requests: Sequence[Asked]) -> RequestTally:
    """What these come to."""
    return RequestTally(
        made=Counter((each.kind, each.source) for each in requests),
        waits=sorted(each.waited for each in requests if each.waited is not None),
        reached=Counter(each.reached_at for each in requests if each.reached_at is not None),
        outcomes=Counter(WAITING if each.live else each.outcome or WAITING for each in requests),
        untried=sum(each.live and not each.tries for each in requests),
    )


def share(waits: Sequence[timedelta], of_ten: int) -> timedelta | None:
    """The wait that so many of ten did not exceed: 5 is the middle one; None where there is none."""
    return waits[max(0, -(-len(waits) * of_ten // 10) - 1)] if waits else None

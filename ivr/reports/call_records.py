"""Makes the record of a finished call from its traces, of which each webhook leaves one.

Pure. A record has no number, no pressed key and no reference: only places of the menu, and outcomes.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

SETTLES = timedelta(seconds=20)
"""The time after a call's end in which another trace of it may come: the carrier waits 15 seconds for an answer."""

SILENT = timedelta(hours=1)
"""The time without a trace after which a call counts as over, even if the carrier has not reported its end."""

LONGEST_SECONDS = 10**6
"""The longest call in seconds, some eleven days. A longer one comes from a wrong clock, and may not fit the column."""

LONGEST_PATH = 55
"""The most places and outcomes in a call's path, so that it fits its column. A longer path is cut in its middle."""

TALKED, FAULT, FAILED, GOODBYE = "talked", "fault", "failed", "goodbye"
"""The words in a call's path that tell how the call ended. The word `failed` comes from the carrier's report.

The path lists the places and outcomes of a call. It begins with `over_limit` if the call may leave no request.
"""

TWICE = "twice"
"""The word in a call's path of places and outcomes after a booking or change that the caller perhaps did not hear.

The word means that the webhook was repeated with a different answer, or came only after the call was over.
"""

PROMISED = frozenset({"booked", "moved", "cancelled"})
"""The words of a call's path for the places where callers hear that an appointment was booked, moved or cancelled."""

FAULTS = frozenset({FAULT, FAILED})

DECISIVE = PROMISED | FAULTS | {TWICE, TALKED}
"""The words of a call's path by whose every occurrence a reader decides, so that a cut path keeps them all."""


class Ending(StrEnum):
    """The way in which a call ended, as stored."""

    HUNG_UP = "hung_up"
    """The caller hung up while the line waited for a key."""
    GOODBYE = "goodbye"
    """The line said goodbye."""
    TALKED = "talked"
    """The reception took the call."""
    FAULT = "fault"
    """The caller last heard that the line has a fault, or the carrier reported one."""
    UNKNOWN = "unknown"
    """No more traces came, and the carrier did not report the call's end."""


ENDINGS: Mapping[str, Ending] = {
    TALKED: Ending.TALKED,
    FAULT: Ending.FAULT,
    FAILED: Ending.FAULT,
    GOODBYE: Ending.GOODBYE,
}
"""The ways in which calls end, by the last word of a call's path, which lists the places and outcomes of its traces."""


@dataclass(frozen=True)
class Trace:
    """A trace of a call, which one webhook has left."""

    mark: str
    """The keyed hash of the call's id."""
    at: datetime
    line: str
    language: str
    """The caller's language; empty where it is not known, as in the carrier's report of the end."""
    what: tuple[str, ...] = ()
    """The places of the menu that the call came to, and the outcomes of actions, in order."""
    step: str = ""
    """The keyed hash of the webhook's address, without the pressed key. A repeated webhook has the same hash."""
    over: bool = False
    lasted: int | None = None
    """The length of the whole call in seconds, if the carrier has reported it."""
    caller: str = ""
    """The keyed hash of the calling number; empty unless a key was pressed and the number's language may be stored."""


@dataclass(frozen=True)
class CallRecord:
    """The record of a finished call."""

    mark: str
    began: datetime
    line: str
    language: str
    path: tuple[str, ...]
    seconds: int
    ended: Ending

    def __post_init__(self) -> None:
        if not self.path or len(self.path) > LONGEST_PATH or self.seconds < 0:
            raise ValueError(f"a call of {self.seconds} seconds with a path of {len(self.path)} words")


def is_over(ended: datetime | None, last: datetime, now: datetime) -> bool:
    """Return whether a call is over: SETTLES after its reported end or, without a report, SILENT after its last trace.

    `ended` is the moment of the first report of the call's end, None without a report; `last` is the moment of the
    last trace. A moment far in the future comes from a wrong clock, and counts as past.
    """
    return abs(now - ended) >= SETTLES if ended is not None else abs(now - last) >= SILENT


def record(traces: Sequence[Trace]) -> CallRecord | None:
    """Return the record of the call with these traces; None if the carrier has only reported the end of the call.

    A call that the line itself makes to the reception leaves only this report.
    """
    ordered = sorted(traces, key=lambda each: each.at)
    steps = [each for each in ordered if each.what]
    path = _path(steps, min((each.at for each in ordered if each.over), default=None))
    if not path or all(each.over for each in steps):
        return None
    return CallRecord(
        mark=steps[0].mark,
        began=steps[0].at,
        line=next((each.line for each in steps if each.line), ""),
        language=next((each.language for each in reversed(steps) if each.language), ""),
        path=path,
        seconds=_seconds(ordered),
        ended=ending(path, any(each.over for each in ordered)),
    )


def ending(path: Sequence[str], over: bool) -> Ending:
    """Return a call's ending, from the places and outcomes in `path`; `over` is True once the carrier reported it."""
    after_talk = path[-1] == GOODBYE and TALKED in path[-2:]
    last = TALKED if after_talk else path[-1]
    return ENDINGS.get(last, Ending.HUNG_UP if over else Ending.UNKNOWN)


def _path(steps: Sequence[Trace], over: datetime | None) -> tuple[str, ...]:
    """Return the words of a call's traces in order, each repeated webhook once, and equal words in succession once.

    `over` is when the call ended, if the carrier has reported it.
    """
    answers: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    first: dict[tuple[str, str, tuple[str, ...]], datetime] = {}
    for each in steps:
        answers[each.step].add(each.what)
        first.setdefault((each.step, each.language, each.what), each.at)
    told = (
        (*what, TWICE) if PROMISED & {*what} and (len(answers[step]) > 1 or (over and over < at)) else what
        for (step, _, what), at in first.items()
    )
    words = tuple(word for word, _ in groupby(word for what in told for word in what))
    return words if len(words) <= LONGEST_PATH else _cut(words)


def _cut(words: Sequence[str]) -> tuple[str, ...]:
    """Return the `LONGEST_PATH` words of a path that tell the most of its call, in their order.

    The path loses repeated places first, from its middle on. Its last word, which tells the end, always stays. So does
    the word after a promise, because a fault further on would else seem to be heard instead of the promise.
    """
    first = {word: at for at, word in reversed([*enumerate(words)])}
    middle = len(words) / 2

    def worth(at: int) -> tuple[bool, bool, bool, float]:
        decides = words[at] in DECISIVE or (at > 0 and words[at - 1] in PROMISED)
        return at == len(words) - 1, decides, first[words[at]] == at, abs(at - middle)

    return tuple(words[at] for at in sorted(sorted(range(len(words)), key=worth)[-LONGEST_PATH:]))


def _seconds(ordered: Sequence[Trace]) -> int:
    said = next((each.lasted for each in ordered if each.lasted is not None), None)
    # Two webhooks of one call that lie years apart were written while the clock was wrong.
    return said if said is not None else min(LONGEST_SECONDS, int((ordered[-1].at - ordered[0].at).total_seconds()))

"""What a call leaves behind: its traces, one a webhook, and the record that they come to when it is over.

Pure. A record names nobody: no number, no key, no reference, only places of the menu and what became of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

SETTLES = timedelta(seconds=20)
"""How long after its end a call may leave one more trace: the carrier waits 15 seconds for an answer."""

SILENT = timedelta(hours=1)
"""A call that leaves no trace for so long is over, whether or not anybody has said so."""

LONGEST_PATH = 40
"""Words of a path; of a longer one the last word is kept, since it says how the call ended."""

TALKED, FAULT, FAILED, GOODBYE = "talked", "fault", "failed", "goodbye"
"""Words of a path that say how it ended; `failed` is the carrier's."""

FAULTS = frozenset({FAULT, FAILED})


class Ending(StrEnum):
    """How a call ended."""

    HUNG_UP = "hung_up"
    """The caller hung up while the line waited for a key."""
    GOODBYE = "goodbye"
    """The line said goodbye."""
    TALKED = "talked"
    """The reception took the call."""
    FAULT = "fault"
    """The last that was heard is that the line has a fault."""
    UNKNOWN = "unknown"
    """It went silent, and nobody said that it was over."""


ENDINGS: Mapping[str, Ending] = {
    TALKED: Ending.TALKED,
    FAULT: Ending.FAULT,
    FAILED: Ending.FAULT,
    GOODBYE: Ending.GOODBYE,
}
"""What the last word of a path says of the end."""


@dataclass(frozen=True)
class Trace:
    """What one webhook leaves of its call."""

    mark: str
    """What stands for the call."""
    at: datetime
    line: str
    language: str
    """Empty where it is not known, as in the carrier's word of the end."""
    what: tuple[str, ...] = ()
    """Places that the call came to, and outcomes, in order."""
    step: str = ""
    """What stands for the address of the webhook, without the key that was pressed there."""
    over: bool = False
    lasted: int | None = None
    """Seconds, where the carrier has said so."""


@dataclass(frozen=True)
class CallRecord:
    """A call that is over."""

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


def is_over(traces: Sequence[Trace], now: datetime) -> bool:
    """Whether nothing more is to be expected of a call; a trace from far ahead is one of a clock that was wrong."""
    ends = [each.at for each in traces if each.over]
    if ends:
        return abs(now - min(ends)) >= SETTLES
    return abs(now - max(each.at for each in traces)) >= SILENT


def record(traces: Sequence[Trace]) -> CallRecord | None:
    """The record of a call with these traces; None where nobody was heard of but the carrier, as of a leg of ours."""
    ordered = sorted(traces, key=lambda each: each.at)
    steps = [each for each in ordered if each.what]
    path = _path(steps)
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
    """How a call with this path ended; `over` is whether the carrier has said that it did."""
    after_talk = path[-1] == GOODBYE and TALKED in path[-2:]
    last = TALKED if after_talk else path[-1]
    return ENDINGS.get(last, Ending.HUNG_UP if over else Ending.UNKNOWN)


def _path(steps: Sequence[Trace]) -> tuple[str, ...]:
    """A webhook that came twice counts once, also when it came late; and so does a place at which the call stayed."""
    heard = dict.fromkeys((each.step, each.language, each.what) for each in steps)
    words = tuple(word for word, _ in groupby(word for _, _, what in heard for word in what))
    return words if len(words) <= LONGEST_PATH else (*words[: LONGEST_PATH - 1], words[-1])


def _seconds(ordered: Sequence[Trace]) -> int:
    said = next((each.lasted for each in ordered if each.lasted is not None), None)
    return said if said is not None else int((ordered[-1].at - ordered[0].at).total_seconds())

"""The story of a call as the carrier on this machine sees it: step after step, for a terminal and for tests.

The line of a step contains no number, key or spoken words. The step's field `spoken` has the words, only for tests.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum


class Did(Enum):
    """The kinds of step in the story of a call: each is something that the carrier sees or does."""

    CAME_IN = "a call comes in"
    SPEAKS = "speaks"
    SPOKE = "has spoken to the end"
    CUT = "stops speaking: a key"
    LISTENS = "listens for keys"
    KEYED = "the caller has entered"
    SILENT = "nothing was pressed"
    RINGS = "rings the reception"
    PICKED_UP = "a telephone of the reception answers"
    TAKES = "the reception takes the call"
    DECLINES = "a telephone of the reception does not take the call"
    CONNECTED = "patient and reception are connected"
    LEFT = "the reception hangs up"
    NOBODY = "nobody takes the call"
    FAILED = "the service did not answer"
    HANGS_UP = "hangs up"
    HUNG_UP = "the caller has hung up"
    OVER = "the call is over"


@dataclass(frozen=True)
class Spoken:
    """A sentence that was spoken to a telephone: its words, and the sound that was sent."""

    words: str = field(repr=False)
    sound: bytes = field(repr=False)


@dataclass(frozen=True)
class Step:
    """A step in the story of a call: its kind, and details that belong to it."""

    what: Did
    detail: str = ""
    """A detail of the step that a log may show: a language, a count, seconds."""
    spoken: Spoken | None = field(default=None, repr=False)
    """The sentence that is spoken in this step, for tests alone."""
    who: str = ""
    """The name of the reception's telephone to which this step belongs; empty for the caller's telephone."""
    at: float = 0.0
    """The moment of the step, in seconds of the event loop's clock."""

    @property
    def line(self) -> str:
        """The step in one line, for a terminal; the line names nobody."""
        who = f"{self.who}: " if self.who else ""
        return f"{who}{self.what.value}{f' ({self.detail})' if self.detail else ''}"


@dataclass
class Story:
    """The steps of one call so far, in order."""

    hear: Callable[[str], None] = lambda _line: None
    """A function that is called with the line of each new step."""
    steps: list[Step] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def tell(self, what: Did, detail: str = "", spoken: Spoken | None = None, who: str = "") -> None:
        """Add a step to the story of the call."""
        step = Step(what, detail, spoken, who, asyncio.get_running_loop().time())
        self.steps.append(step)
        self.hear(step.line)
        self._news.set()
        self._news = asyncio.Event()

    async def until(self, what: Did, after: int = 0, who: str = "") -> int:
        """Wait for a step `what` by `who` ("" is the caller) after step `after`, counted from 1; return its number."""
        while True:
            for number, step in enumerate(self.steps[after:], start=after + 1):
                if step.what is what and step.who == who:
                    return number
            await self._news.wait()

    def all(self, what: Did) -> list[Step]:
        """Return all steps of this kind that the call has had so far."""
        return [step for step in self.steps if step.what is what]

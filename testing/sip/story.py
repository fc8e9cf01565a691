"""The story of a call as the carrier on this machine sees it: step after step, for a terminal and for tests.

A step's line names no number, no key and no words; what is for tests alone stands beside it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum


class Did(Enum):
    """The events of a call."""

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
    """A sentence, in words and as the sound that was sent."""

    words: str = field(repr=False)
    sound: bytes = field(repr=False)


@dataclass(frozen=True)
class Step:
    """A step of a call."""

    what: Did
    detail: str = ""
    """The detail that may stand in a log: a language, a count, seconds."""
    spoken: Spoken | None = field(default=None, repr=False)
    """The sentence that is spoken; for tests."""
    who: str = ""
    """The telephone, where it is one of the reception's."""
    at: float = 0.0
    """Seconds of the loop's clock."""

    @property
    def line(self) -> str:
        """The step in one line that names nobody."""
        who = f"{self.who}: " if self.who else ""
        return f"{who}{self.what.value}{f' ({self.detail})' if self.detail else ''}"


@dataclass
class Story:
    """The steps of a call, in order."""

    hear: Callable[[str], None] = lambda _line: None
    """A function that is called with each line."""
    steps: list[Step] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def tell(self, what: Did, detail: str = "", spoken: Spoken | None = None, who: str = "") -> None:
        """Add a step to the story."""
        step = Step(what, detail, spoken, who, asyncio.get_running_loop().time())
        self.steps.append(step)
        self.hear(step.line)
        self._news.set()
        self._news = asyncio.Event()

    async def until(self, what: Did, after: int = 0, who: str = "") -> int:
        """Wait for such a step; returns the number of steps up to and with it, to go on after it."""
        while True:
            for number, step in enumerate(self.steps[after:], start=after + 1):
                if step.what is what and step.who == who:
                    return number
            await self._news.wait()

    def all(self, what: Did) -> list[Step]:
        """Return the steps of this kind."""
        return [step for step in self.steps if step.what is what]

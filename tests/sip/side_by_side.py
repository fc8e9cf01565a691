"""Tests that are real calls, and go on side by side: a call takes as long as what is said in it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ivr.web.services import Services
from testing.sip.figures import Figures

if TYPE_CHECKING:
    from tests.sip.line import Line

Call = Callable[["Line"], Awaitable[None]]

LONGEST = 75.0
"""Seconds that a call may take, beside the others."""


@dataclass
class Outcomes:
    """What came of the calls of a module."""

    errors: dict[str, Exception | None] = field(default_factory=dict)
    """By the name of the test; None where all was as it should be."""
    figures: Figures = field(default_factory=Figures)
    faults: list[BaseException] = field(default_factory=list)
    """Mistakes of the carrier on this machine."""
    told: list[str] = field(default_factory=list)
    """What it has told in the terminal."""


class Calls:
    """The real calls of a module."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}

    def test(self, call: Call) -> Callable[[Outcomes], None]:
        """Makes a test of a call: the call is made beside the others, and the test tells what came of it."""
        name = call.__name__
        self._calls[name] = call

        def told(outcomes: Outcomes) -> None:
            if error := outcomes.errors[name]:
                raise error

        told.__name__, told.__doc__, told.__module__ = name, call.__doc__, call.__module__
        return told

    def made(self, services: Services) -> Outcomes:
        """Makes them all at the same time."""
        return asyncio.run(self._made(services))

    async def _made(self, services: Services) -> Outcomes:
        from tests.sip.line import the_line  # noqa: PLC0415 - its telephones are not on every machine

        async with the_line(services) as line:
            line.talking = len(self._calls)
            found = await asyncio.gather(*(_outcome(call, line) for call in self._calls.values()))
            return Outcomes(dict(zip(self._calls, found, strict=True)), line.figures(), line.exchange.faults, line.told)


async def _outcome(call: Call, line: "Line") -> Exception | None:
    try:
        async with asyncio.timeout(LONGEST) as limit:
            line.limits[asyncio.current_task()] = limit
            await call(line)
    except Exception as error:  # the test's, which raises it
        line.hung_up()
        return error
    return None

"""Real calls as tests, all made at the same time, because each call takes as long as its sentences."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from ivr.web.services import Services
from testing.sip.figures import Figures
from tests.loops import runs
from tests.sip import CARRIERS

if TYPE_CHECKING:
    from tests.sip.line import Line, Shared

Call = Callable[["Line"], Awaitable[None]]

LONGEST = 150.0
"""The most seconds that a real call may take, while all others go on."""


@dataclass
class Outcomes:
    """The results of all real calls of a test module, made over one carrier."""

    errors: dict[str, Exception | None] = field(default_factory=dict)
    """The error of each test's call, by the test's name; None where the call was as it should be."""
    figures: Figures = field(default_factory=Figures)
    faults: list[BaseException] = field(default_factory=list)
    """The exceptions that calls raised in the code of the carrier on this machine."""
    told: list[str] = field(default_factory=list)
    """The lines about the calls that the carrier on this machine printed in the terminal."""


OverEach = dict[str, Outcomes]
"""The results of the real calls over each carrier, by the carrier's name."""


class Calls:
    """The real calls of a test module. All are made at the same time; each call is reported as a test of its own."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}

    def test(self, call: Call) -> Callable[[OverEach, str], None]:
        """Register a call to be made with all others; return the test, which raises the call's error if it has one."""
        name = call.__name__
        self._calls[name] = call

        def told(outcomes: OverEach, carrier: str) -> None:
            if error := outcomes[carrier].errors[name]:
                raise error

        told.__name__, told.__doc__, told.__module__ = name, call.__doc__, call.__module__
        return pytest.mark.parametrize("carrier", CARRIERS)(told)

    def made(self, services: Mapping[str, Services]) -> OverEach:
        """Make all calls of the module at the same time, over each carrier; return their results."""
        return runs(self._made(services))

    async def _made(self, services: Mapping[str, Services]) -> OverEach:
        from tests.sip.line import telephones_and_voice  # noqa: PLC0415 - its telephones are not on every machine

        async with telephones_and_voice() as shared:
            found = await asyncio.gather(*(self._over(carrier, each, shared) for carrier, each in services.items()))
        return dict(zip(services, found, strict=True))

    async def _over(self, carrier: str, services: Services, shared: "Shared") -> Outcomes:
        from tests.sip.line import the_line  # noqa: PLC0415 - as above

        async with the_line(carrier, services, shared) as line:
            line.talking = len(self._calls)
            found = await asyncio.gather(*(_outcome(call, line) for call in self._calls.values()))
        return Outcomes(dict(zip(self._calls, found, strict=True)), line.figures(), line.exchange.faults, line.told)


async def _outcome(call: Call, line: "Line") -> Exception | None:
    try:
        async with asyncio.timeout(LONGEST) as limit:
            line.limits[asyncio.current_task()] = limit
            await call(line)
    except Exception as error:  # the test raises the error
        line.hung_up()
        return error
    return None

"""Calls the reception's telephones for a patient, all at once; the first that takes the call is connected.

Whoever picks up is first asked by the service's own document to press a key. A voicemail presses none, so it never gets
the patient.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from ivr.carrier.stand_in import GoesOn
from ivr.carrier.steps import Dials
from ivr.phone.handset import CallMoment, Ends
from testing.sip.leg import Leg
from testing.sip.media import NoPort, OffThisMachine, Ports, Stream, on_this_machine
from testing.sip.signalling import NotTaken, Ringing
from testing.sip.sound import silence, tone
from testing.sip.story import Did
from testing.sip.webhooks import within

RINGING_TONE = tone(400, 0.4, 0.1) + silence(0.2) + tone(400, 0.4, 0.1) + silence(2.0)
"""The ringing tone of India, which a caller hears while the reception's telephones ring."""

FOR_THE_KEY = 5
"""The seconds that the reception has, after the words, to press the key that takes the call.

Used only where the carrier waits for this key by itself, and no document of ours asks for the key.
"""

Taken = asyncio.Future[tuple[Stream, "asyncio.Task[None]"]]
"""A future for the first telephone that takes the call: its sound, and a task that ends when the telephone hangs up."""


@dataclass(frozen=True)
class Reception:
    """The reception's telephones on this machine: the SIP address of each by its number in E.164."""

    telephones: Mapping[str, str]
    ports: Ports
    ring: Callable[[str, Stream], Ringing]
    """A function that calls a telephone at a SIP address, and offers it a stream of sound."""

    async def talks(self, moment: CallMoment, dials: Dials, patient: Leg) -> bool:
        """Ring the reception and connect the patient until the reception hangs up; return whether they talked."""
        patient.tell(Did.RINGS, f"telephones: {len(dials.numbers)}")
        taken: Taken = asyncio.get_running_loop().create_future()
        legs = {
            asyncio.create_task(self._leg(f"reception {count}", each, moment, patient, taken))
            for count, each in enumerate(dials.numbers, start=1)
        }
        waiting = asyncio.create_task(_ringing_tone(patient.stream))
        try:
            await _first(taken, legs)
            if not taken.done():
                patient.tell(Did.NOBODY)
                return False
            stream, winner = taken.result()
            await _end(waiting, *(legs - {winner}))
            await _connected(patient, stream, winner)
            return True
        finally:
            await _end(waiting, *legs)

    async def _leg(self, name: str, dialled: tuple[str, str], moment: CallMoment, patient: Leg, taken: Taken) -> None:
        """Ring one reception telephone and ask it to take the call; if it is the first to do so, await its hang-up."""
        (number, document), dials = dialled, moment.waits
        assert isinstance(dials, Dials)
        me = asyncio.current_task()
        try:
            async with self._answered(number, dials.seconds * patient.patience) as (stream, ringing):
                leg = Leg(stream, patient.webhooks.leg(number), patient.voice, patient.story, patient.patience, name)
                leg.tell(Did.PICKED_UP)
                asked = _takes(leg, within(moment, document) if document else "", dials.key)
                takes = await _unless(ringing.gone, asked)
                leg.tell(Did.TAKES if takes else Did.DECLINES)
                if takes and not taken.done() and me:
                    taken.set_result((stream, me))
                    await ringing.gone.wait()
        except (NotTaken, OffThisMachine, NoPort, TimeoutError):
            return

    @asynccontextmanager
    async def _answered(self, number: str, seconds: float) -> AsyncIterator[tuple[Stream, Ringing]]:
        """Call the telephone with this number; yield its sound until the block ends. Raises NotTaken, TimeoutError."""
        if number not in self.telephones:
            raise NotTaken("no telephone of this machine has the number")
        stream = await self.ports.stream(None)
        try:
            ringing = self.ring(self.telephones[number], stream)
            try:
                answer = await ringing.answered(seconds)
                stream.session.update_remote(on_this_machine(answer.rtp_address or ("", 0)))
                stream.start()
                yield stream, ringing
            finally:
                ringing.hang_up()
        finally:
            await self.ports.close(stream)


async def _takes(leg: Leg, document: str, key: str) -> bool:
    """Return whether the person who picked up takes the call, by the key that the document or the carrier asks for.

    If `document` is empty, picking up takes the call.
    """
    if not document:
        return True
    moment = await leg.webhooks.go(document, GoesOn())
    if key:
        return await leg.is_pressed(key, moment.heard, FOR_THE_KEY * leg.patience)
    return isinstance((await leg.follow(moment)).waits, Ends)


async def _connected(patient: Leg, stream: Stream, until: "asyncio.Task[None]") -> None:
    """Let patient and reception hear each other, until the reception hangs up."""
    patient.stream.hear, stream.hear = stream.pass_on, patient.stream.pass_on
    patient.tell(Did.CONNECTED)
    try:
        await asyncio.wait((until,))
    finally:
        patient.stream.hear = stream.hear = None
    patient.tell(Did.LEFT)


async def _first(taken: Taken, legs: "set[asyncio.Task[None]]") -> None:
    """Wait until a telephone of the reception has taken the call, or none of them is left. Raises CallFailed."""
    left = set(legs)
    while left and not taken.done():
        anything: set[asyncio.Future[Any]] = {taken, *left}
        done, _ = await asyncio.wait(anything, return_when=asyncio.FIRST_COMPLETED)
        for leg in left & done:
            leg.result()
        left -= done


async def _unless(gone: asyncio.Event, wanted: Awaitable[bool]) -> bool:
    """Return the awaited answer of the person who picked up, or False if the telephone hangs up (`gone`) first."""
    answer, end = asyncio.ensure_future(wanted), asyncio.ensure_future(gone.wait())
    try:
        await asyncio.wait((answer, end), return_when=asyncio.FIRST_COMPLETED)
        return answer.done() and answer.result()
    finally:
        await _end(answer, end)


async def _ringing_tone(stream: Stream) -> None:
    while True:
        await stream.play(RINGING_TONE)


async def _end(*tasks: "asyncio.Future[Any]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

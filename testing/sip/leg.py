"""A leg of a call: plays the service's documents to a telephone, and sends the pressed keys to the service.

Knows streams and documents. Other modules decide which telephones ring and which are connected.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from ivr.carrier.stand_in import GoesOn, Presses, Recorded
from ivr.carrier.steps import Gathers, Heard, Pauses, Records, Redirects, Sound
from ivr.phone.handset import MOST_MOMENTS, CallFailed, CallMoment
from testing.sip.media import Stream
from testing.sip.sound import seconds, silence
from testing.sip.story import Did, Spoken, Story
from testing.sip.voice import Voice
from testing.sip.webhooks import Webhooks, within


@dataclass
class Entry:
    """The keys that a caller enters at one question of a document: a fixed number, or all up to an end key."""

    wanted: Gathers
    keys: str = ""
    whole: bool = False

    def press(self, key: str) -> None:
        """Add a key that was pressed to the entry, or end the entry with it."""
        if key == self.wanted.ends_with:
            self.whole = True
            return
        self.keys += key
        self.whole = self.wanted.digits is not None and len(self.keys) >= self.wanted.digits


@dataclass(frozen=True)
class Leg:
    """A telephone in a call: the service's documents are played to it, and its keys are sent to the service."""

    stream: Stream
    webhooks: Webhooks
    voice: Voice
    story: Story
    patience: float = 1.0
    """The factor for the length of each silence and wait in a document: 1 for `make ring`, less in tests."""
    name: str = ""
    """The name of this telephone in the story of the call; empty for the caller's telephone."""

    async def follow(self, moment: CallMoment) -> CallMoment:
        """Follow the service's documents until one calls another telephone or ends the call. Raises CallFailed."""
        for _ in range(MOST_MOMENTS):
            self.voice.prepare(each for each in moment.heard if isinstance(each, Heard))
            pressed = await self._hears(moment)
            match moment.waits:
                case Gathers(action=to) if pressed:
                    moment = await self.webhooks.go(within(moment, to), Presses(pressed))
                case Gathers(otherwise=rest):
                    moment = self.webhooks.read(rest, moment.address)
                case Redirects(to):
                    moment = await self.webhooks.go(within(moment, to), GoesOn())
                case Records(to):
                    moment = await self.webhooks.go(within(moment, to), Recorded())
                case _:
                    return moment
        raise CallFailed(f"the call goes round in circles: {MOST_MOMENTS} moments")

    async def is_pressed(self, key: str, sounds: Sequence[Sound], patience: float) -> bool:
        """Play `sounds`; return whether the first key, pressed up to `patience` seconds after their end, is `key`."""
        self.stream.forget_keys()
        self.tell(Did.LISTENS)
        return await self._first_key(sounds, patience) == key

    def tell(self, what: Did, detail: str = "", sound: Spoken | None = None) -> None:
        """Add a step of this telephone to the story of the call."""
        self.story.tell(what, detail, sound, self.name)

    async def _hears(self, moment: CallMoment) -> str:
        """Play the sentences of a document to the telephone; return the keys pressed on it, empty for none."""
        firm = tuple(takewhile(lambda sound: not sound.cuttable, moment.heard))
        await self._says(firm)
        if not isinstance(moment.waits, Gathers):
            await self._says(moment.heard[len(firm) :])
            return ""
        self.stream.forget_keys()
        self.tell(Did.LISTENS)
        return await self._enters(moment.heard[len(firm) :], moment.waits)

    async def _enters(self, asks: Sequence[Sound], wanted: Gathers) -> str:
        entry, patience = Entry(wanted), wanted.seconds * self.patience
        key = await self._first_key(asks, patience)
        while key:
            entry.press(key)
            key = "" if entry.whole else await self._key(patience)
        self.tell(Did.KEYED if entry.keys else Did.SILENT, _counted(len(entry.keys), "key") if entry.keys else "")
        return entry.keys

    async def _first_key(self, asks: Sequence[Sound], patience: float) -> str:
        """Return the first key pressed on the telephone, which stops the sentences; empty if none comes in time."""
        speaking = asyncio.ensure_future(self._says(asks))
        key = asyncio.ensure_future(self.stream.keys.get())
        try:
            await asyncio.wait((speaking, key), return_when=asyncio.FIRST_COMPLETED)
            if key.done() and not speaking.done():
                self.tell(Did.CUT)
            elif not key.done():
                speaking.result()
                await asyncio.wait((key,), timeout=patience)
            return key.result() if key.done() else ""
        finally:
            speaking.cancel()
            key.cancel()
            await asyncio.gather(speaking, key, return_exceptions=True)

    async def _key(self, patience: float) -> str:
        try:
            async with asyncio.timeout(patience):
                return await self.stream.keys.get()
        except TimeoutError:
            return ""

    async def _says(self, sounds: Sequence[Sound]) -> None:
        for each in sounds:
            if isinstance(each, Pauses):
                await self.stream.play(silence(each.seconds * self.patience))
                continue
            sound = await self.voice.says(each)
            spoken = Spoken(each.words, sound)
            self.tell(Did.SPEAKS, f"{each.language or 'a recording'}, {seconds(sound):.1f} s", spoken)
            await self.stream.play(sound)
            self.tell(Did.SPOKE, sound=spoken)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"

"""The carrier on this machine (an exchange): answers telephones, asks the running service, and follows its documents.

Listens on the loopback address, so that no other machine can call, and rings no telephone beyond this machine.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from aiosipua import IncomingCall, build_sdp, negotiate_sdp
from aiosipua.sdp import SdpMessage, SdpNegotiationError

from ivr.carrier.stand_in import PlacedCall, WasRung
from ivr.carrier.steps import Dials
from ivr.phone.handset import CallFailed
from ivr.phone.ringing import MADE_UP_CALLER, WITHHELD
from testing.sip.leg import Leg
from testing.sip.media import CODECS, KEYS, LOOPBACK, Carried, NoPort, OffThisMachine, Ports, Stream
from testing.sip.reception import Reception
from testing.sip.signalling import Ringing, Signalling
from testing.sip.story import Did, Story
from testing.sip.voice import NoVoice, Voice
from testing.sip.webhooks import Service, Webhooks, within

NUMBER = re.compile(r"\+?\d{8,15}")

BUSY, NO_SOUND = 486, 488
"""The SIP codes of a refused call: BUSY if no port for sound is free, NO_SOUND if the offered sound is unusable."""


@dataclass(frozen=True)
class Wanted:
    """The settings of the exchange, the carrier on this machine."""

    voice: Voice
    port: int = 0
    """The port on which the exchange listens for telephones' calls; 0 for any free one."""
    sounds: range = range(21_000, 23_000)
    """The UDP ports over which the exchange sends and receives the sound of calls."""
    telephones: Mapping[str, str] = field(default_factory=dict)
    """The SIP addresses of the reception's telephones, by number in E.164."""
    patience: float = 1.0
    """The factor for the length of each silence and wait in a document: 1 for `make ring`, less in tests."""
    tells: Callable[[str], None] = lambda _line: None
    """A function that is called with a line for each step of a call; the line names nobody."""


@dataclass
class Exchange:
    """A carrier on this machine, which answers real telephones over SIP."""

    service: Service
    wanted: Wanted
    stories: dict[str, Story] = field(default_factory=dict)
    """The story of each caller's latest call, by the caller's number."""
    carried: list[Carried] = field(default_factory=list)
    """The counts of packets and keys from the caller's telephone, one entry for each call that has ended."""
    faults: list[BaseException] = field(default_factory=list)
    """The errors of the exchange's own code during calls; tests expect none."""
    _calls: "dict[str, asyncio.Task[None]]" = field(default_factory=dict)
    _count: int = 0

    def __post_init__(self) -> None:
        self._signalling = Signalling(self._called, self._hung_up, self.wanted.port)
        self._ports = Ports.among(self.wanted.sounds)
        self._reception = Reception(self.wanted.telephones, self._ports, self._ring)

    @property
    def port(self) -> int:
        """The port on which the carrier listens for telephones' calls."""
        return self._signalling.port

    def address(self, line: str = "line") -> str:
        """Return the SIP address by which telephones call a line of the clinic."""
        return f"sip:{line}@{LOOPBACK}:{self.port}"

    def story(self, caller: str) -> Story:
        """Return the story of this number's latest call, which grows during the call; empty before the first call."""
        return self.stories.setdefault(caller, Story())

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Exchange"]:
        """Take calls until the block ends, then hang up the calls that are left. Raises OSError for a taken port."""
        await self._signalling.start()
        try:
            yield self
        finally:
            left = list(self._calls.values())
            for call in left:
                call.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            await self._signalling.stop()

    def _called(self, incoming: IncomingCall) -> None:
        call = asyncio.ensure_future(self._call(incoming))
        self._calls[incoming.call_id] = call
        call.add_done_callback(lambda _call: self._ended(incoming.call_id))

    def _ended(self, call_id: str) -> None:
        call = self._calls.pop(call_id)
        error = None if call.cancelled() else call.exception()
        if error:
            self.faults.append(error)

    def _hung_up(self, call_id: str) -> None:
        if call_id in self._calls:
            self._calls[call_id].cancel()

    def _ring(self, address: str, stream: Stream) -> Ringing:
        offer = build_sdp(LOOPBACK, stream.port, CODECS[0], CODECS[0].name, dtmf_payload_type=KEYS)
        return self._signalling.ring(address, "reception", offer)

    async def _call(self, incoming: IncomingCall) -> None:
        """Answer a call that comes in, follow it to its end, and report the end to the service."""
        story = self._story_of(incoming)
        story.tell(Did.CAME_IN)
        try:
            stream = await self._answered(incoming)
        except (NoPort, OffThisMachine, SdpNegotiationError) as refused:
            incoming.reject(BUSY if isinstance(refused, NoPort) else NO_SOUND)
            return
        began = asyncio.get_running_loop().time()
        leg = Leg(stream, self._webhooks(incoming), self.wanted.voice, story, self.wanted.patience)
        try:
            await self._goes(leg)
            leg.tell(Did.HANGS_UP)
            incoming.hangup()
        except asyncio.CancelledError:  # by the caller's BYE, or because this carrier ends
            leg.tell(Did.HANGS_UP if incoming.hangup() else Did.HUNG_UP)
        except (CallFailed, NoVoice) as failed:
            leg.tell(Did.FAILED, str(failed))
            incoming.hangup()
        finally:
            self.carried.append(stream.carried)
            await self._ports.close(stream)
            with suppress(CallFailed):
                await leg.webhooks.over(asyncio.get_running_loop().time() - began)
            leg.tell(Did.OVER)

    async def _goes(self, leg: Leg) -> None:
        moment = await leg.follow(await leg.webhooks.begin())
        while isinstance(moment.waits, Dials):
            talked = await self._reception.talks(moment, moment.waits, leg)
            moment = await leg.follow(await leg.webhooks.go(within(moment, moment.waits.action), WasRung(talked)))

    async def _answered(self, incoming: IncomingCall) -> Stream:
        """Answer a telephone and connect its sound. Raises NoPort, OffThisMachine, SdpNegotiationError."""
        offer = incoming.sdp_offer
        if offer is None or offer.rtp_address is None:
            raise SdpNegotiationError("the telephone offers no sound")
        keys = _payload_of_keys(offer)
        _, codec = negotiate_sdp(offer, LOOPBACK, 0, list(CODECS))
        stream = await self._ports.stream(offer.rtp_address, codec, keys)
        answer, _ = negotiate_sdp(offer, LOOPBACK, stream.port, [codec], dtmf_payload_type=keys)
        incoming.ringing()
        incoming.accept(answer)
        stream.start()
        return stream

    def _webhooks(self, incoming: IncomingCall) -> Webhooks:
        service, to = self.service, incoming.invite.to_addr
        called = service.number_of((to and to.uri.user) or "")
        return Webhooks(service, PlacedCall(service.stand_in.new_call(), _caller(incoming), called))

    def _story_of(self, incoming: IncomingCall) -> Story:
        self._count += 1
        name = f"call {self._count}"
        caller = _caller(incoming)
        if self.story(caller).steps:  # the story is that of an earlier call
            del self.stories[caller]
        story = self.story(caller)
        story.hear = lambda line: self.wanted.tells(f"{name}: {line}")
        return story


def _caller(incoming: IncomingCall) -> str:
    """Return the caller's number from the telephone's SIP address, or a made-up number if the address has none.

    A telephone that calls itself "anonymous" is a caller with a withheld number.
    """
    sender = incoming.invite.from_addr
    user = (sender and sender.uri.user) or ""
    if user == WITHHELD:
        return WITHHELD
    return f"+{user.removeprefix('+')}" if NUMBER.fullmatch(user) else MADE_UP_CALLER


def _payload_of_keys(offer: SdpMessage) -> int:
    """Return the RTP payload type in which a telephone sends its key presses."""
    codecs = offer.audio.codecs if offer.audio else []
    return next((each.payload_type for each in codecs if each.encoding_name.lower() == "telephone-event"), KEYS)

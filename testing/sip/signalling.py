"""Signals calls over SIP on the loopback address: answers INVITEs, calls telephones, reports hang-ups. No sound.

Uses `aiosipua`, but not its UDP transport, which would also send to other machines.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiosipua import IncomingCall, OutgoingCall, SipRequest, SipResponse, SipUAC, SipUAS, parse_uri
from aiosipua.dialog import DialogState
from aiosipua.sdp import SdpMessage
from aiosipua.transport import SipTransport

from testing.sip.media import LOOPBACK, Address, on_this_machine

USUAL_PORT = 5060
"""The port to use for a SIP address without a port."""


class NotTaken(Exception):
    """The error when a called telephone is busy, refuses the call, or is not there."""


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, receive: Callable[[bytes, Address], None]) -> None:
        self._receive = receive

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._receive(data, (str(addr[0]), int(addr[1])))


@dataclass
class LoopbackTransport(SipTransport):
    """A transport of SIP messages in UDP packets that do not leave this machine."""

    _wire: asyncio.DatagramTransport | None = field(default=None, init=False, repr=False)

    async def start(self) -> None:
        """Listen for SIP messages. Raises OSError where the port is taken."""
        loop = asyncio.get_running_loop()
        self._wire, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self._dispatch), local_addr=on_this_machine(self.local_addr)
        )
        self.local_addr = self._wire.get_extra_info("sockname")

    def send(self, message: SipRequest | SipResponse, addr: Address) -> None:
        """Send a SIP message. Raises OffThisMachine."""
        if self._wire:
            self._wire.sendto(bytes(message), on_this_machine(addr))

    async def stop(self) -> None:
        """Stop listening for SIP messages."""
        if self._wire:
            self._wire.close()


@dataclass
class Ringing:
    """A call that the carrier makes to a telephone, which rings or has answered."""

    call: OutgoingCall
    uac: SipUAC
    answer: "asyncio.Future[SdpMessage]"
    gone: asyncio.Event
    """An event that is set when the called telephone has hung up."""

    async def answered(self, seconds: float) -> SdpMessage:
        """Wait until the telephone answers; return its description of its sound (SDP).

        Raises NotTaken, TimeoutError.
        """
        async with asyncio.timeout(seconds):
            return await asyncio.shield(self.answer)

    def hang_up(self) -> None:
        """End the call to the telephone, whether it still rings or has answered."""
        if self.call.dialog.state is DialogState.EARLY:
            self.call.cancel(self.uac)
        else:
            self.call.hangup(self.uac)


@dataclass
class Signalling:
    """The SIP messages of the carrier on this machine: it takes calls, makes calls, and hears who hangs up."""

    called: Callable[[IncomingCall], None]
    """A function that is called with each call that a telephone makes to the carrier."""
    hung_up: Callable[[str], None]
    """A function that is called with the Call-ID of each call to the carrier whose caller has hung up."""
    port: int = 0
    uac: SipUAC = field(init=False)
    _uas: SipUAS = field(init=False)
    _rung: dict[str, Ringing] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)

    async def start(self) -> None:
        """Listen for SIP messages. Raises OSError where the port is taken."""
        transport = LoopbackTransport((LOOPBACK, self.port))
        self.uac = SipUAC(transport)
        self._uas = SipUAS(transport, user_agent="clinic-line test carrier", uac=self.uac)
        self._uas.on_invite = self._invited
        self._uas.on_reinvite = lambda call: call.accept(call.sdp_answer)
        self._uas.on_bye = lambda call, _request: self._ended(call.call_id)
        self._uas.on_cancel = lambda request, _from: self._ended(request.call_id or "")
        await self._uas.start()
        self.port = transport.local_addr[1]

    async def stop(self) -> None:
        """Stop listening for SIP messages."""
        await self._uas.stop()

    def ring(self, address: str, sender: str, offer: SdpMessage) -> Ringing:
        """Call the telephone at this SIP address, and offer it sound on a port. Raises OffThisMachine."""
        uri = parse_uri(address)
        there = on_this_machine((uri.host, uri.port or USUAL_PORT))
        call = self.uac.send_invite(f"sip:{sender}@{LOOPBACK}:{self.port}", address, there, offer)
        ringing = Ringing(call, self.uac, asyncio.get_running_loop().create_future(), asyncio.Event())
        call.on_answer = lambda call: _settle(ringing.answer, call.sdp_answer)
        call.on_rejected = lambda _call, code, why: _settle(ringing.answer, NotTaken(f"{code} {why}"))
        self._rung[call.call_id] = ringing
        return ringing

    def _invited(self, call: IncomingCall) -> None:
        if call.call_id not in self._known:  # a telephone that waits for an answer repeats its message
            self._known.add(call.call_id)
            self.called(call)

    def _ended(self, call_id: str) -> None:
        if call_id in self._rung:
            self._rung.pop(call_id).gone.set()
        else:
            self.hung_up(call_id)


def _settle(future: "asyncio.Future[SdpMessage]", outcome: SdpMessage | Exception | None) -> None:
    if future.done():
        return
    if isinstance(outcome, SdpMessage):
        future.set_result(outcome)
    else:
        future.set_exception(outcome or NotTaken("it sends no sound"))

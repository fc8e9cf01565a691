"""The sound of one telephone: G.711 over RTP, in packets of 20 ms, and its keys (RFC 4733). No SIP.

A stream sends without a break, and silence where nobody speaks, as telephones expect it.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address

from aiortp import PayloadType, RTPSession
from psutil import net_if_addrs

from testing.sip.sound import FRAME_SECONDS, SILENCE, frames

LOOPBACK = "127.0.0.1"

CODECS = (PayloadType.PCMA, PayloadType.PCMU)
"""The codecs that the carrier on this machine offers a telephone, those of India's telephones first."""

KEYS = 101
"""The RTP payload type for key presses, unless the other side asks for another."""

MOST_BEHIND = 10
"""The most frames of sound that wait to be sent to a telephone, so that a conversation lags by 200 ms at most."""

Address = tuple[str, int]


class OffThisMachine(Exception):
    """The error when sound or a call should go to an address that is not one of this machine."""


class NoPort(Exception):
    """The error when no port for sound is free, because the present calls use all of them."""


def on_this_machine(address: Address) -> Address:
    """Return this network address if this machine has it. Raises OffThisMachine, so that no sound leaves the machine.

    A softphone may name the machine's address in its network; sound to that address stays on the machine, too.
    """
    if address[0] != "localhost" and not _is_loopback(address[0]) and address[0] not in _own_addresses():
        raise OffThisMachine(f"{address[0]} is not this machine")
    return address


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name, which may lead anywhere
        return False


@cache
def _own_addresses() -> frozenset[str]:
    return frozenset(each.address for card in net_if_addrs().values() for each in card)


@dataclass(frozen=True)
class Carried:
    """The numbers of key presses and packets of sound that a telephone has sent."""

    keys: int = 0
    packets: int = 0
    lost: int = 0
    """The number of packets of sound that the telephone sent and that did not arrive."""


@dataclass
class Stream:
    """The sound to and from one telephone in a call, with the keys that are pressed on it."""

    session: RTPSession
    port: int
    hear: Callable[[bytes], None] | None = None
    """A function that is called with each frame of sound that comes from the telephone."""
    keys: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)
    _keys: int = 0
    _waiting: "deque[bytes]" = field(default_factory=deque)
    _said: asyncio.Event = field(default_factory=asyncio.Event)
    _clock: "asyncio.Task[None] | None" = None

    def start(self) -> None:
        """Begin to send sound to the telephone, silence at first."""
        self.session.on_audio = lambda pcm, _at: self.hear(pcm) if self.hear else None
        self.session.on_dtmf = self._pressed
        self._clock = asyncio.ensure_future(self._send())

    async def play(self, pcm: bytes) -> None:
        """Send a sound to the telephone; return once all of it was sent. Cancelling this coroutine stops the sound."""
        self._waiting.extend(frames(pcm))
        self._said.clear()
        try:
            await self._said.wait()
        finally:
            self._waiting.clear()

    def pass_on(self, frame: bytes) -> None:
        """Queue a frame of another telephone's sound, to be sent to this one; drop it if too many wait already."""
        if len(self._waiting) < MOST_BEHIND:
            self._waiting.append(frame)

    def forget_keys(self) -> None:
        """Forget the keys that were pressed on the telephone so far."""
        while not self.keys.empty():
            self.keys.get_nowait()

    @property
    def carried(self) -> Carried:
        """The numbers of packets of sound and key presses that have come from the telephone so far."""
        stats = self.session.stats
        return Carried(self._keys, stats.get("packets_received", 0), max(0, stats.get("packets_lost", 0)))

    async def close(self) -> None:
        """Stop sending sound to the telephone, and release the sockets."""
        if self._clock:
            self._clock.cancel()
        await self.session.close()

    def _pressed(self, key: str, _length: int) -> None:
        self._keys += 1
        self.keys.put_nowait(key)

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self.session.send_audio_pcm_auto(self._waiting.popleft() if self._waiting else SILENCE)
            if not self._waiting:
                self._said.set()
            due += FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - loop.time()))


@dataclass
class Ports:
    """The free ports for the sound of calls: each telephone gets an even port, with the odd port above it."""

    free: "deque[int]"

    @classmethod
    def among(cls, ports: range) -> "Ports":
        """Return the free ports for sound: the even ones in this range."""
        return cls(deque(port for port in ports if port % 2 == 0))

    async def stream(self, remote: Address | None, codec: int = CODECS[0], keys: int = KEYS) -> Stream:
        """Return a stream to the telephone at `remote`, on a free port. Raises NoPort, OffThisMachine.

        Without `remote` the stream sends to itself, until the other side has answered (`RTPSession.update_remote`).
        """
        there = on_this_machine(remote) if remote else None
        for _ in range(len(self.free)):
            port = self.free.popleft()
            to = there or (LOOPBACK, port)
            try:
                return Stream(await RTPSession.create((LOOPBACK, port), to, codec, dtmf_payload_type=keys), port)
            except OSError:  # another program has it
                self.free.append(port)
            except BaseException:
                self.free.append(port)  # the call was given up meanwhile
                raise
        raise NoPort

    async def close(self, stream: Stream) -> None:
        """End a telephone's stream, so that its port is free again."""
        await stream.close()
        self.free.append(stream.port)

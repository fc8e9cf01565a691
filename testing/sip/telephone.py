"""Telephones for tests, on `baresip`: a SIP stack that shares no line of code with the carrier that they call.

All of them belong to one `Switchboard`, since the stack can run only once in a process.
"""

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from baresip import Account, AudioNotActive, BaresipError, Config, StaleHandleError
from baresip.call import Call
from baresip.events import Event, StackEvent
from baresip.runtime import Runtime
from baresip.ua import UserAgent

from testing.sip.media import LOOPBACK
from testing.sip.sound import AUDIBLE, BYTES_A_SECOND, RATE, loudness

LISTENS_EVERY = 0.04
"""Seconds between two readings of the sound that a telephone hears. The SIP stack buffers more sound than that."""

AT = range(26_100, 29_900, 2)
"""The ports on which the telephones listen for SIP: none that the kernel hands to other programs."""

STEADY = "audio_jitter_buffer_type fixed\naudio_jitter_buffer_ms 100-200\n"
"""The SIP stack's setting for a jitter buffer of fixed length, which neither drops nor invents sound to catch up."""

SOUNDS = "24000-26000"
"""The ports for the telephones' sound, as a setting of baresip. The carrier of the tests uses other ports."""

AHEAD = 0.2
"""Seconds of outgoing sound that a telephone keeps queued in the stack."""


class NotAnswered(Exception):
    """The error when the other side refuses a telephone's call, or is not there."""


@dataclass
class Talk:
    """A call from the side of one telephone: the sound that this telephone hears, and the sound that it says."""

    call: Call
    began: float
    """The moment at which the call was dialled or began to ring, in seconds of the event loop's clock."""
    heard: bytearray = field(default_factory=bytearray)
    first_sound: float | None = None
    """Seconds from the call's beginning to the first sound that was heard; None as long as none has come."""
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    """An event that is set when the other side has answered, or the call is over."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    saying: bytes = b""
    """The sound that the telephone says again and again; empty for silence."""
    _at: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def answers(self) -> None:
        """Pick up the telephone, which rings with this call."""
        await self.call.answer()
        await self.connected.wait()

    async def presses(self, keys: str) -> None:
        """Press keys on the telephone, each for a tenth of a second."""
        await self.call.send_dtmf(keys)

    async def hangs_up(self) -> None:
        """Hang up the telephone, and wait until the call is over."""
        with suppress(StaleHandleError):
            await self.call.hangup()
        await self.over.wait()

    async def until(self, true: Callable[[bytes], bool], length: float = 0.5) -> None:
        """Wait until a condition is true of the last `length` seconds of sound heard.

        Raises EOFError if the call ends before.
        """
        last = round(length * RATE) * 2
        while len(self.heard) < last or not true(bytes(self.heard[-last:])):
            if self.over.is_set():
                raise EOFError("the call is over")
            await self._news.wait()

    async def goes_on(self, length: float) -> None:
        """Wait until the telephone has heard `length` more seconds, or the call is over."""
        enough = len(self.heard) + round(length * RATE) * 2
        while len(self.heard) < enough and not self.over.is_set():
            await self._news.wait()

    def happens(self, event: StackEvent) -> None:
        """Note an event that the SIP stack reports of this call: an answer, or its end."""
        if event.event in {Event.CALL_ESTABLISHED, Event.CALL_CLOSED}:
            self.connected.set()
        if event.event is Event.CALL_CLOSED:
            self.over.set()

    async def listens(self) -> None:
        """Keep the sound that the telephone hears, and send what it says, until the call is over."""
        loop = asyncio.get_running_loop()
        while not self.over.is_set():
            with suppress(AudioNotActive, BaresipError):
                sound = self.call.audio.read(BYTES_A_SECOND)
                self.heard += sound
                if self.first_sound is None and loudness(sound) > AUDIBLE:
                    self.first_sound = loop.time() - self.began
                self._news.set()
                self._news = asyncio.Event()
                self._say()
            with suppress(TimeoutError):
                async with asyncio.timeout(LISTENS_EVERY):
                    await self.over.wait()
        self._news.set()

    @property
    def lost(self) -> tuple[int, int]:
        """The numbers of packets of sound that reached the telephone and that were lost.

        Known once the call is over.
        """
        stats = self.call.final_stats
        return (stats.rx_packets, stats.rx_lost) if stats else (0, 0)

    def _say(self) -> None:
        room = int(AHEAD * BYTES_A_SECOND) - self.call.audio.info().tx_buffered
        if not self.saying or room <= 0:
            return
        twice = self.saying + self.saying
        part = twice[self._at : self._at + min(room, len(self.saying))]
        self._at = (self._at + self.call.audio.write(part)) % len(self.saying)


@dataclass
class Telephone:
    """A telephone for tests, with a SIP address of its own."""

    agent: UserAgent
    address: str
    ringing: "asyncio.Queue[Talk]" = field(default_factory=asyncio.Queue)
    """The calls that come in to this telephone, in order."""
    talks: dict[int, Talk] = field(default_factory=dict)
    _early: dict[int, list[StackEvent]] = field(default_factory=dict)
    """The events of calls that came before `dial` returned, for example a quick answer, by the handle of the call."""
    _listening: "set[asyncio.Task[None]]" = field(default_factory=set)

    def __post_init__(self) -> None:
        self.agent.on(self._happens)
        self.agent.on_incoming(self._rings)

    async def calls(self, address: str) -> Talk:
        """Call a SIP address with this telephone; return the call once the other side answered. Raises NotAnswered."""
        began = asyncio.get_running_loop().time()
        talk = self._talk(await self.agent.dial(address), began)
        await talk.connected.wait()
        if talk.over.is_set():
            raise NotAnswered
        return talk

    def _rings(self, call: Call) -> None:
        self.ringing.put_nowait(self._talk(call, asyncio.get_running_loop().time()))

    def _happens(self, event: StackEvent) -> None:
        if event.call in self.talks:
            self.talks[event.call].happens(event)
        elif event.call:
            self._early.setdefault(event.call, []).append(event)

    def _talk(self, call: Call, began: float) -> Talk:
        talk = self.talks[call.handle] = Talk(call, began)
        for event in self._early.pop(call.handle, ()):
            talk.happens(event)
        listening = asyncio.ensure_future(talk.listens())
        self._listening.add(listening)
        listening.add_done_callback(self._listening.discard)
        return talk


@dataclass
class Switchboard:
    """All telephones of a process, which share one SIP stack."""

    runtime: Runtime
    port: int
    telephones: list[Telephone] = field(default_factory=list)

    async def telephone(self, user: str) -> Telephone:
        """Return a new telephone for tests, with this name or number in its SIP address."""
        account = Account(user, f"{LOOPBACK}:{self.port}", "", reg_interval=0, audio_codecs=("pcma",))
        agent = await UserAgent.create(self.runtime, account)
        telephone = Telephone(agent, f"sip:{user}@{LOOPBACK}:{self.port}")
        self.telephones.append(telephone)
        return telephone


@asynccontextmanager
async def switchboard() -> AsyncIterator[Switchboard]:
    """Run the telephones' SIP stack until the end of the block."""
    runtime = Runtime()
    port = _free_port()
    listens = f"sip_listen {LOOPBACK}:{port}\nrtp_ports {SOUNDS}\n{STEADY}"
    await runtime.start(Config(net_interface=LOOPBACK, max_concurrent_calls=None, extra_config_text=listens))
    try:
        yield Switchboard(runtime, port)
    finally:
        await runtime.close()


def _free_port() -> int:
    """Return a port in AT that is free together with the one above it: the stack takes both, over UDP and TCP."""
    while True:
        port = random.choice(AT)  # noqa: S311 - so that two processes seldom want the same
        if all(_is_free(port + above, kind) for above in (0, 1) for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM)):
            return port


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(type=kind) as trial, suppress(OSError):
        trial.bind((LOOPBACK, port))
        return True
    return False

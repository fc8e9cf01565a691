"""Puts load on an HTTP server from one thread. Sends each request once another is answered, or each at a fixed time.

The requests are bytes made beforehand; a wrong answer ends the load. Works with any HTTP server.
"""

import heapq
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.figures import BenchFailed

PATIENCE = 60.0
"""Seconds without any answer after which the load fails: longer than any time limit of a server."""

MOST_WIRES = 4000
"""The most connections to the server that are open at the same time."""

END_OF_HEAD = b"\r\n\r\n"


class Wanted(NamedTuple):
    """A request of a load, and bytes that its answer must have; the answer's status must be 200 in any case."""

    request: bytes
    answer: bytes = b""


@dataclass
class Answered:
    """The result of a load: how many seconds each request waited for its answer, and when the answer came."""

    seconds: float = 0.0
    """Seconds from the load's first request to its last answer."""
    waited: list[float] = field(default_factory=list)
    """Seconds from the time at which each request was due to the end of its answer, in the requests' order."""
    at: list[float] = field(default_factory=list)
    """The moment at which each answer came, in seconds since the epoch."""
    generator: float = 0.0
    """Seconds of CPU that the thread which sends the requests has used."""

    gave_up: bool = False
    """True if the load ended because an answer took too long; unanswered requests have 0 seconds in `waited`."""

    @property
    def busy(self) -> float:
        """The share of one processor that sending the requests took."""
        return self.generator / self.seconds


@dataclass(eq=False)
class Wire:
    """A connection to the server under load, with the number of the request whose answer is awaited."""

    socket: socket.socket
    number: int = -1
    heard: bytearray = field(default_factory=bytearray)
    fresh: bool = True
    """True until the first answer over this connection; the server may close a connection that has been used."""


def as_many_as_are_taken(port: int, requests: Sequence[Wanted], connections: int = 16) -> Answered:
    """Send all requests over a few connections, one at a time on each connection. Raises BenchFailed."""
    return _Load(port, requests, [0.0] * len(requests), connections).run()


def at_times(port: int, requests: Sequence[Wanted], due: Sequence[float], gives_up: float = float("inf")) -> Answered:
    """Send each request when it is due (seconds from now, ascending), on a new connection if all others are busy.

    Gives up once an answer has taken `gives_up` seconds. Raises BenchFailed.
    """
    return _Load(port, requests, due, MOST_WIRES, gives_up).run()


def evenly(count: int, a_second: float) -> list[float]:
    """Return the times at which this many requests are due, in seconds from the beginning, at an even rate."""
    return [number / a_second for number in range(count)]


class _Load:
    def __init__(
        self, port: int, requests: Sequence[Wanted], due: Sequence[float], most: int, gives_up: float = float("inf")
    ) -> None:
        self._port = port
        self._requests = requests
        self._due = due
        self._most = most
        self._gives_up = gives_up
        self._selector = selectors.DefaultSelector()
        self._idle: list[Wire] = []
        self._waiting: list[int] = []  # a heap of the numbers of requests that are to be sent again
        self._next = self._open = self._done = 0
        self._course = Answered(waited=[0.0] * len(requests), at=[0.0] * len(requests))

    def run(self) -> Answered:
        """Send all requests, wait for the last answer, and return the result."""
        cpu, self._began = time.thread_time(), time.perf_counter()
        last = self._began
        try:
            while self._done < len(self._requests) and not self._course.gave_up:
                self._send_what_is_due()
                for key, _ in self._selector.select(self._pause()):
                    self._hear(key.data)
                    last = time.perf_counter()
                if time.perf_counter() - last > PATIENCE and self._open > len(self._idle):
                    raise BenchFailed(f"no answer for {PATIENCE:.0f} s")
        finally:
            self._close()
        self._course.seconds = time.perf_counter() - self._began
        self._course.generator = time.thread_time() - cpu
        return self._course

    def _pause(self) -> float:
        """Return the seconds until the next request may be sent; until then the load only waits for answers."""
        if self._next >= len(self._requests) or self._is_full():
            return 1.0
        return max(0.0, self._began + self._due[self._next] - time.perf_counter())

    def _is_full(self) -> bool:
        return not self._idle and self._open >= self._most

    def _send_what_is_due(self) -> None:
        for number in self._numbers():
            self._send(self._idle.pop() if self._idle else self._new_wire(), number)

    def _numbers(self) -> Iterator[int]:
        while not self._is_full():
            if self._waiting:
                yield heapq.heappop(self._waiting)
            elif self._next < len(self._due) and self._began + self._due[self._next] <= time.perf_counter():
                self._next += 1
                yield self._next - 1
            else:
                return

    def _new_wire(self) -> Wire:
        try:
            wire = Wire(socket.create_connection(("127.0.0.1", self._port), PATIENCE))
        except OSError as error:
            raise BenchFailed(f"nobody takes a connection: {error}") from error
        wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(wire.socket, selectors.EVENT_READ, wire)
        self._open += 1
        return wire

    def _send(self, wire: Wire, number: int) -> None:
        wire.number = number
        try:
            wire.socket.sendall(self._requests[number].request)
        except OSError:
            self._has_gone(wire)

    def _hear(self, wire: Wire) -> None:
        try:
            heard = wire.socket.recv(65536)
        except OSError:
            heard = b""
        wire.heard += heard
        size = _size(wire.heard)
        if not heard and not (wire.heard and size is None):
            self._has_gone(wire)
        elif (not heard) if size is None else len(wire.heard) >= size:
            self._take(wire, closed=not heard)

    def _has_gone(self, wire: Wire) -> None:
        """Close a connection that broke off; send its request again if no answer had begun. Raises BenchFailed."""
        self._drop(wire)
        if wire.number < 0:
            return
        if wire.fresh or wire.heard:
            raise BenchFailed("a connection broke off before the answer was here")
        heapq.heappush(self._waiting, wire.number)

    def _drop(self, wire: Wire) -> None:
        self._selector.unregister(wire.socket)
        wire.socket.close()
        self._open -= 1
        if wire in self._idle:
            self._idle.remove(wire)

    def _take(self, wire: Wire, *, closed: bool) -> None:
        head, _, body = bytes(wire.heard).partition(END_OF_HEAD)
        wanted = self._requests[wire.number]
        if head[9:12] != b"200" or wanted.answer not in body:
            raise BenchFailed(f"answered {head[:40]!r}, and wanted {wanted.answer!r} in {body[:300]!r}")
        now = time.perf_counter()
        self._course.at[wire.number] = time.time()
        waited = now - self._began - self._due[wire.number]
        self._course.waited[wire.number] = waited
        self._course.gave_up = self._course.gave_up or waited > self._gives_up
        self._done += 1
        wire.number, wire.fresh = -1, False
        wire.heard.clear()
        if closed or b"connection: close" in head.lower():
            self._drop(wire)
        else:
            self._idle.append(wire)

    def _close(self) -> None:
        for key in list(self._selector.get_map().values()):
            key.data.socket.close()
        self._selector.close()


def _size(heard: bytearray) -> int | None:
    """Return the length of an HTTP answer in bytes, from its head; None if the head does not tell it.

    While the head is incomplete, the length is one more than the bytes that have come.
    """
    end = heard.find(END_OF_HEAD)
    if end < 0:
        return len(heard) + 1
    head = bytes(heard[:end]).lower()
    _, found, rest = head.partition(b"\r\ncontent-length:")
    return end + len(END_OF_HEAD) + int(rest.partition(b"\r\n")[0]) if found else None

"""Strangers who hold a web server's connections: they send slowly, or half a request, or nothing."""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from threading import Event, Thread

HEAD = b"POST /voice HTTP/1.1\r\nHost: line.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
DRIP_SECONDS = 0.2

Stranger = Callable[[socket.socket, Event], None]


def says(words: bytes) -> Stranger:
    """Return a stranger who sends a server these bytes at once, and then stays connected in silence."""

    def act(wire: socket.socket, go: Event) -> None:
        wire.sendall(words)
        go.wait()

    return act


def drips(at_once: bytes, drop: bytes) -> Stranger:
    """Return a stranger who sends a server the bytes `at_once`, and then `drop` again and again, slowly."""

    def act(wire: socket.socket, go: Event) -> None:
        wire.sendall(at_once)
        while not go.wait(DRIP_SECONDS):
            wire.sendall(drop)

    return act


STRANGERS: Mapping[str, Stranger] = {
    "silent": says(b""),
    "half a head": says(HEAD),
    "a head that drips": drips(HEAD, b"X-More: 1\r\n"),
    "a body that drips": drips(HEAD + b"Content-Length: 3000\r\n\r\n", b"a"),
    "chunks that drip": drips(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    "a body that is too long and drips": drips(HEAD + b"Content-Length: 3000000\r\n\r\n", b"a"),
    "nonsense, and stays": says(b"\x00\x01 nonsense\r\n\r\n"),
    "leaves its answer unread": says(b"GET /static/htmx.min.js HTTP/1.1\r\nHost: line.example\r\n\r\n" * 20),
    "asks to be closed, and stays": says(b"GET /healthz HTTP/1.1\r\nHost: line.example\r\nConnection: close\r\n\r\n"),
}


@contextmanager
def strangers(port: int, kind: str, number: int) -> Iterator[None]:
    """Connect this many strangers of one kind to a port, each over its own connection, until the end of the block."""
    go = Event()
    with ExitStack() as stack:
        wires = [stack.enter_context(socket.create_connection(("127.0.0.1", port), 10)) for _ in range(number)]
        threads = [Thread(target=_act, args=(STRANGERS[kind], wire, go)) for wire in wires]
        for each in threads:
            each.start()
        try:
            yield
        finally:
            go.set()
            for each in threads:
                each.join()


def _act(stranger: Stranger, wire: socket.socket, go: Event) -> None:
    with suppress(OSError):  # the server has closed the connection
        stranger(wire, go)

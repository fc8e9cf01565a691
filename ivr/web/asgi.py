"""Serves the WSGI application through ASGI, so that a slow stranger costs no thread.

A request is read whole, up to a length and a deadline, before a thread is spent on it. Knows no web server, no route.
"""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from ivr.web.security import LONGEST_BODY

THREADS = 4
"""The number of threads in a web process. A thread works on one request, and waits while the request needs a store."""

BODY_SECONDS = 10.0
"""The seconds that a request's body may take to arrive. This is ample, because carriers send it with the headers."""

MOST_DISCARDED = 16 * LONGEST_BODY
"""The most bytes of too long a body that are read and discarded, because a client reads the answer only after that."""

Message = MutableMapping[str, Any]
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Sequence[tuple[str, str]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

log = logging.getLogger(__name__)


class Gone(Exception):
    """The client has left before its whole request had arrived."""


@dataclass(frozen=True)
class Body:
    """The body of a request, as far as it was read.

    If the body is too long, `content` is empty, and the application refuses the request because of `length`.
    """

    content: bytes
    length: int


@dataclass(frozen=True)
class WholeAnswer:
    """A whole HTTP answer, before it is sent."""

    status: int
    headers: Headers
    content: bytes
    close: Callable[[], None] = lambda: None
    """The function that runs what the application has to do after its answer is sent (PEP 3333)."""

    async def to(self, send: Send, method: str) -> None:
        """Send this answer to the client; to a HEAD request, without its content."""
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else self.content})


LATE = WholeAnswer(
    408, (("Content-Type", "text/plain"), ("Connection", "close")), b"The request did not arrive in time.\n"
)
BROKEN = WholeAnswer(500, (("Content-Type", "text/plain"),), b"A mistake of ours.\n")


Work = Callable[[], WholeAnswer]
"""A function that makes the answer to a request, and may wait for a store."""

Door = Callable[[Scope, Body], WholeAnswer | Work | None]
"""A function that answers a request or returns the Work for its answer; None if the application must answer."""


class AsgiServer:
    """Serves a WSGI application through ASGI, with threads of its own."""

    def __init__(
        self,
        app: Wsgi,
        close: Callable[[], None],
        body_seconds: float = BODY_SECONDS,
        door: Door = lambda _scope, _body: None,
        start: Callable[[], None] = lambda: None,
    ) -> None:
        self._app = app
        self._door = door
        self._close = close
        self._start = start
        self._body_seconds = body_seconds
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or do what belongs to the start and the end of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(self._body_seconds):
                body = await read(receive)
        except Gone:
            return
        except TimeoutError:
            await LATE.to(send, scope["method"])
            return
        answer = self._at_once(scope, body)
        if not isinstance(answer, WholeAnswer):
            work = answer or partial(self._of_the_application, scope, body)
            answer = await asyncio.get_running_loop().run_in_executor(self._threads, _done, work)
        try:
            await answer.to(send, scope["method"])
        finally:
            end(answer)  # not in a thread: what is left for now is to hand over what was heard, which takes no time

    def _at_once(self, scope: Scope, body: Body) -> WholeAnswer | Work | None:
        try:
            return self._door(scope, body)
        except Exception:
            log.exception("a request has failed")
            return BROKEN

    def _of_the_application(self, scope: Scope, body: Body) -> WholeAnswer:
        return answer_of(self._app, environ(scope, body))

    async def _live(self, receive: Receive, send: Send) -> None:
        """Run the start function when the server starts; end threads and close the application when the server ends."""
        await receive()
        self._start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._threads.shutdown()
        self._close()
        await send({"type": "lifespan.shutdown.complete"})


def _done(work: Work) -> WholeAnswer:
    """Return the answer that this work makes. An error that the work did not handle is logged, without its values."""
    try:
        return work()
    except Exception:
        log.exception("a request has failed")
        return BROKEN


async def read(receive: Receive) -> Body:
    """Return an HTTP request's body, with no content if it exceeds LONGEST_BODY. Raises Gone if the client leaves."""
    content, length, more = bytearray(), 0, True
    while more and length <= MOST_DISCARDED:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk = message.get("body", b"")
        length += len(chunk)
        if length <= LONGEST_BODY:
            content += chunk
        more = message.get("more_body", False)
    return Body(b"" if length > LONGEST_BODY else bytes(content), length)


def environ(scope: Scope, body: Body) -> dict[str, Any]:
    """Return a request as the WSGI environ (PEP 3333), in which bytes are passed as text decoded by Latin-1."""
    path = unquote_to_bytes(scope.get("raw_path") or scope["path"].encode())
    server, client = scope.get("server") or ("", None), scope.get("client") or ("", None)
    return {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or ""),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0].removeprefix("::ffff:"),  # IPv4, where the server listens on ::
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body.content),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **_named(scope["headers"]),
        "CONTENT_LENGTH": str(body.length),
    }


def _named(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return a request's headers by their WSGI names; values of a header that comes several times are joined.

    Leaves out names with an underscore: in WSGI, X_Forwarded_For would look like a proxy's X-Forwarded-For. Leaves
    out empty headers too, since some servers make up an empty Host.
    """
    found = dict[str, str]()
    for name, value in headers:
        if b"_" in name or name.lower() == b"content-length" or not value:
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        words = value.decode("latin-1")
        joint = "; " if key == "HTTP_COOKIE" else ","
        found[key] = f"{found[key]}{joint}{words}" if key in found else words
    return found


def answer_of(app: Wsgi, request: dict[str, Any]) -> WholeAnswer:
    """Return the application's answer to this request. After sending the answer, call the answer's `close`.

    Raises errors that the application does not handle.
    """
    begun: list[tuple[str, Headers]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:
        begun.append((status, headers))  # nothing is sent yet, so that a later one may replace it
        return written.append

    chunks = app(request, start_response)
    close = getattr(chunks, "close", lambda: None)
    try:
        written.extend(chunks)
    except Exception:
        close()
        raise
    status, headers = begun[-1]
    return WholeAnswer(int(status[:3]), headers, b"".join(written), close)


def end(answer: WholeAnswer) -> None:
    """Do what the application wants done after its answer has left. An error is logged, without its values."""
    try:
        answer.close()
    except Exception:
        log.exception("what follows an answer has failed")

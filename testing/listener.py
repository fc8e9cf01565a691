"""A small HTTP server for tests, campaigns and benchmarks. The server stores every post, and gives a set answer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock
from urllib.parse import parse_qs

from testing.threads import in_a_thread


@dataclass
class Listener:
    """The state of a test's HTTP server: the posts that the server has received, and the answer that it is to give."""

    url: str = ""
    status: int = 200
    answer: bytes = b"{}"
    posts: list[tuple[str, bytes]] = field(default_factory=list)
    may_answer: Event = field(default_factory=Event)
    """A threading event. While the event is cleared, all posts wait for their answers."""
    keeps: str = ""
    """A text. The server waits 30 seconds before it answers a post with this text. Empty to delay no post."""
    moments: list[float] = field(default_factory=list)
    """The time at which each post came, in seconds since the epoch."""

    def heard(self) -> list[tuple[float, bytes]]:
        """Return the posts that have reached the server: the moment and the body of each."""
        return list(zip(self.moments, (body for _, body in self.posts), strict=False))

    def form(self, number: int = 0) -> dict[str, str]:
        """Return the fields of the form in the post with this number, counted from 0."""
        return {name: values[0] for name, values in parse_qs(self.posts[number][1].decode()).items()}


@contextmanager
def listener() -> Iterator[Listener]:
    """Start the HTTP server on a free port of this machine, and stop it at the end of the block."""
    heard = Listener()
    heard.may_answer.set()
    lock, ended = Lock(), Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with lock:
                heard.posts.append((self.path, body))
                heard.moments.append(time.time())
            if heard.may_answer.wait(30) and not (heard.keeps and heard.keeps in body.decode() and ended.wait(30)):
                self._say()

        def do_GET(self) -> None:
            self._say()

        def _say(self) -> None:
            with suppress(OSError):  # the client has gone
                self.send_response(heard.status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(heard.answer)

        def log_message(self, *_: object) -> None:
            """Log no line for a request."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    heard.url = f"http://127.0.0.1:{server.server_port}"
    with in_a_thread(server):
        try:
            yield heard
        finally:
            heard.may_answer.set()
            ended.set()

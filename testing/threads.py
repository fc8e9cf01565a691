"""A server that answers in a thread of the test's process, until the end of a block."""

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from threading import Thread

ENDS_WITHIN = 0.02
"""Seconds between two checks of the stop flag by a server's thread; the usual 0.5 is as long as most tests take."""


@contextmanager
def in_a_thread(server: BaseServer) -> Iterator[None]:
    """Let this server answer in a thread of its own until the block ends; close it then."""
    thread = Thread(target=server.serve_forever, args=[ENDS_WITHIN])
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

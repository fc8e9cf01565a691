"""A server that answers in a thread of the test's process, until the end of a block."""

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from threading import Thread

ENDS_WITHIN = 0.02
"""Seconds between two looks of such a server whether it is to end; half of one, as usual, is what most tests take."""


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

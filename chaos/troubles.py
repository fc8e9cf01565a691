"""Breaks the parts of the service while a campaign's people call, at the moments that were planned."""

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from chaos.plan import Fault, What
from chaos.premises import Premises

ANSWERS = ("web-", "host-")
"""The first letters in the names of those parts that answer calls: web servers and whole hosts."""


@contextmanager
def breaking(place: Premises, faults: Sequence[Fault], began: float) -> Iterator[Sequence[float]]:
    """Break the parts of the service as these faults say, each fault in a thread of its own, until the block ends.

    Yields the moments, in seconds since the epoch, at which parts that answer calls were killed. This list grows
    while the block runs.
    """
    stop = threading.Event()
    killed: list[float] = []

    def one(fault: Fault) -> None:
        if fault.what is What.KILL and fault.part.startswith(ANSWERS):
            killed.append(time.time())
        place.parts[fault.part].breaks(fault.what)
        stop.wait(fault.seconds)
        place.parts[fault.part].mends()

    def all_of_them() -> None:
        with ThreadPoolExecutor(32) as hands:
            for fault in faults:
                if stop.wait(max(0.0, began + fault.at - time.monotonic())):
                    return
                hands.submit(one, fault).add_done_callback(_let_errors_be_seen)

    thread = threading.Thread(target=all_of_them)
    thread.start()
    try:
        yield killed
    finally:
        stop.set()
        thread.join()


def _let_errors_be_seen(done: Future[None]) -> None:
    if done.exception():
        sys.stderr.write(f"a fault could not be made: {done.exception()!r}\n")

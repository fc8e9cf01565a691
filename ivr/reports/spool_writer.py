"""Takes what a webhook leaves of its call and writes it to the spool when the disk has time for it.

A thread of its own, so that a disk which has stalled keeps nobody on the telephone waiting. No clock, no store.
"""

import atexit
import logging
import threading
from collections.abc import Callable
from functools import partial
from queue import Full, Queue

from ivr.reports.call_records import Trace
from ivr.reports.spool import Spool

log = logging.getLogger(__name__)

MOST = 10_000
"""Traces that may wait: some minutes of more calls than we have lines for, in a few megabytes."""

LAST_WORDS = 2.0
"""Seconds that the end of the process waits for what has still to be written."""


class SpoolWriter:
    """Writes traces one after the other, in the order in which they came. Safe to share between threads."""

    def __init__(self, spool: Spool, most: int = MOST) -> None:
        self._spool = spool
        self._waiting: Queue[Callable[[], None] | None] = Queue(most)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._dropped = 0

    def write(self, trace: Trace) -> None:
        """Takes a trace and returns at once. Where too many wait it is dropped: the log says so, once, and how many."""
        self._begin()
        try:
            self._waiting.put_nowait(partial(self._write, trace))
        except Full:
            with self._lock:
                self._dropped += 1
                first = self._dropped == 1
            if first:
                log.warning("calls leave no record: the disk does not answer")

    def settle(self, seconds: float = 30.0) -> bool:
        """Waits until what was taken so far is written; whether it is. For tests, and for the end."""
        written = threading.Event()
        self._begin()
        try:
            self._waiting.put(written.set, timeout=seconds)
        except Full:
            return False
        return written.wait(seconds)

    def close(self) -> None:
        """Writes what is still to be written, unless the disk does not answer, and ends the thread."""
        if self._thread is not None and self.settle(LAST_WORDS):
            self._waiting.put(None)
            self._thread.join(LAST_WORDS)
        atexit.unregister(self.close)

    def _begin(self) -> None:
        """With the first trace and not before: a thread does not survive the fork of the server's processes."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                atexit.register(self.close)
                self._thread = threading.Thread(target=self._run, name="spool writer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while (work := self._waiting.get()) is not None:
            work()

    def _write(self, trace: Trace) -> None:
        self._spool.write(trace)
        with self._lock:
            dropped, self._dropped = self._dropped, 0
        if dropped:
            log.warning("calls leave their record again; the traces of %s webhooks were dropped", dropped)

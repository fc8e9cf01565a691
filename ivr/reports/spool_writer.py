"""Writes traces of calls to the spool in a thread of its own.

So a disk that has stalled does not delay the answer to a webhook. No clock, no store.
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
"""The most traces that may wait: some minutes of calls on every line, in a few megabytes."""

LAST_WORDS = 2.0
"""Seconds that `close` waits for the remaining traces to be written."""


class SpoolWriter:
    """Writes traces in the order in which they come. Safe to share between threads."""

    def __init__(self, spool: Spool, most: int = MOST) -> None:
        self._spool = spool
        self._waiting: Queue[Callable[[], None] | None] = Queue(most)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._dropped = 0

    def write(self, trace: Trace) -> None:
        """Take a trace and return at once. If too many wait, the trace is dropped, which is logged once."""
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
        """Wait until the traces taken so far are written, and return whether they are. For tests and `close`."""
        written = threading.Event()
        self._begin()
        try:
            self._waiting.put(written.set, timeout=seconds)
        except Full:
            return False
        return written.wait(seconds)

    def close(self) -> None:
        """Write the remaining traces, unless the disk does not answer, and end the thread."""
        if self._thread is not None and self.settle(LAST_WORDS):
            self._waiting.put(None)
            self._thread.join(LAST_WORDS)
        atexit.unregister(self.close)

    def _begin(self) -> None:
        """Start the thread with the first trace, not earlier: a thread does not survive the fork of the web server."""
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

"""Writes the traces of calls to the spool in its own thread, and gathers traces of nearly the same moment in one write.

So a disk that has stalled does not delay the answer to a webhook. No clock, no store.
"""

import atexit
import logging
from threading import Condition, Event, Thread

from ivr.reports.call_records import Trace
from ivr.reports.spool import Spool

log = logging.getLogger(__name__)

MOST = 10_000
"""The most traces that may wait to be written: as many as some minutes of calls leave, in a few megabytes."""

GATHER = 0.003
"""The seconds that a trace waits for further traces, because opening a file takes as long as writing ten traces.

If the process dies in these seconds, the waiting traces are lost, and the promises in these calls count as not heard.
"""

LAST_WORDS = 2.0
"""The seconds that `close` waits for the remaining traces to be written."""


class SpoolWriter:
    """Writes traces to the spool in the order in which they come. Safe to share between threads."""

    def __init__(self, spool: Spool, most: int = MOST) -> None:
        self._spool = spool
        self._most = most
        self._wanted, self._hurry = Event(), Event()
        self._state = Condition()
        """Guards all fields below; it is notified when traces were written."""
        self._waiting: list[Trace] = []
        self._taken = self._written = self._dropped = 0
        self._thread: Thread | None = None
        self._ends = False

    def write(self, trace: Trace) -> None:
        """Take a trace to be written, and return at once. If too many wait, it is dropped, which is logged once."""
        with self._state:
            self._begin()
            if len(self._waiting) < self._most:
                self._waiting.append(trace)
                self._taken += 1
            else:
                self._dropped += 1
                if self._dropped == 1:
                    log.warning("calls leave no record: the disk does not answer")
        if not self._wanted.is_set():
            self._wanted.set()

    def settle(self, seconds: float = 30.0) -> bool:
        """Wait until the traces taken so far are written, and return whether they are. For tests and `close`."""
        with self._state:
            taken = self._taken
            self._hurry.set()
            try:
                return self._state.wait_for(lambda: self._written >= taken, seconds)
            finally:
                self._hurry.clear()

    def close(self) -> None:
        """Write the remaining traces, unless the disk does not answer, and end the thread."""
        if self._thread is not None and self.settle(LAST_WORDS):
            self._ends = True
            self._wanted.set()
            self._hurry.set()
            self._thread.join(LAST_WORDS)
        atexit.unregister(self.close)

    def _begin(self) -> None:
        """Start the writing thread at the first trace, and no earlier, as no thread survives the web server's fork."""
        if self._thread is None or not self._thread.is_alive():
            atexit.register(self.close)
            self._ends = False
            self._hurry.clear()
            self._thread = Thread(target=self._run, name="spool writer", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._ends:
            self._wanted.wait()
            self._hurry.wait(GATHER)
            self._wanted.clear()
            with self._state:
                traces, self._waiting = self._waiting, []
            self._spool.write(*traces)
            with self._state:
                dropped, self._dropped = self._dropped, 0
                self._written += len(traces)
                self._state.notify_all()
            if dropped:
                log.warning("calls leave their record again; the traces of %s webhooks were dropped", dropped)

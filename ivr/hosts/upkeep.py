"""Runs the regular works of a host that answers calls, every few seconds, in a thread of a web process.

One process of the host runs the thread, and no caller waits for it. So the host needs no clock process of its own.
No HTTP, no SQL; the works are handed in.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread

from ivr.hosts.one_process import OneProcess

log = logging.getLogger(__name__)

EVERY_SECONDS = 5.0
"""The seconds between two rounds of a host's upkeep. A change by the desk reaches each host within two rounds."""

LAST_SECONDS = 2.0
"""The seconds that a web process that is ending waits for the host's upkeep to finish its current round."""

Work = Callable[[], None]


@dataclass
class HostUpkeep:
    """The regular works of a host, and the thread of a web process that does them."""

    works: Sequence[Work]
    troubles: tuple[type[Exception], ...]
    """The errors which mean that a piece of work cannot be done now. It is tried again; the error is logged once."""
    one: OneProcess
    every: float = EVERY_SECONDS
    _stop: Event = field(default_factory=Event, init=False)
    _thread: Thread | None = field(default=None, init=False)
    _trouble: str = field(default="", init=False)

    def start(self) -> None:
        """Start the thread for the host's upkeep. Call this in a process that answers webhooks, after any fork."""
        self._thread = Thread(target=self._run, name="host upkeep", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the thread that does the works, and give up the lock to another process."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(LAST_SECONDS)
        self.one.leave()

    def round(self) -> bool:
        """Do all works of the host if this process has the lock; return whether it has. Failures are logged."""
        try:
            if not self.one.take():
                return False
        except OSError as refused:
            self._tell(f"its lock cannot be had ({refused.strerror})")
            return False
        self._tell("; ".join(dict.fromkeys(filter(None, map(self._done, self.works)))))
        return True

    def _run(self) -> None:
        while True:
            self.round()
            if self._stop.wait(self.every):
                return

    def _done(self, work: Work) -> str:
        try:
            work()
        except self.troubles as away:
            return f"{type(away).__name__} {away}"
        except Exception as mistake:  # a mistake in one work must not end the others for good
            return f"a mistake of ours ({type(mistake).__name__})"
        return ""

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble:
            log.warning("the upkeep of this host: %s", trouble or "all is well again")
        self._trouble = trouble

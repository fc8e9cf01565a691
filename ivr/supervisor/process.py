"""A managed process: started, restarted when it ends, and stopped together with its children.

Knows time and signals; not what the process is for.
"""

import signal
import time
from collections.abc import Callable
from contextlib import suppress

from ivr.supervisor import process_group
from ivr.supervisor.output import Say
from ivr.supervisor.process_group import Started
from ivr.supervisor.signals import Signals

LONGEST_PAUSE = 30.0
STEADY = 60.0
"""The seconds that a process must run, so that the pause before its next start becomes the shortest again."""
TIMEOUT = 20.0
"""Seconds that a process may take to finish its work when it is stopped."""


Begin = Callable[[], Started]
"""A function that starts the managed process and returns it. Raises OSError."""


class ManagedProcess:
    """A process that is kept running: after it has ended, it is started again after a pause."""

    def __init__(self, name: str, begin: Begin, say: Say) -> None:
        self.name = name
        self._begin = begin
        self._say = say
        self._process: Started | None = None
        self._started = self._due = float("-inf")
        self._pause = 0.0

    def tick(self, now: float) -> None:
        """Start the process if it does not run and the pause since its end is over. `now` is monotonic, in seconds."""
        if self._process and self._process.poll() is not None:
            process_group.signal_group(self._process.pid, signal.SIGTERM)
            self._ended(now, self._process)
            self._process = None
        if not self._process and now >= self._due:
            self._start(now)

    def stop(self, signals: Signals, timeout: float = TIMEOUT) -> None:
        """Ask the process to end, and kill it after `timeout` seconds; then kill all other processes of its session."""
        if not self._process:
            return
        self._process.terminate()
        end = time.monotonic() + timeout
        while self._process.poll() is None:
            left = end - time.monotonic()
            if left <= 0 or signals.at_once:
                process_group.kill_all(self._process.pid)
            signals.wait(left if left > 0 else 1)
        process_group.kill_all(self._process.pid)
        self._process = None

    def _start(self, now: float) -> None:
        self._started = now
        try:
            self._process = self._begin()
        except OSError as refused:  # no process or memory available: the other processes keep running
            self._rest(now, f"could not start: {refused.strerror}")

    def _ended(self, now: float, process: Started) -> None:
        self._rest(now, _ending(process.returncode or 0))

    def _rests(self, now: float) -> None:
        self._pause = next_pause(self._pause, now - self._started)
        self._due = now + self._pause

    def _rest(self, now: float, what_happened: str) -> None:
        self._rests(now)
        self._say(f"{self.name} {what_happened}; starting it again in {self._pause:.0f} s")


def next_pause(last: float, lived: float) -> float:
    """Return the seconds before a process starts again: 1, 2, 4 … 30; 1 again if the process ran for a minute."""
    return 1.0 if not last or lived >= STEADY else min(last * 2, LONGEST_PAUSE)


def _ending(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    with suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"

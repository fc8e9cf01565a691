"""Brings the database up to date in a process of its own, tried again until one try succeeds.

Callers never wait for this process, because the line also answers without the database. Only runs a command.
"""

import os

from ivr.supervisor.process import ManagedProcess
from ivr.supervisor.process_group import Started

MEANWHILE = "Callers are answered meanwhile, and this is tried again until it succeeds."


class Migration(ManagedProcess):
    """The process that brings the database up to date, run until it succeeds once. It prints into a pipe to us."""

    settled = False
    """True once the first try to bring the database up to date has ended, well or not."""
    _done = False
    _said = ""

    def tick(self, now: float) -> None:
        """Start the migration's process unless it runs, has ended well, or pauses. `now` is monotonic, in seconds."""
        if not self._done or self._process:
            super().tick(now)

    def _ended(self, now: float, process: Started) -> None:
        words = _output(process)
        self.settled = True
        self._done = process.returncode == 0
        if self._done:
            self._due = float("inf")
            self._say(words)
            return
        self._rest(now, words or f"{self.name} ended with exit code {process.returncode}")

    def _rest(self, now: float, what_happened: str) -> None:
        """Pause before the next try at the migration, and print what happened unless that was printed last."""
        self.settled = True
        self._rests(now)
        if what_happened != self._said:
            self._said = what_happened
            self._say(f"{what_happened}\n{MEANWHILE}")


def _output(process: Started) -> str:
    """Return the output of the ended migration, without waiting for its children, which may hold the pipe open."""
    if process.stdout is None:
        return ""
    with process.stdout as pipe:
        os.set_blocking(pipe.fileno(), False)
        return (pipe.read() or b"").decode(errors="replace").strip()

"""A machine of the service: its processes end and begin together. Knows nothing of calls."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

from chaos.parts import Process
from chaos.plan import What

PATIENCE = {"web": 25.0, "worker": 60.0, "clock": 30.0}
"""Seconds that each kind of process has for its orderly end: TimeoutStopSec of its unit in ops/systemd."""


@dataclass
class Host:
    """A machine that can go down whole, and be restarted in good order."""

    processes: Mapping[str, Process]
    """Its processes by their kind: web, worker, clock."""
    port: int
    """Where its web listens."""
    _down: int = 0
    _lock: Lock = field(default_factory=Lock)

    def breaks(self, _what: What) -> None:
        """All of its processes are killed at once; none begins again before the machine does."""
        with self._lock:
            self._down += 1
            for each in self.processes.values():
                each.goes_down()

    def mends(self) -> None:
        """The machine is up again, unless another fault has it down, and starts what belongs to it."""
        with self._lock:
            if self._down:
                self._down -= 1
                for each in self.processes.values():
                    each.comes_up()

    def ends(self) -> bool:
        """Stop its target, as systemd does: all units at once. Return whether all ended by themselves in time."""
        with ThreadPoolExecutor(len(self.processes)) as hands:
            ended = [hands.submit(each.ends, PATIENCE[kind]) for kind, each in self.processes.items()]
        return all(each.result() for each in ended)

    def begins(self) -> None:
        """Start its target."""
        for each in self.processes.values():
            each.start()

"""A host of a campaign's service: its web, worker and clock, which start and stop together. Makes no calls."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

from chaos.parts import Process
from chaos.plan import What

PATIENCE = {"web": 25.0, "worker": 60.0, "clock": 30.0}
"""Seconds that each kind of process on a host has to stop: the TimeoutStopSec of its unit in ops/systemd."""


@dataclass
class Host:
    """A host of a campaign's service, which can go down with all its processes, and can be restarted in good order."""

    processes: Mapping[str, Process]
    """The host's processes by their kind: web, worker, clock."""
    port: int
    """The port on which the host's web listens."""
    _down: int = 0
    _lock: Lock = field(default_factory=Lock)

    def breaks(self, _what: What) -> None:
        """Kill all processes of the host at once, as a power cut does.

        They stay down until the host is started again.
        """
        with self._lock:
            self._down += 1
            for each in self.processes.values():
                each.goes_down()

    def mends(self) -> None:
        """Start the processes of the host again, unless another fault keeps it down."""
        with self._lock:
            if self._down:
                self._down -= 1
                for each in self.processes.values():
                    each.comes_up()

    def ends(self) -> bool:
        """Stop all processes of the host at once, as systemd does; return whether all ended by themselves in time."""
        with ThreadPoolExecutor(len(self.processes)) as hands:
            ended = [hands.submit(each.ends, PATIENCE[kind]) for kind, each in self.processes.items()]
        return all(each.result() for each in ended)

    def begins(self) -> None:
        """Start all processes of the host, as systemd starts its target."""
        for each in self.processes.values():
            each.start()

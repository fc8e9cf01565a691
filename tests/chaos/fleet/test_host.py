"""A host of a campaign: its processes all go down at once, and start again only when the host's last fault is over."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.fleet.host import PATIENCE, Host
from chaos.parts import Process
from chaos.plan import What
from testing.servers import until
from tests.test_deploy import of_unit

SAYS_WHO_IT_IS = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); time.sleep(60)"


class Running:
    """A host of a campaign with two processes, each of which notes its pid when it begins."""

    def __init__(self, folder: Path) -> None:
        self.notes = {kind: folder / kind for kind in ("web", "worker")}
        self.processes = {
            kind: Process(kind, [sys.executable, "-c", SAYS_WHO_IT_IS, str(note)], dict(os.environ), folder / "log")
            for kind, note in self.notes.items()
        }
        self.host = Host(self.processes, port=1)

    def began(self) -> list[int]:
        """Return how often each of the host's two processes has begun."""
        return [len(note.read_text().splitlines()) if note.exists() else 0 for note in self.notes.values()]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    found = Running(tmp_path)
    found.host.begins()
    assert until(lambda: found.began() == [1, 1])
    yield found
    for each in found.processes.values():
        each.stop()


def test_what_keeps_a_process_alive_does_not_start_it_before_its_host(running: Running) -> None:
    running.host.breaks(What.KILL)
    running.host.breaks(What.KILL)
    for each in running.processes.values():
        each.keep()
        each.mends()
    running.host.mends()
    assert running.began() == [1, 1], "another fault has it down"
    running.host.mends()
    assert until(lambda: running.began() == [2, 2])


def test_mending_what_was_not_down_changes_nothing(running: Running) -> None:
    running.host.mends()
    running.host.breaks(What.KILL)
    assert running.began() == [1, 1]
    running.host.mends()
    assert until(lambda: running.began() == [2, 2])


def test_a_host_that_is_told_to_end_is_not_started_by_whoever_keeps_it(running: Running) -> None:
    assert running.host.ends()
    assert running.began() == [1, 1]
    running.host.begins()
    assert until(lambda: running.began() == [2, 2])


def test_each_process_has_as_long_to_end_as_its_unit_gives_it() -> None:
    units = {"web": "clinic-line-web", "worker": "clinic-line-worker@", "clock": "clinic-line-clock"}
    given = {kind: float(of_unit(f"{unit}.service", "TimeoutStopSec")) for kind, unit in units.items()}
    assert given == PATIENCE

"""The programs that a benchmark starts: they start, freeze and end, and their CPU time and memory are read."""

import os
import sys
from pathlib import Path

import psutil
import pytest

from bench.figures import BenchFailed
from bench.served.processes import frozen, memory, processor_seconds, running
from testing.servers import ENDED, status, until

SLEEPS = ["/bin/sh", "-c", "sleep 600 & trap 'kill $!' TERM; wait"]


def test_a_program_and_its_children_end_with_the_block(tmp_path: Path) -> None:
    with running(SLEEPS, os.environ, tmp_path / "log", lambda: True) as process:
        assert until(lambda: len(process.children()) == 1)
        family = [process, *process.children()]
    assert {status(each.pid) for each in family} <= ENDED


def test_a_program_that_does_not_come_is_named_with_its_last_words(tmp_path: Path) -> None:
    fails = ["/bin/sh", "-c", "echo no room >&2; exit 3"]
    with (
        pytest.raises(BenchFailed, match="no room"),
        running(fails, os.environ, tmp_path / "log", lambda: False),
    ):
        pass


def test_a_frozen_program_stands_still_and_goes_on(tmp_path: Path) -> None:
    with running(SLEEPS, os.environ, tmp_path / "log", lambda: True) as process:
        with frozen(process):
            assert until(lambda: status(process.pid) == "stopped")
        assert until(lambda: status(process.pid) == "sleeping")


def test_what_a_program_costs_is_read(tmp_path: Path) -> None:
    works = [sys.executable, "-c", "while True: pass"]
    with running(works, os.environ, tmp_path / "log", lambda: True) as process:
        before = processor_seconds(process)
        assert until(lambda: processor_seconds(process) > before)
        assert 0 < memory([process.pid]) <= psutil.Process(process.pid).memory_info().rss / 1000

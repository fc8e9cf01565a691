"""The comparison of SQLite's connections: all its processes end well, or it ends with an error."""

import multiprocessing
from pathlib import Path

import pytest

from bench.figures import BenchFailed
from bench.writers import run

pytestmark = pytest.mark.slow


def test_requests_are_stored_by_all_processes(tmp_path: Path) -> None:
    took = run("kept open", tmp_path, 0.0, 0.2)
    assert took.seconds


def test_a_process_that_dies_ends_the_comparison(tmp_path: Path) -> None:
    with pytest.raises(BenchFailed, match="has died"):
        run("a side that nobody knows", tmp_path, 0.0, 0.2)
    assert multiprocessing.active_children() == []

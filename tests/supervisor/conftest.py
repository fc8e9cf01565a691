"""Fixtures of the supervisor's tests: a folder with a Procfile, and the supervisors that work in it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.supervisor.supervised import Premises


@pytest.fixture
def premises() -> Iterator[Premises]:
    """A folder with a space in its name, as people's folders have; short, as a socket's path must be."""
    with tempfile.TemporaryDirectory(prefix="the line ", dir="/tmp") as folder:
        premises = Premises(Path(folder))
        yield premises
        premises.abandon()

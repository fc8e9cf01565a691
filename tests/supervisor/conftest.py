"""What the tests of the supervisor have at hand: a folder with a Procfile, and whoever works in it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.supervisor.supervised import Premises


@pytest.fixture
def premises() -> Iterator[Premises]:
    """With a space in its name, as people's folders have; and short, as a socket's path must be."""
    with tempfile.TemporaryDirectory(prefix="the line ", dir="/tmp") as folder:
        premises = Premises(Path(folder))
        yield premises
        premises.abandon()

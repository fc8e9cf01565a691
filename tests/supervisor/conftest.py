"""Fixtures of the supervisor's tests: a folder with a Procfile, and the supervisors that run in it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.supervisor.supervised import Premises


@pytest.fixture
def premises() -> Iterator[Premises]:
    """A folder with a Procfile, in which the tests start supervisors.

    Its name has a space, as people's folders have, and is short enough for a socket in it.
    """
    with tempfile.TemporaryDirectory(prefix="the line ", dir="/tmp") as folder:
        premises = Premises(Path(folder))
        yield premises
        premises.abandon()

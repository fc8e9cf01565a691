"""The fixture that the tests of the web share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.people import Clock, Phone
from tests.web import service


@pytest.fixture
def both(tmp_path: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at a service: the test runs on SQLite and on PostgreSQL."""
    with service(tmp_path, database_url, redis_url, clock) as phone:
        yield phone

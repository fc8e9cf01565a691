"""The fixture of the tests of the web: a telephone at a service, on each kind of database."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.clinic import SHIPPED
from tests.people import Clock, Phone
from tests.web import Serves, clinic_with_reception, service


@pytest.fixture
def both(tmp_path: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at a service. Each test runs twice, on SQLite and on PostgreSQL."""
    with service(tmp_path, database_url, redis_url, clock) as phone:
        yield phone


@pytest.fixture
def line(tmp_path: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at the clinic as shipped, on each kind of database."""
    with service(tmp_path, database_url, redis_url, clock, CLINIC_FILE=str(SHIPPED)) as phone:
        yield phone


@pytest.fixture
def serves(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Serves:
    """A function that serves a service on this test's stores, with SQLite."""
    return partial(service, tmp_path, sqlite_url, redis_url, clock)


@pytest.fixture
def staffed(tmp_path: Path, serves: Serves) -> Iterator[Phone]:
    """A telephone at a clinic whose first line has a reception with two telephones; the other lines have none."""
    with serves(CLINIC_FILE=clinic_with_reception(tmp_path)) as phone:
        yield phone

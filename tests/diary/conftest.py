"""Fixtures of the diary's tests: the people of the desk, and the desk itself, on each kind of database."""

from collections.abc import Iterator

import pytest

from ivr.storage.database import WORKER_TIMEOUT, Database
from tests.staff.conftest import desk

__all__ = ["desk"]


@pytest.fixture
def desk_url(database_url: str) -> str:
    """The address of the desk's database. Each test runs once with SQLite and once with PostgreSQL."""
    return database_url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database client with the time limit of the workers. The test runs once on SQLite and once on PostgreSQL."""
    database = Database(database_url, timeout=WORKER_TIMEOUT)
    yield database
    database.close()

"""Fixtures of the diary's tests: the people of the desk, on each kind of database."""

import pytest

from tests.staff.conftest import desk

__all__ = ["desk"]


@pytest.fixture
def desk_url(database_url: str) -> str:
    """The address of the desk's database: the test runs on SQLite and on PostgreSQL."""
    return database_url

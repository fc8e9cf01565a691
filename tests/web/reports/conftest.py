"""Fixtures of the reports' tests."""

import pytest


@pytest.fixture
def desk_url(database_url: str) -> str:
    """The address of a database: the test runs on SQLite and on PostgreSQL."""
    return database_url

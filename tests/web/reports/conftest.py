"""Fixtures of the reports' tests."""

import pytest


@pytest.fixture
def desk_url(database_url: str) -> str:
    """The URL of a database: a test that uses it runs once on SQLite and once on PostgreSQL."""
    return database_url

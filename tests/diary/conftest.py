"""What the tests of the diary have at hand: the people of the desk, on each of the databases."""

import pytest

from tests.staff.conftest import desk

__all__ = ["desk"]


@pytest.fixture
def desk_url(database_url: str) -> str:
    """Each of the databases."""
    return database_url

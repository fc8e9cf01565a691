"""Fixtures of the tests of accounts."""

from collections.abc import Iterator

import pytest

from tests.staff.staffed import Stores, stores


@pytest.fixture
def desk(database_url: str) -> Iterator[Stores]:
    """The accounts of the desk, on each kind of database."""
    yield from stores(database_url)

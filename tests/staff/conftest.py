"""A fixture for the tests of accounts: the stores of the desk's accounts, on each kind of database."""

from collections.abc import Iterator

import pytest

from tests.staff.staffed import Stores, stores


@pytest.fixture
def desk(database_url: str) -> Iterator[Stores]:
    """The stores of the desk's accounts. Each test runs once on SQLite and once on PostgreSQL."""
    yield from stores(database_url)

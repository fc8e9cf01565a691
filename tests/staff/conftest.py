"""What the tests of the desk have at hand."""

from collections.abc import Iterator

import pytest

from tests.staff.staffed import Stores, stores


@pytest.fixture
def desk(database_url: str) -> Iterator[Stores]:
    """The people of the desk, on each of the databases."""
    yield from stores(database_url)

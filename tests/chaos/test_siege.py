"""A siege: twenty patients call and notice nothing, while strangers hold connections, flood, forge and spoil rows."""

import pytest

from chaos.plan import Sizes
from chaos.siege import LONGEST_ANSWER, run
from testing.servers.postgres import PostgresUnavailable
from tests.conftest import NO_POSTGRES, skipped_without

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_no_patient_notices_and_no_stranger_is_let_in(database: str) -> None:
    with skipped_without(PostgresUnavailable, NO_POSTGRES):
        found = run(database, Sizes(calls=20, faults=0, seconds=6.0), seed=5)
    assert found.mischief.let_in == []
    assert min(found.mischief.deeds.values()) > 0
    assert found.kept(longest=3 * LONGEST_ANSWER), found.line()

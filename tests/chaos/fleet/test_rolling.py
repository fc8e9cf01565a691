"""Checks that today's program works with tables that the campaign of restarts has migrated to an invented version.

The restarts themselves are in `make rolling`.
"""

from contextlib import closing

from chaos.fleet.rolling import go_one_step_ahead
from ivr.storage.database import Database
from ivr.storage.fit import require_fit
from ivr.storage.revisions import revision_at, revisions


def test_tables_one_step_ahead_serve_a_program_that_does_not_know_the_step(postgres_url: str) -> None:
    go_one_step_ahead(postgres_url)
    with closing(Database(postgres_url)) as database, database.reading() as read:
        assert revision_at(read) not in revisions()
        require_fit(read)

"""The reads of the stores at a campaign's end: a database that is slow at first is read again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import Connection

from chaos.records import calls, diary, held, is_open
from ivr.storage.database import Database, StoreAway
from tests.people import BOOK, Phone
from workers.services import WorkerServices


class SlowAtFirst(Database):
    """A client of the database whose first two reads take too long."""

    slow = 2

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection to read with, from the third time on. Raises StoreAway."""
        if self.slow:
            self.slow -= 1
            raise StoreAway("timeout")
        with super().reading() as connection:
            yield connection


def test_a_read_that_was_too_slow_is_made_again(phone: Phone, worker: WorkerServices) -> None:
    promised = phone.rings().press(*BOOK).reference
    for read in (held, diary, is_open, lambda slow: calls(slow, ())):
        slow = SlowAtFirst(worker.settings.database_url)
        read(replace(worker, database=slow))
        assert slow.slow == 0
        slow.close()
    (found,), _ = held(worker)
    assert promised in found.references

"""Opens the desk's database, SQLite or PostgreSQL, and translates its errors.

The text of a database error may contain a caller's number (PostgreSQL's DETAIL), so it never leaves this module. No
tables, no rules.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakSet

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.pool import Pool

from ivr.storage.breaker import Breaker, CircuitOpen
from ivr.storage.engines.database_errors import error_kind, is_locked, is_taken_key
from ivr.storage.engines.sqlite import SqliteFile

if TYPE_CHECKING:
    from ivr.storage.engines.postgres import PostgresServer

CALLER_TIMEOUT = 0.8
"""The seconds that a lock or a statement of the database may take while a caller waits."""

WORKER_TIMEOUT = 10.0
"""The seconds that a lock or a statement of the database may take where no caller waits."""


class StoreAway(Exception):
    """The database cannot be reached, fails, or does not answer in time; the message says why."""


class StoreBusy(StoreAway):
    """Somebody else has locked what a transaction needs for too long; the same transaction may succeed later."""


class UniqueViolation(Exception):
    """Another transaction wrote a row with the same unique key first. Code that needs the row must read it again."""


class Database:
    """A client of the desk's database. After a fork, the child process opens connections of its own."""

    def __init__(self, url: str, *, timeout: float = CALLER_TIMEOUT, breaker: Breaker | None = None) -> None:
        of_a_file = url.startswith("sqlite")
        self._store = SqliteFile(sqlite_path(url), timeout) if of_a_file else _server(url, timeout)
        self._engine = self._store.engine
        self._breaker = breaker
        """The breaker that spares callers a stalled database; None for workers, who may wait for it."""
        OPEN.add(self)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that only reads. Raises StoreAway."""
        with self._attempt(), self._store.reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a transaction, committed if the block ends well. Raises StoreAway, UniqueViolation (value exists)."""
        with self._attempt(), self._store.writing() as connection:
            yield connection
            connection.commit()

    @contextmanager
    def trying(self) -> Iterator[Connection]:
        """Yield a transaction that may write, and is rolled back when the block ends. Raises StoreAway."""
        with self._attempt(), self._store.writing() as connection:
            yield connection

    @contextmanager
    def _attempt(self) -> Iterator[None]:
        """Replace a database error in the block by StoreAway or UniqueViolation, because its text may be personal."""
        try:
            with self._breaker.attempt(SQLAlchemyError, sqlite3.Error) if self._breaker else nullcontext():
                yield
        except CircuitOpen:
            raise StoreAway("it stalled a moment ago") from None
        except IntegrityError as error:
            if is_taken_key(error):
                raise UniqueViolation from None
            raise StoreAway(error_kind(error)) from None
        except (SQLAlchemyError, sqlite3.Error) as error:
            away = StoreBusy if is_locked(error) else StoreAway
            raise away(error_kind(error)) from None

    def scrub(self) -> None:
        """Remove what deleted rows left in SQLite's file, by VACUUM and by emptying the journal. Raises StoreAway.

        Does nothing on PostgreSQL: autovacuum, or a VACUUM FULL by the database's owner, removes deleted rows there.
        """
        with self._attempt():
            if not self._store.scrub():
                raise StoreAway("somebody still reads the old rows")

    def close(self) -> None:
        """Close this client's connections to the database."""
        self._engine.dispose()

    def forked(self) -> None:
        """Forget, in a forked process, the connections inherited from the parent process, without closing them."""
        OF_THE_PARENT.append(self._engine.pool)
        self._engine.dispose(close=False)
        self._store.forked()


OPEN: WeakSet[Database] = WeakSet()
"""All clients of the database in this process. After a fork, each of them forgets the parent's connections."""

OF_THE_PARENT: list[Pool] = []
"""The connections inherited from a parent process, kept open because closing one would unlock SQLite's file."""


def _forked() -> None:
    for each in list(OPEN):
        each.forked()


os.register_at_fork(after_in_child=_forked)


def _server(url: str, timeout: float) -> "PostgresServer":
    from ivr.storage.engines.postgres import PostgresServer  # noqa: PLC0415 - its driver is large, and SQLite needs none

    return PostgresServer(url, timeout)


def sqlite_path(url: str) -> Path:
    """Return the absolute path of the database file that a sqlite:/// URL names."""
    return Path(make_url(url).database or "").absolute()

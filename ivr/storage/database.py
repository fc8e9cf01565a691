"""Opens the desk's database, SQLite or PostgreSQL, and translates its errors.

The text of a database error may contain a caller's number (PostgreSQL's DETAIL), so it never leaves this module. No
tables, no rules.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.pool import NullPool, PoolProxiedConnection

from ivr.storage import postgres
from ivr.storage.breaker import Breaker, CircuitOpen
from ivr.storage.database_errors import error_kind, is_taken_key

CALLER_TIMEOUT = 0.8
"""Seconds that a lock or a statement may take while a caller waits."""

WORKER_TIMEOUT = 10.0
"""Seconds that a lock or a statement may take where no caller waits."""


class StoreAway(Exception):
    """The database cannot be reached, fails, or does not answer in time; the message says why."""


class UniqueViolation(Exception):
    """Another transaction wrote the same unique key first; read again."""


class Database:
    """A client of the desk's database."""

    def __init__(self, url: str, *, timeout: float = CALLER_TIMEOUT, breaker: Breaker | None = None) -> None:
        self._engine = _sqlite(url, timeout) if url.startswith("sqlite") else postgres.serving(url, timeout)
        self._breaker = breaker
        """The breaker for callers; None for workers, who may wait for a database that has stalled."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a transaction that only reads. Raises StoreAway."""
        with self._attempt(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a transaction that commits when it ends well. Raises StoreAway; UniqueViolation if a key is taken."""
        with self._attempt(), self._engine.execution_options(writes=True).begin() as connection:
            yield connection

    @contextmanager
    def trying(self) -> Iterator[Connection]:
        """Yield a transaction that may write and is rolled back when it ends. Raises StoreAway."""
        with self._attempt(), self._engine.execution_options(writes=True).connect() as connection:
            yield connection

    @contextmanager
    def _attempt(self) -> Iterator[None]:
        """Translate the errors of an attempt: only their kind is passed on, since their text may be personal."""
        try:
            with self._breaker.attempt(SQLAlchemyError) if self._breaker else nullcontext():
                yield
        except CircuitOpen:
            raise StoreAway("it stalled a moment ago") from None
        except IntegrityError as error:
            if is_taken_key(error):
                raise UniqueViolation from None
            raise StoreAway(error_kind(error)) from None
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise StoreAway(error_kind(error)) from None

    def scrub(self) -> None:
        """Remove deleted rows from the file of SQLite, by VACUUM and an empty journal. Raises StoreAway.

        Does nothing on PostgreSQL, which does it by autovacuum, or when its owner runs VACUUM FULL.
        """
        if self._engine.dialect.name == "sqlite":
            with self._attempt(), closing(self._engine.raw_connection()) as connection:
                _scrub_sqlite(connection)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()


# -- SQLite: a new connection each time (0.2 ms), so that a file that was moved or restored is noticed at once


def _sqlite(url: str, timeout: float) -> Engine:
    path = sqlite_path(url)

    def connect() -> sqlite3.Connection:
        # mode=rw: a file that has been moved away is an error, never a new and empty database.
        name = f"file:{quote(str(path))}?mode=rw"
        return sqlite3.connect(name, uri=True, timeout=timeout, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def sqlite_path(url: str) -> Path:
    """Return the absolute path of the file of a sqlite:/// URL."""
    return Path(make_url(url).database or "").absolute()


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # _begin_sqlite sends BEGIN
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")  # text that is no UTF-8 has its row read
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")  # deleted rows are overwritten in the file


def _scrub_sqlite(connection: PoolProxiedConnection) -> None:
    """Vacuum the file and empty its journal. Raises sqlite3.Error, and StoreAway where a reader still has old rows."""
    cursor = connection.cursor()
    cursor.execute("VACUUM")
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if cursor.fetchone()[0]:  # type: ignore[index]  # it always answers with a row
        raise StoreAway("somebody still reads the old rows")


def _begin_sqlite(connection: Connection) -> None:
    """Begin a transaction. A writer takes its lock at once, because a later change from reader to writer may fail."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

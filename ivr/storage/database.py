"""Opens the desk's database, SQLite or PostgreSQL, and cleans its errors at one edge.

A caller's number can stand in the text of a database error (PostgreSQL's DETAIL); it gets no further than here.
No tables, no rules.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.pool import NullPool, PoolProxiedConnection

from ivr.storage.breaker import Breaker, CircuitOpen
from ivr.storage.database_errors import error_kind

CALLER_TIMEOUT = 0.8
"""Seconds that a lock or a statement may take while somebody holds the telephone."""

WORKER_TIMEOUT = 10.0
"""Seconds that it may take behind the scenes."""

CONNECT_SECONDS = 2
"""libpq's least."""


class StoreAway(Exception):
    """The database cannot be reached, or does not do what it is asked in time."""


class UniqueViolation(Exception):
    """Somebody else wrote the same thing first; look again."""


class Database:
    """Transactions on the desk's database."""

    def __init__(self, url: str, *, timeout: float = CALLER_TIMEOUT, breaker: Breaker | None = None) -> None:
        self._engine = _sqlite(url, timeout) if url.startswith("sqlite") else _postgres(url, timeout)
        self._breaker = breaker
        """Holds callers back from a database that has stalled; whoever works behind the scenes may wait."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises StoreAway."""
        with self._attempt(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a transaction that commits when it ends well. Raises StoreAway; UniqueViolation if a key is taken."""
        with self._attempt(), self._engine.execution_options(writes=True).begin() as connection:
            yield connection

    @contextmanager
    def trying(self) -> Iterator[Connection]:
        """A transaction that writes and is taken back when it ends. Raises StoreAway."""
        with self._attempt(), self._engine.execution_options(writes=True).connect() as connection:
            yield connection

    @contextmanager
    def _attempt(self) -> Iterator[None]:
        """Only the kind of an error leaves; its text and its cause may carry what a caller said."""
        try:
            with self._breaker.attempt(SQLAlchemyError) if self._breaker else nullcontext():
                yield
        except CircuitOpen:
            raise StoreAway("it stalled a moment ago") from None
        except IntegrityError:
            raise UniqueViolation from None
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise StoreAway(error_kind(error)) from None

    def scrub(self) -> None:
        """SQLite: writes the file anew and empties its journal, so that nothing deleted is left. Raises StoreAway.

        PostgreSQL does as much in its own time, or when its owner says VACUUM FULL.
        """
        if self._engine.dialect.name == "sqlite":
            with self._attempt(), closing(self._engine.raw_connection()) as connection:
                _scrub_sqlite(connection)

    def close(self) -> None:
        """Gives the connections back."""
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
    """The file of a sqlite:/// URL."""
    return Path(make_url(url).database or "").absolute()


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten in the file as well


def _scrub_sqlite(connection: PoolProxiedConnection) -> None:
    """Raises what sqlite3 raises, and StoreAway where somebody goes on reading what was deleted."""
    cursor = connection.cursor()
    cursor.execute("VACUUM")
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if cursor.fetchone()[0]:  # type: ignore[index]  # it always answers with a row
        raise StoreAway("somebody still reads the old rows")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: to begin as a reader and become a writer can fail half-way."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


# -- PostgreSQL: its own limits end what it knows to be slow, ours end what it no longer answers


class TimedConnection(psycopg.Connection[Any]):
    """A connection that waits so long for any one answer, and is of no more use after that.

    A server that is frozen, or a network that swallows packets, keeps no limit of its own.
    """

    seconds = 2.0 * WORKER_TIMEOUT

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Waits for an answer. Raises OperationalError where it does not come in time."""
        try:
            return super().wait(gen, interval, timeout or self.seconds)
        except psycopg.OperationalError:
            if self.info.transaction_status is TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise


def _postgres(url: str, timeout: float) -> Engine:
    milliseconds = int(timeout * 1000)
    limits = f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}"
    # The server's log has every statement that fails; whatever its owner has set, not with a caller's number in it.
    quiet = "-c log_parameter_max_length_on_error=0"

    def connect(_dialect: Any, _record: Any, words: list[Any], options: dict[str, Any]) -> TimedConnection:
        connection = TimedConnection.connect(*words, **options)
        connection.seconds = timeout * 1.25  # a little more than the server's own limits, which say what happened
        return connection

    engine = create_engine(
        url,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "tcp_user_timeout": milliseconds,
            "options": f"{limits} {quiet}",
        },
        pool_pre_ping=True,
        pool_timeout=timeout,
        hide_parameters=True,
    )
    event.listen(engine, "do_connect", connect)
    return engine

"""Opens PostgreSQL alike for callers, workers and migrations: with the settings of its address, also behind a pooler.

A pooler such as PgBouncer, in transaction mode, runs each transaction in any free session. So no statement is
prepared and no setting is left in a session. The message that begins a transaction also sets the options of the
address and our own limits. No tables, and no other SQL of ours.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.types.datetime import DateLoader, TimestampLoader
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from ivr.storage.engines.address import libpq_words, server_settings

CONNECT_SECONDS = 2
"""The seconds that connecting to one host of the database may take: the least that libpq allows."""

QUIET = {"log_parameter_max_length_on_error": "0"}
"""The setting by which the server logs a failed statement without its parameters, which may be a caller's number."""

STILL_THERE = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}
"""The keepalive settings of a migration's connection. A lost server is noticed after 60 seconds without an answer."""


UNLIMITED = """; SELECT set_config(name, '0', true) FROM pg_settings
WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')"""
"""The SQL that lifts limits of a role or a database on how long a migration takes. Older servers know not all three."""


class TimedConnection(psycopg.Connection[Any]):
    """A connection to PostgreSQL with a limit on the wait for each answer, after which it is closed.

    The server's own timeouts do not end the wait where the server is frozen or the network loses packets.
    """

    seconds: float | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server's answer. Raises OperationalError where it does not come in time."""
        try:
            return super().wait(gen, interval, timeout or self.seconds)
        except psycopg.OperationalError:
            if self.info.transaction_status is TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise


class PostgresServer:
    """A PostgreSQL server, for callers or workers: no statement or wait for a lock takes longer than `timeout`.

    This class begins transactions itself. SQLAlchemy's events would cost a search for listeners at every statement.
    The message that begins a transaction also tests a pooled connection, so no ping is needed.
    """

    def __init__(self, address: str, timeout: float) -> None:
        milliseconds = str(int(timeout * 1000))
        limits = {"statement_timeout": milliseconds, "lock_timeout": milliseconds, **QUIET}
        network = {"connect_timeout": str(CONNECT_SECONDS), "tcp_user_timeout": milliseconds}
        # A little more than the server's own limits, which say what happened.
        self.engine, self._begin = _engine(address, network, limits, timeout * 1.25, pool_timeout=timeout)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection in a transaction, which is rolled back unless it is committed."""
        with self._begun() as connection:
            yield connection

    reading = writing

    def scrub(self) -> bool:
        """Return True and do nothing: PostgreSQL removes deleted rows by autovacuum, or by its owner's VACUUM FULL."""
        return True

    def forked(self) -> None:
        """Leave this object unchanged in a forked process, because Database itself renews the pool of connections."""

    def _begun(self, *, again: bool = True) -> Connection:
        """Return a connection that has begun a transaction. If a pooled one is broken, connect anew and try again."""
        connection = self.engine.connect()
        try:
            return _begun(connection, self._begin)
        except DBAPIError as error:
            connection.close()
            if again and error.connection_invalidated:
                return self._begun(again=False)
            raise


def migrating(address: str, locked_seconds: int) -> Engine:
    """Return an engine for migrations, which may take any time, but wait `locked_seconds` at most for a lock.

    The transaction waits idle while pg_dump keeps the older state.
    """
    limits = {"lock_timeout": str(locked_seconds * 1000), **QUIET}
    engine, begin = _engine(address, {"connect_timeout": "5", **STILL_THERE}, limits, None)
    event.listen(engine, "begin", lambda each: _begun(each, begin + UNLIMITED))
    return engine


def pooled(connection: Connection) -> bool:
    """Return True for a connection through a pooler, which tells another process id than the server has."""
    told = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]  # psycopg's
    return bool(told != connection.execute(text("SELECT pg_backend_pid()")).scalar())


def _engine(
    address: str, network: Mapping[str, str], limits: Mapping[str, str], seconds: float | None, **pool: Any
) -> tuple[Engine, str]:
    """Return an engine for this address, and the SQL with which its transactions begin."""
    words = libpq_words(address)
    begin = _begin(server_settings(words), limits)
    told = make_conninfo(**{**{name: word for name, word in words.items() if name != "options"}, **network})

    def connect() -> TimedConnection:
        try:
            connection = TimedConnection.connect(told, autocommit=True, prepare_threshold=None)
        except UnicodeError:  # a host's name that cannot be one
            raise psycopg.OperationalError("failed to resolve host") from None
        connection.seconds = seconds
        _read_leniently(connection)
        return connection

    return create_engine("postgresql+psycopg://", creator=connect, hide_parameters=True, **pool), begin


def _begun(connection: Connection, begin: str) -> Connection:
    connection.exec_driver_sql(begin, None, {"no_parameters": True})
    return connection


def _begin(theirs: Mapping[str, str], ours: Mapping[str, str]) -> str:
    """Return the SQL that begins a transaction. The settings `theirs` are from the URL; `ours` override them."""
    asked = {**theirs, **ours}
    # The default of transactions to come would be too late for this one.
    of_this = {name: value for name, value in asked.items() if name.startswith(OF_TO_COME)}
    first = [_set(name.removeprefix("default_"), value) for name, value in of_this.items()]
    others = [_config(name, value) for name, value in asked.items() if name not in of_this]
    told = sql.SQL("; ").join([sql.SQL("BEGIN"), *first, sql.SQL("SELECT ") + sql.SQL(", ").join(others)])
    return told.as_string(None)


OF_TO_COME = "default_transaction_"


def _set(name: str, value: str) -> sql.Composed:
    return sql.SQL("SET LOCAL {} = {}").format(sql.Identifier(name), sql.Literal(value))


def _config(name: str, value: str) -> sql.Composed:
    return sql.SQL("set_config({}, {}, true)").format(sql.Literal(name), sql.Literal(value))


class LenientTimestamp(TimestampLoader):
    """Reads PostgreSQL's moments; a moment that Python does not have, such as infinity, is read as text."""

    def load(self, data: Any) -> Any:
        """Return the stored moment, or its text where Python has no such moment."""
        try:
            return super().load(data)
        except psycopg.DataError:
            return bytes(data).decode()


class LenientDate(DateLoader):
    """Reads PostgreSQL's days; a day that Python does not have is read as text."""

    def load(self, data: Any) -> Any:
        """Return the stored day, or its text where Python has no such day."""
        try:
            return super().load(data)
        except psycopg.DataError:
            return bytes(data).decode()


def _read_leniently(connection: psycopg.Connection[Any]) -> None:
    """Have this connection read every day and moment that PostgreSQL can hold."""
    connection.adapters.register_loader("timestamp", LenientTimestamp)
    connection.adapters.register_loader("date", LenientDate)

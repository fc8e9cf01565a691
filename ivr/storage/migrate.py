"""Upgrades the schema of a database by the migrations in ivr/storage/migrations. Knows none of the tables itself."""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import NoSuchColumnError

from ivr.storage.database import sqlite_path
from ivr.storage.revisions import MIGRATIONS, revisions, schema_at

MIGRATION_LOCK = 4_907_112
"""An arbitrary key of PostgreSQL's advisory lock, by which processes that upgrade wait for each other."""


LOCKED_SECONDS = 60
"""The seconds that a migration waits for a lock: of another migration, or of somebody who uses a table."""

TURNS_A_SECOND = 20
"""The number of times a second to check whether another migrating process has unlocked SQLite's folder."""

STILL_MIGRATED = (
    f"another process has been changing the tables for more than {LOCKED_SECONDS} s: "
    "see whether one of an earlier start is still there (pgrep -af 'database upgrade|ivr.supervisor'), and end it"
)


class MigrationRefused(Exception):
    """The database was not migrated and is as it was; the message says why, in one line."""


def migrate(
    database_url: str, to: str = "head", before: Callable[[Connection], bool] = lambda _connection: True
) -> bool:
    """Bring the tables of this database up to date, or to the revision `to`; SQLite's file is made where it is missing.

    `before` is called in the migration's transaction, once no other process migrates. Where it returns False, or raises
    an error, all is left as it was. Return whether the migrations were run. Raises MigrationRefused, SQLAlchemyError
    where the database cannot be used, and what `before` raises.
    """
    engine = _engine(database_url)
    try:
        with _one_at_a_time(database_url), engine.begin() as connection:
            _hold(connection)
            if not before(connection):
                return False
            if to != "head" or schema_at(connection).has != revisions()[-1]:
                _run_migrations(connection, to)
        _begin_a_journal(engine)
    finally:
        engine.dispose()
    return True


def _run_migrations(connection: Connection, to: str) -> None:
    from alembic import command  # noqa: PLC0415 - large, and seldom needed: most starts find the tables up to date
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        command.upgrade(config, to)
    except KeyError as column:  # of a table that Alembic writes anew for SQLite
        raise NoSuchColumnError(f"no such column: {column}") from column


@contextmanager
def _one_at_a_time(url: str) -> Iterator[None]:
    """Hold a file lock while SQLite's file is migrated, because two processes that switch to WAL at once would fail."""
    if not url.startswith("sqlite"):
        yield
        return
    folder = os.open(sqlite_path(url).parent, os.O_RDONLY)
    try:
        _lock(folder)
        yield
    finally:
        os.close(folder)


def _lock(folder: int) -> None:
    """Lock the folder of SQLite's file. Raises MigrationRefused where another process holds the lock for too long."""
    for _ in range(LOCKED_SECONDS * TURNS_A_SECOND):
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            threading.Event().wait(1 / TURNS_A_SECOND)
        else:
            return
    raise MigrationRefused(STILL_MIGRATED)


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        from ivr.storage.engines import postgres  # noqa: PLC0415 - its driver is large, and SQLite needs none

        return postgres.migrating(url, LOCKED_SECONDS)
    path = sqlite_path(url)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    return create_engine(url, hide_parameters=True, connect_args={"timeout": 10})


def _hold(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_a_journal(engine: Engine) -> None:
    """Switch SQLite's file to a write-ahead journal. The file stores this mode, so other processes use it too."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")

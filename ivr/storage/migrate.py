"""Upgrades the schema of a database by the migrations in ivr/storage/migrations. Knows none of the tables itself."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from ivr.storage.database import sqlite_path
from ivr.storage.revisions import MIGRATIONS

MIGRATION_LOCK = 4_907_112
"""An arbitrary key of PostgreSQL's advisory lock, by which two processes upgrade one after the other."""


class MigrationRefused(Exception):
    """The database was not migrated and is as it was; the message says why, in one line."""


def migrate(
    database_url: str, to: str = "head", before: Callable[[Connection], None] = lambda _connection: None
) -> None:
    """Bring the schema of this database up to date, or to an older revision, making the file where it is SQLite's.

    `before` is called in the migration's transaction, once no other process migrates; an error of it leaves all as it
    was. Raises SQLAlchemyError where the database cannot be reached, and what `before` raises.
    """
    engine = create_engine(_ready(database_url), hide_parameters=True, connect_args=_patience(database_url))
    config = _config()
    try:
        with _one_at_a_time(database_url), engine.begin() as connection:
            _hold(connection)
            before(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, to)
    finally:
        engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


@contextmanager
def _one_at_a_time(url: str) -> Iterator[None]:
    """Hold a file lock for SQLite, which would fail with "locked" if two processes switched to WAL at once."""
    if not url.startswith("sqlite"):
        yield
        return
    folder = os.open(sqlite_path(url).parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _ready(url: str) -> str:
    if url.startswith("sqlite"):
        path = sqlite_path(url)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    return url


def _patience(url: str) -> dict[str, Any]:
    return {"timeout": 10} if url.startswith("sqlite") else {"connect_timeout": 5}


def _hold(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    else:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        connection.exec_driver_sql("BEGIN IMMEDIATE")

"""Brings the desk's tables up to date, and keeps the older state before a migration changes rows.

The older state is kept within the migration's lock, so that two processes that start at once keep it once. No clock.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, literal, select, table

from ivr.operations.backup import BEFORE_UPGRADE, BackupRefused, back_up, folder_of, tidy
from ivr.operations.dump import dump
from ivr.storage.changed_tables import changed
from ivr.storage.database import sqlite_path
from ivr.storage.migrate import MigrationRefused, migrate
from ivr.storage.revisions import Schema, revisions, schema_at

KEPT = 3
"""The number of older states that stay; the next one removes the oldest."""

WITHOUT_BACKUP = "flask --app wsgi database upgrade --without-backup"


def upgrade(
    database_url: str, state_dir: Path, now: datetime, say: Callable[[str], None], *, keeps: bool = True
) -> None:
    """Bring the tables up to date, and say where the older state is kept if rows change.

    Raises MigrationRefused, after which nothing has changed, and SQLAlchemyError.
    """

    def before(connection: Connection) -> None:
        found = schema_at(connection)
        if found.has and not found.known:
            raise MigrationRefused(f"the database is of a newer version (revision {found.has}): install that first")
        if keeps and _changes_rows(connection, found):
            name = f"before-{found.head}-{now.astimezone(UTC):%Y%m%d-%H%M%S}Z"
            kept = _keep(database_url, folder_of(state_dir) / name)
            say(f"The tables change. The older state (revision {found.has}) is kept as {kept}")

    migrate(database_url, before=before)


def _changes_rows(connection: Connection, found: Schema) -> bool:
    """Return whether a pending migration changes a table that holds rows. A database without our tables has none."""
    if not found.has:
        return False
    pending = revisions()[revisions().index(found.has) + 1 :]
    there = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
    return any(_has_rows(connection, name) for name in changed(pending, there))


def _has_rows(connection: Connection, name: str) -> bool:
    return connection.execute(select(literal(1)).select_from(table(name)).limit(1)).first() is not None


def _keep(database_url: str, name: Path) -> Path:
    try:
        if database_url.startswith("sqlite"):
            target = name.with_name(f"{name.name}.db")
            back_up(sqlite_path(database_url), target)
        else:
            target = name.with_name(f"{name.name}.dump")
            dump(database_url, target)
        tidy(target.parent, KEPT, target, BEFORE_UPGRADE)
    except BackupRefused as refused:
        why = f"the tables are not changed, since the older state cannot be kept: {refused}"
        raise MigrationRefused(f"{why}. To go on without: {WITHOUT_BACKUP}") from None
    return target

"""Brings the desk's tables up to date, and makes a backup before a migration changes rows.

The backup is made under the migration's lock, so that only one of two processes makes it. The source of a migration
shows which tables it changes: those that its calls of Alembic's `op` name, or all if a call names none. No clock.
"""

import ast
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, literal, select, table
from sqlalchemy.exc import SQLAlchemyError

from ivr.operations.backup import BEFORE_UPGRADE, BackupRefused, back_up, folder_of, note_success, replace_tries, tidy
from ivr.operations.pg_dump import dump
from ivr.storage.database import sqlite_path
from ivr.storage.engines.address import place
from ivr.storage.engines.database_errors import error_kind
from ivr.storage.fit import unfit
from ivr.storage.migrate import MigrationRefused, migrate
from ivr.storage.revisions import MIGRATIONS, Schema, revisions, schema_at

KEPT = 3
"""The most backups from before upgrades that are kept. A further backup removes the oldest."""

POOLED = (
    "a pooler such as PgBouncer stands before PostgreSQL, and pg_dump would leave its own settings to others there: "
    "upgrade once with PostgreSQL's own address in DATABASE_URL"
)
RUNBOOK = "see docs/runbook.md, The schema is of another version"

AS_THEY_WERE = f"they are not those that its revision made, and are left as they are; {RUNBOOK}"
"""The advice where a migration, which `database upgrade` has begun, does not find the tables that it changes."""

WITHOUT_BACKUP = "flask --app wsgi database upgrade --without-backup"


def upgrade(
    database_url: str, state_dir: Path, now: datetime, say: Callable[[str], None], *, keeps: bool = True
) -> None:
    """Bring the desk's tables up to date. With `keeps`, back up a database first if the upgrade changes its rows.

    Tables of an unknown version are left as they are. Raises MigrationRefused, after which nothing has changed.
    """

    kept: list[Path] = []

    def before(connection: Connection) -> bool:
        found = schema_at(connection)
        if found.strange:
            _leave(connection, found, say)
            return False
        if keeps and _changes_rows(connection, found):
            kept.append(_keep(database_url, connection, folder_of(state_dir) / f"before-{found.head}", now))
            say(f"The tables change. The older state (revision {found.has}) is kept as {kept[0]}")
        return True

    with one_line(database_url):
        if migrate(database_url, before=before):
            _tidy(kept, say)
            say("The database is up to date.")


def _tidy(kept: Iterable[Path], say: Callable[[str], None]) -> None:
    """Remove all but the newest backups from before upgrades: now that the tables have changed, and not before."""
    for each in kept:
        try:
            note_success(each)
            tidy(each.parent, KEPT, each, BEFORE_UPGRADE)
        except BackupRefused as refused:
            say(f"The tables have changed, but {refused}")


@contextmanager
def one_line(database_url: str) -> Iterator[None]:
    """Turn the errors of a migration into MigrationRefused, whose message is one line without a password."""
    try:
        yield
    except SQLAlchemyError as error:
        why = error_kind(error, AS_THEY_WERE)
        raise MigrationRefused(f"the database ({place(database_url)}) cannot be used: {why}") from None
    except OSError as error:
        raise MigrationRefused(f"the database ({place(database_url)}) cannot be used: {error.strerror}") from None


def _leave(connection: Connection, found: Schema, say: Callable[[str], None]) -> None:
    """Leave the tables of another version as they are, and say so. Raises MigrationRefused if they do not fit."""
    whose = f"of a newer version (revision {found.has})" if found.has else "of no known revision"
    if wrong := unfit(connection):
        do = "run the newer version, or restore a backup from before it" if found.has else RUNBOOK
        raise MigrationRefused(f"the database is {whose} and does not serve this one: {wrong}; {do}")
    say(f"The database is {whose}. It serves this version too and is left as it is.")


def _changes_rows(connection: Connection, found: Schema) -> bool:
    """Return whether a pending migration changes a table with rows. In a database without our tables, none does."""
    if not found.has:
        return False
    pending = revisions()[revisions().index(found.has) + 1 :]
    there = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
    return any(_has_rows(connection, name) for name in changed(pending, there))


def _has_rows(connection: Connection, name: str) -> bool:
    return connection.execute(select(literal(1)).select_from(table(name)).limit(1)).first() is not None


def _keep(database_url: str, connection: Connection, begins: Path, now: datetime) -> Path:
    """Back up the older state to a file whose name `begins` so; return its path. Raises MigrationRefused.

    The backup takes the place of those of earlier tries of the same upgrade, which have changed nothing: else a
    migration that fails again and again would fill the disk with them. That of an upgrade which succeeded stays.
    """
    ending = "db" if database_url.startswith("sqlite") else "dump"
    target = begins.with_name(f"{begins.name}-{now.astimezone(UTC):%Y%m%d-%H%M%S}Z.{ending}")
    try:
        if ending == "db":
            back_up(sqlite_path(database_url), target)
        else:
            _dump(database_url, connection, target)
        replace_tries(begins, target)
    except BackupRefused as refused:
        why = f"the tables are not changed, since the older state cannot be kept: {refused}"
        raise MigrationRefused(f"{why}. To go on without: {WITHOUT_BACKUP}") from None
    return target


def _dump(database_url: str, connection: Connection, target: Path) -> None:
    from ivr.storage.engines.postgres import pooled  # noqa: PLC0415 - its driver is large, and SQLite needs none

    if pooled(connection):
        raise BackupRefused(POOLED)
    dump(database_url, target)


KEEP_ROWS = frozenset({"create_table", "create_index", "drop_index"})
"""Alembic's operations that leave every row of a table as it is."""

NAME_THEIR_TABLE = frozenset(
    {"add_column", "alter_column", "batch_alter_table", "drop_column", "drop_table", "rename_table"}
)
"""Alembic's operations whose first argument is the name of the one table that they change."""

ANY = "*"
"""The value that means "every table" in a set of table names."""


def changed(pending: Iterable[str], tables: Collection[str]) -> set[str]:
    """Return those of `tables` whose rows the migrations to these revisions may change."""
    named = {table for revision in pending for table in changed_by(revision)}
    return set(tables) if ANY in named else named & set(tables)


def changed_by(revision: str) -> set[str]:
    """Return the tables whose rows the migration to this revision may change, and ANY if a table's name is unclear."""
    (file,) = MIGRATIONS.glob(f"versions/{revision}_*.py")
    return {_table(call) for call in _operations(ast.parse(file.read_bytes())) if _name(call) not in KEEP_ROWS}


def _operations(module: ast.Module) -> Iterator[ast.Call]:
    for part in module.body:
        if isinstance(part, ast.FunctionDef) and part.name == "downgrade":
            continue
        yield from (node for node in ast.walk(part) if isinstance(node, ast.Call) and _name(node))


def _name(call: ast.Call) -> str:
    """Return the operation's name for a call of `op` in a migration; an empty text for any other call."""
    match call.func:
        case ast.Attribute(value=ast.Name(id="op"), attr=name):
            return name
    return ""


def _table(call: ast.Call) -> str:
    match call.args:
        case [ast.Constant(value=str(table)), *_] if _name(call) in NAME_THEIR_TABLE:
            return table
    return ANY

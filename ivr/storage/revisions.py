"""Knows the revisions of the desk's tables, and which one a database is at. Migrates nothing, and needs no Alembic."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from ivr.storage.database import Database

MIGRATIONS = Path(__file__).with_name("migrations")


def revisions() -> tuple[str, ...]:
    """Return the versions of the schema, oldest first. The name of each migration's file begins with its version."""
    return tuple(sorted(file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*_*.py")))


@dataclass(frozen=True)
class Schema:
    """The revision of a database's tables, beside the one that is needed."""

    has: str
    """Empty where it has none."""
    head: str
    """The revision that this version of the service needs."""
    known: bool
    """True if this version of the service knows the revision that the database has."""


def schema_of(database: Database) -> Schema:
    """Return the revision of this database beside the one needed. Changes nothing. Raises StoreAway."""
    with database.reading() as read:
        return schema_at(read)


def schema_at(connection: Connection) -> Schema:
    """Return the schema of the database at the other end of this connection, beside ours. Changes nothing."""
    marked = inspect(connection).has_table("alembic_version")
    has = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if marked else None
    return Schema(has or "", revisions()[-1], has in revisions())

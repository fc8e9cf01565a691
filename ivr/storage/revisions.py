"""Knows the revisions of the desk's tables, and which one a database is at. Migrates nothing, and needs no Alembic."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Select, column, inspect, select, table

from ivr.storage.schema import metadata

WRITTEN_DOWN: Select[tuple[str]] = select(column("version_num")).select_from(table("alembic_version"))

MIGRATIONS = Path(__file__).with_name("migrations")


@cache
def revisions() -> tuple[str, ...]:
    """Return the versions of the schema, oldest first. The name of each migration's file begins with its version.

    They are looked up once, so that a process goes on as the version that it is when another is put in its place.
    """
    return tuple(sorted(file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*_*.py")))


@dataclass(frozen=True)
class Schema:
    """The revision of a database's tables, beside the one that is needed."""

    has: str
    """The revision that the database names; empty where it names none."""
    head: str
    """The revision that this version of the service needs."""
    known: bool
    """True if this version of the service knows the revision that the database has."""
    made: bool
    """True if there are tables of ours, whatever their revision."""

    @property
    def strange(self) -> bool:
        """Return whether the tables were made by a version that this one does not know, or nobody knows which."""
        return self.made and not self.known


def schema_at(connection: Connection) -> Schema:
    """Return the schema of the database at the other end of this connection, beside ours. Changes nothing."""
    there = set(inspect(connection).get_table_names())
    has = revision_at(connection) if "alembic_version" in there else ""
    return Schema(has, revisions()[-1], has in revisions(), bool(has) or not there.isdisjoint(metadata.tables))


def revision_at(connection: Connection) -> str:
    """Return the revision that the database names, or an empty string. The table alembic_version must be there."""
    return "+".join(sorted(connection.scalars(WRITTEN_DOWN)))

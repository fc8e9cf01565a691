"""Lists the revisions of the desk's tables, and finds a database's revision. Migrates nothing, and needs no Alembic."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Select, column, inspect, select, table

from ivr.storage.schema import metadata

WRITTEN_DOWN: Select[tuple[str]] = select(column("version_num")).select_from(table("alembic_version"))

MIGRATIONS = Path(__file__).with_name("migrations")


@cache
def revisions() -> tuple[str, ...]:
    """Return the revisions of the tables, oldest first. The name of each migration's file begins with its revision.

    The files are listed once, so a running process keeps its own revisions when a newer version is installed.
    """
    return tuple(sorted(file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*_*.py")))


@dataclass(frozen=True)
class Schema:
    """The revision that a database's tables have, and the one that this program needs."""

    has: str
    """The revision that the database names; empty where it names none."""
    head: str
    """The revision that this version of the service needs."""
    known: bool
    """True if this version of the service knows the revision that the database has."""
    made: bool
    """True if the database has tables of ours, whatever their revision."""

    @property
    def strange(self) -> bool:
        """Return whether the desk has tables whose revision is missing, or unknown to this version of the program."""
        return self.made and not self.known


def schema_at(connection: Connection) -> Schema:
    """Return which revision the database has, and which this program needs. Changes nothing."""
    there = set(inspect(connection).get_table_names())
    has = revision_at(connection) if "alembic_version" in there else ""
    return Schema(has, revisions()[-1], has in revisions(), bool(has) or not there.isdisjoint(metadata.tables))


def revision_at(connection: Connection) -> str:
    """Return the revision that the database names, or an empty string. Its table alembic_version must be there."""
    return "+".join(sorted(connection.scalars(WRITTEN_DOWN)))

"""Copies the whole desk from one database into another, empty one, as when a clinic moves from SQLite to PostgreSQL.

All or nothing. No HTTP, no clock. The calling code must make sure that nobody writes to the old database meanwhile.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    Table,
    TableClause,
    func,
    insert,
    inspect,
    literal,
    select,
    table,
    text,
)

from ivr.storage import schema
from ivr.storage.database import Database, StoreAway
from ivr.storage.migrate import MigrationRefused
from ivr.storage.odd import Odd
from ivr.storage.revisions import schema_at

AT_ONCE = 500
"""Rows that one statement writes."""


class NotEmpty(Exception):
    """The new database has rows already; the message names the table."""


class CannotCopy(Exception):
    """A row has a day or moment that cannot be read, so no other database can hold it. The message names the row."""


def require_ours(old: Database) -> None:
    """Require the tables of this version in the database that is to be copied. Raises StoreAway."""
    with old.reading() as read:
        found = schema_at(read)
    if found.has != found.head:
        raise StoreAway("the present database is not of this version: flask --app wsgi database upgrade")


def require_empty(connection: Connection) -> bool:
    """Require a new database without rows and without tables of another version; return True, to have it migrated.

    Raises NotEmpty, MigrationRefused.
    """
    found = schema_at(connection)
    if found.strange:
        raise MigrationRefused("the new database has tables of another version; make an empty one")
    for name in inspect(connection).get_table_names():
        if name in schema.metadata.tables and _has_rows(table(name), connection):
            raise NotEmpty(name)
    return True


def copy(old: Database, new: Database) -> Mapping[str, int]:
    """Copy every row of the desk, and return the number of rows by table. Raises NotEmpty, CannotCopy, StoreAway.

    The counts that are stored for reports are not copied, because the new database makes its own.
    """
    tables = [each for each in schema.metadata.sorted_tables if each.info != schema.DERIVED]
    with old.reading() as read, new.writing() as write:
        return {each.name: _copy(each, read, write) for each in tables}


def _copy(of: Table, read: Connection, write: Connection) -> int:
    if _has_rows(of, write):
        raise NotEmpty(of.name)
    count = 0
    for rows in read.execute(select(of).order_by(of.c.id)).mappings().partitions(AT_ONCE):
        write.execute(insert(of), [_readable(of, row) for row in rows])
        count += len(rows)
    _number_on(of, write)
    return count


def _readable(of: Table, row: RowMapping) -> dict[str, Any]:
    """Return a row of the old database as a dictionary. Raises CannotCopy if a value in it cannot be read."""
    odd = [name for name, value in row.items() if isinstance(value, Odd)]
    if odd:
        raise CannotCopy(f"row {row['id']} of {of.name} cannot be read: {', '.join(odd)}")
    return dict(row)


def _has_rows(of: TableClause, connection: Connection) -> bool:
    return connection.execute(select(literal(1)).select_from(of).limit(1)).first() is not None


def _number_on(of: Table, write: Connection) -> None:
    """Set PostgreSQL's sequence of ids to the highest copied id, because copied rows do not advance the sequence."""
    highest = write.execute(select(func.max(of.c.id))).scalar()
    if write.dialect.name == "postgresql" and highest is not None:
        sequence = {"table": of.name, "highest": highest}
        write.execute(text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :highest)"), sequence)

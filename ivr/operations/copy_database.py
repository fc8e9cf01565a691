"""Copies the whole desk from one database into another, empty one, as when a clinic moves from SQLite to PostgreSQL.

All or nothing. No HTTP, no clock. The caller must see to it that nobody writes to the old database meanwhile.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, func, insert, select, text

from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.odd import Odd

AT_ONCE = 500
"""Rows that one statement writes."""


class NotEmpty(Exception):
    """The new database has rows already; the message names the table."""


class CannotCopy(Exception):
    """A row has a moment or a day that cannot be read, so no other database can hold it; the message names it."""


def copy(old: Database, new: Database) -> Mapping[str, int]:
    """Copy every row, and return the number of rows by table. Raises NotEmpty, CannotCopy, StoreAway."""
    with old.reading() as read, new.writing() as write:
        return {table.name: _copy(table, read, write) for table in schema.metadata.sorted_tables}


def _copy(table: Table, read: Connection, write: Connection) -> int:
    if write.execute(select(table.c.id).limit(1)).first() is not None:
        raise NotEmpty(table.name)
    count = 0
    for rows in read.execute(select(table).order_by(table.c.id)).mappings().partitions(AT_ONCE):
        write.execute(insert(table), [_readable(table, row) for row in rows])
        count += len(rows)
    _number_on(table, write)
    return count


def _readable(table: Table, row: RowMapping) -> dict[str, Any]:
    """Return the row. Raises CannotCopy."""
    odd = [name for name, value in row.items() if isinstance(value, Odd)]
    if odd:
        raise CannotCopy(f"row {row['id']} of {table.name} cannot be read: {', '.join(odd)}")
    return dict(row)


def _number_on(table: Table, write: Connection) -> None:
    """Set PostgreSQL's sequence of ids after the highest copied id, which the copying did not do."""
    highest = write.execute(select(func.max(table.c.id))).scalar()
    if write.dialect.name == "postgresql" and highest is not None:
        sequence = {"table": table.name, "highest": highest}
        write.execute(text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :highest)"), sequence)

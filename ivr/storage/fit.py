"""Compares a database's tables with those that this program uses, since another version may have made them.

An older program after a rollback meets tables of a newer version. It can use them as long as each column that it
needs exists and can be written. Changes nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, Connection, Table, inspect
from sqlalchemy.types import TypeEngine

from ivr.storage.database import StoreAway
from ivr.storage.revisions import revision_at, revisions
from ivr.storage.schema import metadata

SHOWN = 3
"""The most columns that a message about unfit tables names."""

Columns = Mapping[str, Mapping[str, Any]]


class OtherTables(StoreAway):
    """The tables in the database do not fit this version of the program. The message names the tables and columns."""


def require_fit(connection: Connection) -> None:
    """Check that this program can use the database's tables, whatever version made them. Raises OtherTables."""
    found = revision_at(connection)
    if found != revisions()[-1] and (wrong := unfit(connection)):
        raise OtherTables(f"its tables are of another version ({found or 'unknown'}): {wrong}")


def unfit(connection: Connection) -> str:
    """Return in words which tables and columns this program needs and cannot use; empty if it can use them all."""
    found = list(_misfits(connection))
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"{', '.join(found[:SHOWN])}{more}"


def _misfits(connection: Connection) -> Iterator[str]:
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    if "alembic_version" not in there:
        yield "no table alembic_version"
    for table in metadata.sorted_tables:
        if table.name not in there:
            yield f"no table {table.name}"
            continue
        columns = {str(each["name"]): each for each in inspector.get_columns(table.name)}
        yield from (f"{table.name}.{each}" for each in _wrong(table, columns))


def _wrong(table: Table, columns: Columns) -> Iterator[str]:
    for column in table.columns:
        if column.name not in columns:
            yield f"{column.name} is missing"
        elif not _serves(column, columns[column.name]):
            yield f"{column.name} is of another kind"
    for name, found in columns.items():
        if name not in table.columns and not found["nullable"] and _has_no_value_of_its_own(found):
            yield f"{name} wants a value"


def _serves(column: Column[Any], found: Mapping[str, Any]) -> bool:
    kinds = {_kind(column.type), _kind(found["type"])} - {None}
    return "computed" not in found and len(kinds) <= 1


def _has_no_value_of_its_own(found: Mapping[str, Any]) -> bool:
    return found.get("default") is None and "computed" not in found and "identity" not in found


def _kind(kind: TypeEngine[Any]) -> type | None:
    try:
        return getattr(kind, "impl_instance", kind).python_type
    except NotImplementedError:
        return None

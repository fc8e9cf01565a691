"""The column types for moments and days, the same for SQLite and PostgreSQL, and the common parts of all tables."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Date, DateTime, Dialect, Integer, MetaData, Table, TypeDecorator
from sqlalchemy.schema import SchemaItem

from ivr.storage.odd import leniently

metadata = MetaData()
"""The SQLAlchemy metadata of all tables of the desk and of the diary."""


def table(name: str, *parts: SchemaItem, info: dict[Any, Any] | None = None) -> Table:
    """Return a table with these columns and indexes, and with an id, as every table of ours has one."""
    return Table(name, metadata, Column("id", Integer, primary_key=True), *parts, info=info)


class UtcDateTime(TypeDecorator[datetime]):
    """A column type for moments, stored as UTC without a time zone, so that both databases sort and compare them alike.

    A moment that cannot be read is returned as an Odd.
    """

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return a moment as the database stores it."""
        return value if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Return a stored moment with the time zone UTC."""
        return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Return the function that reads a stored moment; an unreadable one becomes an Odd."""
        return leniently(super().result_processor(dialect, coltype))


class StoredDay(TypeDecorator[date]):
    """A column type for days. A day that cannot be read is returned as an Odd."""

    impl = Date
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Return the function that reads a stored day; an unreadable one becomes an Odd."""
        return leniently(super().result_processor(dialect, coltype))

"""Returns a stored value as text if this version of the program cannot read the value, so that its row is still shown.

A manual change, a restore or another version of the program may store any value. For example, SQLite may hold text
in a column of moments, and PostgreSQL the moment infinity. No tables, no rules.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

log = logging.getLogger(__name__)

FIRST_YEAR, LAST_YEAR = 1970, 2199
"""The first and last year of readable moments and days. Years far outside overflow calendars and time zones."""


@dataclass(frozen=True)
class Odd:
    """A stored value that cannot be read as what it should be, kept as text."""

    stored: str

    def __str__(self) -> str:
        return self.stored


def leniently(read: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    """Return a function that reads stored values by `read`; it returns an Odd for an unreadable or absurd value."""

    def value_of(stored: Any) -> Any:
        try:
            value = read(stored) if read else stored
        except (ValueError, TypeError):
            return Odd(text_of(stored))
        far_off = isinstance(value, date) and not FIRST_YEAR <= value.year <= LAST_YEAR
        return Odd(text_of(stored)) if far_off or isinstance(value, str) else value

    return value_of


def text_of(stored: Any) -> str:
    """Return any stored value as text, an empty string for NULL."""
    if isinstance(stored, bytes):
        return stored.decode(errors="replace")
    if isinstance(stored, datetime):
        return stored.isoformat(timespec="seconds")
    return "" if stored is None else str(stored)


def of_type(wanted: type, value: Any) -> Any:
    """Return the stored value unchanged if it has this type. Raises TypeError if it does not."""
    if not isinstance(value, wanted):
        raise TypeError
    return value


def or_none(read: Callable[[Any], Any], value: Any) -> Any:
    """Return the result of the function `read` for a stored value; return None for NULL."""
    return None if value is None else read(value)


Fields = Mapping[str, tuple[str, Callable[[Any], Any]]]
"""A value's fields, each with its column and the function that reads it. A function raises ValueError or TypeError."""


def read_fields(row: Row[Any], fields: Fields) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the values of a row that can be read, by field, and the columns of those that cannot."""
    values, odd = dict[str, Any](), list[str]()
    for field, (column, read) in fields.items():
        try:
            values[field] = read(getattr(row, column))
        except (ValueError, TypeError):
            odd.append(column)
    return values, tuple(odd)


_NAMED: set[tuple[str, int]] = set()


def name_once(table: str, row_id: int, columns: Iterable[str]) -> None:
    """Log that a row cannot be read, once per process: its table, id and columns, but none of its values."""
    if (table, row_id) not in _NAMED:
        _NAMED.add((table, row_id))
        log.warning("row %s of %s cannot be read by this version: %s", row_id, table, ", ".join(columns))

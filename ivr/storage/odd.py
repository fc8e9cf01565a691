"""Stored values that this version cannot read: they are returned as text, so that their row is shown all the same.

By hand, by a restore or by another version of the program anything may stand in a row. SQLite keeps text in a column of
moments, PostgreSQL an infinite one. No tables, no rules.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

log = logging.getLogger(__name__)

FIRST_YEAR, LAST_YEAR = 1970, 2199
"""The first and last year of moments and days that can be read: far outside, calendars and time zones overflow."""


@dataclass(frozen=True)
class Odd:
    """A stored value that cannot be read as what it should be, kept as text."""

    stored: str

    def __str__(self) -> str:
        return self.stored


def leniently(read: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    """Return a function that reads a stored day or moment as `read` does; as an Odd where that fails or is far off."""

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
    """Return a stored value that is of this type. Raises TypeError."""
    if not isinstance(value, wanted):
        raise TypeError
    return value


def or_none(read: Callable[[Any], Any], value: Any) -> Any:
    """Return a stored value as `read` does; None for NULL."""
    return None if value is None else read(value)


Fields = Mapping[str, tuple[str, Callable[[Any], Any]]]
"""The column of each field of a value, and the function that reads it; it raises ValueError or TypeError."""


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
    """Name a row that cannot be read in the log, once in the life of the process, without any of its values."""
    if (table, row_id) not in _NAMED:
        _NAMED.add((table, row_id))
        log.warning("row %s of %s cannot be read by this version: %s", row_id, table, ", ".join(columns))

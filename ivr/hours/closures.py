"""Stores the closures that the desk has set: closed days and changed hours, with who set each and when.

A closure is never altered: a later one overrides it, or somebody undoes it. Calls read closures through
closures_file.py and clinic_now.py. No HTTP, no clock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from ivr.line.hours import DeskClosure, shifts_of, written
from ivr.storage import audit, schema
from ivr.storage.audit import AuditAction, By
from ivr.storage.database import Database
from ivr.storage.odd import Odd, name_once, text_of
from ivr.storage.upsert import lock_key

table = schema.closures


@dataclass(frozen=True)
class Standing:
    """A closure that nobody has undone, with the person who set it and the moment."""

    id: int
    closure: DeskClosure
    who: str
    at: datetime | Odd


@dataclass(frozen=True)
class OddClosure:
    """A closure that this version cannot read: callers do not hear of it, and the desk shows it as stored."""

    id: int
    stored: str


class Closures:
    """The store of closures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, wished: Sequence[DeskClosure], by: By) -> list[int]:
        """Set all of these closures, or on failure none, and return their ids. Raises StoreAway."""
        return [each.id for each in self.set_after(lambda _before: wished, by)]

    def set_after(self, wish: Callable[[Sequence[DeskClosure]], Sequence[DeskClosure]], by: By) -> list[Standing]:
        """Set the closures that `wish` makes of those of all days that nobody has undone; return what is set.

        Of two people at once, the second one's wish is made after the first one's closures. Raises StoreAway, and what
        `wish` raises; nothing is set then.
        """
        with self._database.writing() as write:
            lock_key(write, table.name)
            return [_set(write, each, by) for each in wish(desk_closures(write))]

    def undo(self, closure_id: int, by: By) -> bool:
        """Undo a closure, and return whether it was in force until now. Raises StoreAway."""
        standing = (table.c.id == closure_id, table.c.undone_at.is_(None))
        undone = update(table).where(*standing).values(undone_by=by.who, undone_at=by.at).returning(table)
        with self._database.writing() as write:
            row = write.execute(undone).one_or_none()
            if row is not None:
                write.execute(audit.line(by, AuditAction.UNDID_HOURS, str(row.day), _words_of(row)))
        return row is not None

    def current(self, day: date = date.min) -> list[Standing]:
        """Return the closures from this day on that nobody has undone, in the order in which they were set.

        Without a day, return those of all days. A closure that cannot be read is left out, so that callers still hear
        of the others. Raises StoreAway.
        """
        return [each for each in self._standing(day) if isinstance(each, Standing)]

    def odd(self, day: date) -> list[OddClosure]:
        """Return the closures from this day on that cannot be read and that nobody has undone. Raises StoreAway."""
        return [each for each in self._standing(day) if isinstance(each, OddClosure)]

    def _standing(self, day: date) -> list[Standing | OddClosure]:
        query = select(table).where(table.c.day >= day, table.c.undone_at.is_(None)).order_by(table.c.id)
        with self._database.reading() as read:
            return [_read(row) for row in read.execute(query)]


STANDING = select(table).where(table.c.day >= bindparam("day"), table.c.undone_at.is_(None)).order_by(table.c.id)


def desk_closures(read: Connection, day: date = date.min) -> list[DeskClosure]:
    """Return the closures from this day on, in the order in which they were set, without undone and unreadable ones."""
    found = (_read(row) for row in read.execute(STANDING, {"day": day}))
    return [each.closure for each in found if isinstance(each, Standing)]


def _set(write: Connection, wished: DeskClosure, by: By) -> Standing:
    row = {"day": wished.day, "line": wished.line, "shifts": written(wished.shifts), "reason": wished.reason}
    done = write.execute(insert(table).values(**row, who=by.who, at=by.at))
    write.execute(audit.line(by, AuditAction.SET_HOURS, str(wished.day), _words(wished)))
    closure_id: int = done.inserted_primary_key[0]  # type: ignore[index]  # the table has a key of one column
    return Standing(closure_id, wished, by.who, by.at)


def _read(row: Row[Any]) -> Standing | OddClosure:
    try:
        return Standing(row.id, _closure(row), text_of(row.who), row.at)
    except (ValueError, TypeError):
        name_once(table.name, row.id, ["day", "shifts"])
        return OddClosure(row.id, _as_stored(row))


def _closure(row: Row[Any]) -> DeskClosure:
    """Return the closure in a row of the table. Raises ValueError, TypeError where the row cannot be read."""
    if not isinstance(row.day, date) or not isinstance(row.shifts, str):
        raise TypeError
    return DeskClosure(row.day, text_of(row.line), shifts_of(row.shifts), text_of(row.reason))


def _as_stored(row: Row[Any]) -> str:
    values = (row.day, row.line or "all lines", row.shifts or "closed", row.reason, row.who)
    return ", ".join(text_of(each) for each in values if each)


def _words_of(row: Row[Any]) -> str:
    try:
        return _words(_closure(row))
    except (ValueError, TypeError):
        return _as_stored(row)


def _words(closure: DeskClosure) -> str:
    """Return a closure in words, as the audit stores it."""
    hours = f"open {written(closure.shifts)}" if closure.shifts else "closed"
    return f"{closure.line or 'all lines'}: {hours}" + (f", {closure.reason}" if closure.reason else "")

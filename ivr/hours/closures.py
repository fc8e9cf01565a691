"""Stores the closures that the desk has set: closed days and changed hours, with who set each and when.

A closure is never altered: a later one overrides it, or somebody undoes it. Calls read closures through
closures_file.py and clinic_now.py. No HTTP, no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Row, insert, select, update

from ivr.line.hours import DeskClosure, shifts_of, written
from ivr.storage import audit, schema
from ivr.storage.audit import AuditAction, By
from ivr.storage.database import Database

table = schema.closures


@dataclass(frozen=True)
class Standing:
    """A closure that is not undone, with the person who set it and the moment."""

    id: int
    closure: DeskClosure
    who: str
    at: datetime


class Closures:
    """The store of closures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, wished: Sequence[DeskClosure], by: By) -> list[int]:
        """Set all of these closures or, on failure, none; return their ids. Raises StoreAway."""
        with self._database.writing() as write:
            return [_set(write, each, by) for each in wished]

    def undo(self, closure_id: int, by: By) -> bool:
        """Undo a closure, and return whether it stood until now. Raises StoreAway."""
        standing = (table.c.id == closure_id, table.c.undone_at.is_(None))
        undone = update(table).where(*standing).values(undone_by=by.who, undone_at=by.at).returning(table)
        with self._database.writing() as write:
            row = write.execute(undone).one_or_none()
            if row is not None:
                write.execute(audit.line(by, AuditAction.UNDID_HOURS, str(row.day), _words(_closure(row))))
        return row is not None

    def current(self, day: date) -> list[Standing]:
        """Return the closures from this day on that are not undone, in the order of setting. Raises StoreAway."""
        query = select(table).where(table.c.day >= day, table.c.undone_at.is_(None)).order_by(table.c.id)
        with self._database.reading() as read:
            return [Standing(row.id, _closure(row), row.who, row.at) for row in read.execute(query)]


def _set(write: Connection, wished: DeskClosure, by: By) -> int:
    row = {"day": wished.day, "line": wished.line, "shifts": written(wished.shifts), "reason": wished.reason}
    done = write.execute(insert(table).values(**row, who=by.who, at=by.at))
    write.execute(audit.line(by, AuditAction.SET_HOURS, str(wished.day), _words(wished)))
    closure_id: int = done.inserted_primary_key[0]  # type: ignore[index]  # the table has a key of one column
    return closure_id


def _closure(row: Row[tuple[object, ...]]) -> DeskClosure:
    return DeskClosure(row.day, row.line, shifts_of(row.shifts), row.reason)


def _words(closure: DeskClosure) -> str:
    """Return the closure in words, for the audit."""
    hours = f"open {written(closure.shifts)}" if closure.shifts else "closed"
    return f"{closure.line or 'all lines'}: {hours}" + (f", {closure.reason}" if closure.reason else "")

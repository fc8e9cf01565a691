"""The closures that the desk has set, in SQL: closed days and changed hours, with who set them and when.

A closure is never altered: a later one beats it, or somebody undoes it. It reaches calls through closures_file.py and
clinic_now.py. No HTTP, no clock.
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
    """A closure that stands, who set it and when."""

    id: int
    closure: DeskClosure
    who: str
    at: datetime


class Closures:
    """The closures of the desk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, wished: Sequence[DeskClosure], by: By) -> list[int]:
        """Sets all of these or, where that fails, none; their ids. Raises StoreAway."""
        with self._database.writing() as write:
            return [_set(write, each, by) for each in wished]

    def undo(self, closure_id: int, by: By) -> bool:
        """Undoes one; whether it stood until now. Raises StoreAway."""
        standing = (table.c.id == closure_id, table.c.undone_at.is_(None))
        undone = update(table).where(*standing).values(undone_by=by.who, undone_at=by.at).returning(table)
        with self._database.writing() as write:
            row = write.execute(undone).one_or_none()
            if row is not None:
                write.execute(audit.line(by, AuditAction.UNDID_HOURS, str(row.day), _words(_closure(row))))
        return row is not None

    def current(self, day: date) -> list[Standing]:
        """Return the closures of that day and later ones, those undone left out, the oldest first. Raises StoreAway."""
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
    """The closure as the audit tells of it."""
    hours = f"open {written(closure.shifts)}" if closure.shifts else "closed"
    return f"{closure.line or 'all lines'}: {hours}" + (f", {closure.reason}" if closure.reason else "")

"""Moves the due times of live requests out of closed hours, and back once the first due time is in open hours again.

Each run compares every due time with the present opening hours, not only with the latest change, so that no due time
is missed. Works within the caller's transaction. No HTTP, no clock.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from ivr.desk.requests import HistoryEntry, HistoryEvent
from ivr.desk.store import note
from ivr.line.booking import Kind, Offer, Part, next_try
from ivr.line.clinic import Clinic
from ivr.storage import schema
from ivr.storage.audit import By

table, lines = schema.requests, schema.history


@dataclass(frozen=True)
class DueMove:
    """A live request whose due time must be moved, with its present, its first and its wanted due time."""

    request_id: int
    phone: str
    """The number to call, as it is stored."""
    reference: str
    due: datetime
    first: datetime
    """The due time that people gave the request, before the program moved it out of closed hours."""
    wanted: datetime

    @property
    def is_back(self) -> bool:
        """True if the move brings the request back to its first due time."""
        return self.wanted == self.first


def due_moves(read: Connection, clinic: Clinic) -> list[DueMove]:
    """Return the changes of due times that the opening hours of `clinic` require, in the order of the requests' ids.

    Writes nothing.
    """
    # Sorted here: to have them in order, SQLite would read the whole table.
    rows = sorted(read.execute(select(*COLUMNS).where(schema.IS_LIVE)), key=lambda row: int(row.id))
    moved = _moved_before(read, [row.id for row in rows])
    found = (_move(clinic, row, moved) for row in rows if isinstance(row.due, datetime))
    return [each for each in found if each.wanted != each.due]


COLUMNS: tuple[Any, ...] = tuple(table.c[each] for each in ("id", "line", "kind", "part", "due", "phone", "reference"))


def keep_due_in_open_hours(write: Connection, clinic: Clinic, by: By) -> list[DueMove]:
    """Move the due times that lie in closed hours, and note each in the history; return those that were moved."""
    return [each for each in due_moves(write, clinic) if _made(write, each, by)]


def open_time(offer: Offer, part: Part | None, due: datetime) -> datetime:
    """Return `due` if the clinic is open then, else the next open time, in the `part` of a day if one is given."""
    return due if offer.hours.is_open(due) else next_try(offer, part, due)


def _move(clinic: Clinic, row: Row[Any], moved: Mapping[int, tuple[datetime, datetime]]) -> DueMove:
    first, until = moved.get(row.id, (row.due, row.due))
    if until != row.due:
        first = row.due  # somebody has set another due time since
    # A part that cannot be read keeps no request in closed hours.
    part = Part(row.part) if row.kind == Kind.CALLBACK and row.part in set(Part) else None
    wanted = open_time(clinic.line(row.line).offer, part, first)
    return DueMove(row.id, str(row.phone), str(row.reference), row.due, first, wanted)


def _moved_before(read: Connection, ids: Sequence[int]) -> Mapping[int, tuple[datetime, datetime]]:
    """Return, by request id, the first due time and the latest moved one, for requests whose due time was moved."""
    query = select(lines.c.id, lines.c.request_id, lines.c.detail)
    moved = query.where(lines.c.request_id.in_(ids), lines.c.what == HistoryEvent.DUE_MOVED)
    rows = sorted(read.execute(moved), key=lambda row: int(row.id)) if ids else []
    return {row.request_id: found for row in rows for found in _moments(row.detail)}


def _moments(detail: Any) -> Iterator[tuple[datetime, datetime]]:
    try:
        first, until = str(detail).split(" ")
        yield datetime.fromisoformat(first), datetime.fromisoformat(until)
    except ValueError:
        return  # as a hand, or another version, has written it


def _made(write: Connection, each: DueMove, by: By) -> bool:
    """Move a request's due time, unless somebody has just set another; return whether it was moved."""
    as_read = (table.c.id == each.request_id, table.c.due == each.due, schema.IS_LIVE)
    made = update(table).where(*as_read).values(due=each.wanted).returning(table.c.id)
    if write.execute(made).first() is None:
        return False
    what = HistoryEvent.DUE_BACK if each.is_back else HistoryEvent.DUE_MOVED
    detail = "" if each.is_back else f"{each.first.isoformat()} {each.wanted.isoformat()}"
    note(write, each.request_id, HistoryEntry.of(by, what, detail or each.wanted.isoformat()))
    return True

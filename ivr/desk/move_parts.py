"""The parts of which a move of a request and its undo are made: a transaction, a history event, a line of the audit.

moves.py and merging.py have the moves. No HTTP, no clock.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Insert, Row, insert, select, update

from ivr.desk.request_rows import CannotRead, OddRequest, any_request
from ivr.desk.requests import HistoryEntry, HistoryEvent, MoveRefused, NoSuchRequest, Status
from ivr.desk.store import note, wish_of
from ivr.storage import schema
from ivr.storage.audit import AuditAction, By, line
from ivr.storage.database import Database
from ivr.storage.odd import Odd
from ivr.storage.upsert import in_turn

table = schema.requests

UNDO_WITHIN = timedelta(seconds=15)
"""Time after a move in which it can be undone. The page offers ten seconds; the rest allows for a slow network."""

RESTORED = ("status", "taken_by", "touched", "tries", "outcome", "appointment", "due", "merged_into", "patient_id")
"""The columns of a request's row that an undo restores."""

MOMENTS = ("touched", "appointment", "due")
"""The columns of a request's row that an undo restores and that are moments."""


def last_line(write: Connection, request_id: int) -> Row[Any] | None:
    """Return the last event of a request's history; None where the history is empty, as for a row put in by hand."""
    lines = schema.history
    query = select(lines).where(lines.c.request_id == request_id).order_by(lines.c.id.desc()).limit(1)
    return write.execute(query).first()


def just_noted(write: Connection, request_id: int, entry: HistoryEntry) -> bool:
    """Return whether the same person has added the same note to the request's history within `UNDO_WITHIN`."""
    lines = schema.history
    same = (lines.c.who == entry.who, lines.c.what == HistoryEvent.NOTE, lines.c.detail == entry.detail)
    just = lines.c.at.between(entry.at - UNDO_WITHIN, entry.at)
    return write.execute(select(lines.c.id).where(lines.c.request_id == request_id, *same, just)).first() is not None


def may_undo(last: Row[Any], by: By) -> bool:
    """Return whether this person may undo the move whose history event is `last`: their own, within `UNDO_WITHIN`."""
    known = last.before is not None and isinstance(last.at, datetime)
    return known and last.who == by.who and by.at - last.at <= UNDO_WITHIN


def standing(row: Row[Any], **more: Any) -> str | None:
    """Return a request's state before a move, as JSON for the undo of the move; None where the state cannot be read.

    `more` is any further values that the undo of this move needs.
    """
    values = {name: getattr(row, name) for name in RESTORED}
    if any(isinstance(each, Odd | bytes) for each in values.values()):
        return None
    told = {name: each.isoformat() if isinstance(each, datetime) else each for name, each in values.items()}
    return json.dumps({**told, **more})


def restored(before: str | None) -> Mapping[str, Any] | None:
    """Return, by column, the values that an undo writes back, from the JSON text `before`; None if it is unreadable."""
    try:
        values = {name: each for name, each in json.loads(before or "").items() if name in RESTORED}
        moments = {name: datetime.fromisoformat(values[name]) for name in MOMENTS if values[name]}
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return {**values, **moments} if "status" in values else None


def more_before(before: str | None, name: str) -> Any:
    """Return the value `name` that a move stored in the JSON `before` for its undo; None if missing or unreadable."""
    try:
        return json.loads(before or "")[name]
    except (ValueError, TypeError, KeyError):
        return None


def make(  # noqa: PLR0913 - each is one thing about the move
    database: Database,
    request_id: int,
    entries: Sequence[HistoryEntry],
    allowed: Callable[[Row[Any]], bool],
    change: Mapping[str, Any] | Callable[[Row[Any]], Mapping[str, Any]],
    *,
    also: Callable[[Connection, Row[Any]], Mapping[str, Any]] = lambda _write, _row: {},
) -> None:
    """Make a move of a request if `allowed` accepts its row. Add the history events and the audit's lines.

    The last of `entries` is the move's own event, the others are notes typed with it. `also` makes the move's changes
    in other tables, and returns what an undo needs. Raises MoveRefused, CannotRead (unknown status), NoSuchRequest.
    """
    *notes, entry = entries

    def made(write: Connection) -> None:
        row = found_row(write, request_id)
        if not allowed(row):
            raise _refused(row)
        changed = change(row) if callable(change) else change
        more = also(write, row)
        for each in notes:
            write_down(write, row, each)
        # No other writer can interfere: PostgreSQL has locked the row, SQLite the database.
        write.execute(update(table).where(table.c.id == request_id).values(**changed))
        tell(write, row, entry, standing(row, **more))
        write.execute(audited(row, entry))

    in_turn(database, made)


def _refused(row: Row[Any]) -> MoveRefused | CannotRead:
    """Return the error for a move that is not allowed: MoveRefused, or CannotRead if the status is unknown."""
    found = any_request(row)
    if isinstance(found, OddRequest) and found.status is None:
        return CannotRead(found)
    return MoveRefused(Status(row.status), row.taken_by)


def tell(write: Connection, row: Row[Any], entry: HistoryEntry, before: str | None) -> None:
    """Add the event of a move to the request's history, with `before`, the state that an undo restores."""
    values = {"at": entry.at, "who": entry.who, "what": entry.what, "detail": entry.detail}
    write.execute(insert(schema.history).values(request_id=row.id, before=before, **values))


def taken_in(row: Row[Any]) -> str:
    """Return the detail of the event TOOK_IN about this merged request: its reference, its kind and its wish."""
    return f"{row.reference} {row.kind} {wish_of(row.day, row.part)}".strip()


def with_note(words: str, entry: HistoryEntry) -> Sequence[HistoryEntry]:
    """Return the history events of a move: the note `words` typed with it, if any, then the move's own `entry`."""
    return [*([HistoryEntry(entry.at, entry.who, HistoryEvent.NOTE, words)] if words else []), entry]


def write_down(write: Connection, row: Row[Any], entry: HistoryEntry) -> None:
    """Add an event to the request's history, and the line of the audit that belongs to it."""
    note(write, row.id, entry)
    write.execute(audited(row, entry))


def found_row(write: Connection, request_id: int) -> Row[Any]:
    """Return the row of the request with this id, locked. Raises NoSuchRequest."""
    row = write.execute(select(table).where(table.c.id == request_id).with_for_update()).one_or_none()
    if row is None:
        raise NoSuchRequest(request_id)
    return row


def audited(row: Row[Any], entry: HistoryEntry) -> Insert:
    """Return the SQL statement that adds a move's event to the audit. The audit gets no words of a note."""
    what = AUDITED.get(entry.what, AuditAction.REPORTED_REQUEST)
    detail = "" if entry.what == HistoryEvent.NOTE else entry.detail
    outcome = entry.what if entry.what not in AUDITED else ""
    return line(By(entry.who, entry.at), what, row.reference, outcome or detail)


AUDITED: Mapping[str, AuditAction] = {
    HistoryEvent.TAKEN: AuditAction.TOOK_REQUEST,
    HistoryEvent.PUT_BACK: AuditAction.PUT_BACK_REQUEST,
    HistoryEvent.PASSED_ON: AuditAction.PASSED_ON_REQUEST,
    HistoryEvent.NOTE: AuditAction.NOTED_ON_REQUEST,
    HistoryEvent.NAMED: AuditAction.NAMED_PATIENT,
    HistoryEvent.REOPENED: AuditAction.REOPENED_REQUEST,
    HistoryEvent.UNDONE: AuditAction.UNDID_REQUEST,
}
"""The audit's action for each event of a move. Outcomes are not listed; their action is REPORTED_REQUEST."""

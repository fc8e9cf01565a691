"""Makes the moves of a request: take it, put it back, report an outcome, pass it on, add a note.

Each move is one transaction with a line of history. If two people try the same move, one of them is refused. No HTTP,
no clock.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Insert, Row, insert, or_, select, update

from ivr.desk.request_rows import CannotRead, OddRequest, any_request, request_of
from ivr.desk.requests import (
    LIVE,
    OUTCOMES,
    THE_CLOCK,
    HistoryEntry,
    HistoryEvent,
    MoveRefused,
    NoSuchRequest,
    Outcome,
    OutcomeReport,
    Request,
    Status,
    Then,
)
from ivr.desk.store import note
from ivr.desk.undo import has_another, last_line, may_undo, restored, standing
from ivr.line.booking import Kind, next_try
from ivr.line.clinic import Clinic
from ivr.storage import schema
from ivr.storage.audit import AuditAction, By, line
from ivr.storage.database import Database
from ivr.storage.upsert import in_turn, lock_key

LEFT_ALONE = timedelta(minutes=20)
"""Time without a move after which a taken request is open again."""

LONGEST_NOTE = 1000
"""The longest note, in characters."""

table = schema.requests


MERGED = (HistoryEvent.TOOK_IN, HistoryEvent.DUPLICATE_OF)
"""The events of a merge, which merging.py undoes."""


@dataclass(frozen=True)
class Moves:
    """The moves of the desk. With a move goes the note that was typed beside it, its `words`: both are made or none."""

    database: Database
    next_due: Callable[[Request, Outcome, datetime], datetime]
    """The function that returns the new due time of a request whose patient was not reached."""
    tries: int
    """Calls to a patient before the request is closed as not reached."""

    def take(self, request_id: int, by: By, words: str = "") -> None:
        """Take an open request. Raises MoveRefused where it is not open, NoSuchRequest, StoreAway."""
        change = {"status": Status.TAKEN, "taken_by": by.who, "touched": by.at}
        entries = noted(words, HistoryEntry.of(by, HistoryEvent.TAKEN))
        make(self.database, request_id, entries, lambda row: row.status == Status.OPEN, change)

    def put_back(self, request_id: int, by: By, words: str = "") -> None:
        """Put back a request that this person has taken. Raises as `take`."""
        change = {"status": Status.OPEN, "taken_by": None, "touched": None}
        entries = noted(words, HistoryEntry.of(by, HistoryEvent.PUT_BACK))
        make(self.database, request_id, entries, _taken_by(by.who), change)

    def pass_on(self, request_id: int, to: str, by: By, words: str = "") -> None:
        """Pass a live request on to a colleague. Raises as `take`."""
        change = {"status": Status.TAKEN, "taken_by": to, "touched": by.at}
        entries = noted(words, HistoryEntry.of(by, HistoryEvent.PASSED_ON, to))
        make(self.database, request_id, entries, lambda row: row.status in LIVE, change)

    def report(self, request_id: int, report: OutcomeReport, by: By, words: str = "") -> None:
        """Report the outcome of a call: the request is closed, or due again later. Raises as `take`."""

        def changed(row: Row[Any]) -> Mapping[str, Any]:
            return self._reported(row, report, by.at)

        entry = HistoryEntry.of(by, report.outcome, report.at.isoformat() if report.at else "")
        make(self.database, request_id, noted(words, entry), _taken_by(by.who), changed)

    def _reported(self, row: Row[Any], report: OutcomeReport, now: datetime) -> Mapping[str, Any]:
        """Return the change of the row. Raises CannotRead where it depends on what cannot be read."""
        closed = {"status": Status.CLOSED, "touched": now, "appointment": None}
        again = {"status": Status.OPEN, "taken_by": None, "touched": None, "outcome": report.outcome}
        match OUTCOMES[report.outcome]:
            case Then.CLOSED:
                return {**closed, "outcome": report.outcome, "appointment": report.at}
            case Then.AT_A_MOMENT:
                return {**again, "due": report.at}
            case Then.AGAIN:
                request = request_of(row)
                tries = request.tries + 1
                if tries >= self.tries:
                    return {**closed, "outcome": Outcome.NOT_REACHED, "tries": tries}
                return {**again, "tries": tries, "due": self.next_due(request, report.outcome, now)}

    def write_note(self, request_id: int, words: str, by: By) -> None:
        """Add a note to the history; a taken request counts as touched.

        Raises ValueError for a longer note than `LONGEST_NOTE`, NoSuchRequest, StoreAway.
        """
        if len(words) > LONGEST_NOTE:
            raise ValueError(f"a note of {len(words)} letters")
        entry = HistoryEntry.of(by, HistoryEvent.NOTE, words)

        def written(write: Connection) -> None:
            row = _found(write, request_id)
            write_down(write, row, entry)
            if row.status == Status.TAKEN:
                write.execute(update(table).where(table.c.id == request_id).values(touched=by.at))

        in_turn(self.database, written)

    def undo(self, request_id: int, what: str, by: By) -> bool:
        """Undo the move `what` if this person has just made it and it is the last, and return whether it was undone.

        Nothing is undone where the caller has made a new live request since. A merge is undone by merging.py. Raises
        NoSuchRequest, StoreAway.
        """

        def undone(write: Connection) -> bool:
            row = _found_in_turn(write, request_id)
            last = last_line(write, request_id)
            if last is None or last.what != what or what in MERGED or not may_undo(last, by):
                return False
            before = restored(last.before)
            if before is None or (before["status"] in LIVE and has_another(write, row)):
                return False
            write.execute(update(table).where(table.c.id == request_id).values(before))
            entry = HistoryEntry.of(by, HistoryEvent.UNDONE, last.what)
            note(write, request_id, entry)
            write.execute(_audited(row, entry))
            return True

        return in_turn(self.database, undone)

    def return_untouched(self, now: datetime) -> int:
        """Open the requests that were taken and not touched for `LEFT_ALONE`; return how many. Raises StoreAway."""

        def returned(write: Connection) -> int:
            # A time ahead of now was written while the clock was wrong, and counts as past.
            over = or_(table.c.touched <= now - LEFT_ALONE, table.c.touched > now + LEFT_ALONE)
            alone = (schema.IS_LIVE, table.c.status == Status.TAKEN, over)
            # Locked in the order of the ids, as everywhere, so that two transactions do not deadlock.
            found = select(table.c.id, table.c.taken_by).where(*alone).order_by(table.c.id).with_for_update()
            rows = write.execute(found).all()
            for row in rows:
                change = {"status": Status.OPEN, "taken_by": None, "touched": None}
                write.execute(update(table).where(table.c.id == row.id).values(change))
                note(write, row.id, HistoryEntry(now, THE_CLOCK, HistoryEvent.RETURNED, row.taken_by or ""))
            return len(rows)

        return in_turn(self.database, returned)


def make(
    database: Database,
    request_id: int,
    entries: Sequence[HistoryEntry],
    allowed: Callable[[Row[Any]], bool],
    change: Mapping[str, Any] | Callable[[Row[Any]], Mapping[str, Any]],
) -> None:
    """Make a move where it is allowed, with its line of history, the last of `entries`, and of the audit.

    The entries before it are notes that go with it; so the move's line stays the last, and it can be undone.
    Raises MoveRefused where the move is not allowed, CannotRead where its status is unknown, NoSuchRequest, StoreAway.
    """
    *notes, entry = entries

    def made(write: Connection) -> None:
        row = _found(write, request_id)
        if not allowed(row):
            raise _refused(row)
        changed = change(row) if callable(change) else change
        for each in notes:
            write_down(write, row, each)
        # No other writer can interfere: PostgreSQL has locked the row, SQLite the database.
        write.execute(update(table).where(table.c.id == request_id).values(**changed))
        values = {"at": entry.at, "who": entry.who, "what": entry.what, "detail": entry.detail}
        write.execute(insert(schema.history).values(request_id=request_id, before=standing(row), **values))
        write.execute(_audited(row, entry))

    in_turn(database, made)


def _refused(row: Row[Any]) -> MoveRefused | CannotRead:
    """Return the error that tells how the request stands."""
    found = any_request(row)
    if isinstance(found, OddRequest) and found.status is None:
        return CannotRead(found)
    return MoveRefused(Status(row.status), row.taken_by)


def noted(words: str, entry: HistoryEntry) -> Sequence[HistoryEntry]:
    """Return a move's line, after the note that goes with it where there is one."""
    return [*([HistoryEntry(entry.at, entry.who, HistoryEvent.NOTE, words)] if words else []), entry]


def write_down(write: Connection, row: Row[Any], entry: HistoryEntry) -> None:
    """Add a note to the history, with its line of the audit."""
    note(write, row.id, entry)
    write.execute(_audited(row, entry))


def next_due(clinic: Clinic) -> Callable[[Request, Outcome, datetime], datetime]:
    """Return the clinic's rule for when a patient who was not reached is called again."""

    def due(request: Request, outcome: Outcome, now: datetime) -> datetime:
        pause = clinic.persistence.pause(request.tries + 1, busy=outcome is Outcome.BUSY)
        part = request.part if request.kind is Kind.CALLBACK else None
        return next_try(clinic.line(request.line).offer, part, now + pause)

    return due


def _found(write: Connection, request_id: int) -> Row[Any]:
    row = write.execute(select(table).where(table.c.id == request_id).with_for_update()).one_or_none()
    if row is None:
        raise NoSuchRequest(request_id)
    return row


def _found_in_turn(write: Connection, request_id: int) -> Row[Any]:
    """Return the row with its number and kind locked: it may become live while a call makes a request of the same."""
    whose = write.execute(select(table.c.phone, table.c.kind).where(table.c.id == request_id)).one_or_none()
    if whose is not None:
        lock_key(write, whose.phone, whose.kind)
    return _found(write, request_id)


def _audited(row: Row[Any], entry: HistoryEntry) -> Insert:
    """Return the audit's line about a move. The words of a note stay with the request."""
    what = AUDITED.get(entry.what, AuditAction.REPORTED_REQUEST)
    detail = "" if entry.what == HistoryEvent.NOTE else entry.detail
    outcome = entry.what if entry.what not in AUDITED else ""
    return line(entry.by, what, row.reference, outcome or detail)


AUDITED: Mapping[str, AuditAction] = {
    HistoryEvent.TAKEN: AuditAction.TOOK_REQUEST,
    HistoryEvent.PUT_BACK: AuditAction.PUT_BACK_REQUEST,
    HistoryEvent.PASSED_ON: AuditAction.PASSED_ON_REQUEST,
    HistoryEvent.NOTE: AuditAction.NOTED_ON_REQUEST,
    HistoryEvent.REBOOKED: AuditAction.CHANGED_APPOINTMENT,
    HistoryEvent.CALLED_OFF: AuditAction.CANCELLED_APPOINTMENT,
    HistoryEvent.UNDONE: AuditAction.UNDID_REQUEST,
}
"""The audit's action for each move. Outcomes are not listed; their action is REPORTED_REQUEST."""


def _taken_by(who: str) -> Callable[[Row[Any]], bool]:
    return lambda row: row.status == Status.TAKEN and row.taken_by == who

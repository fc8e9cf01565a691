"""What people at the desk do with a request: take it, put it back, report what came of it, pass it on, write a note.

Each is one transaction that only one of two people can make, and a line of history. No HTTP, no clock.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Insert, Row, insert, select, update

from ivr.desk.merge_links import DUPLICATE_OF, TOOK_IN
from ivr.desk.requests import (
    LIVE,
    OUTCOMES,
    THE_CLOCK,
    HistoryEntry,
    MoveRefused,
    NoSuchRequest,
    Outcome,
    OutcomeReport,
    Request,
    Status,
    Then,
)
from ivr.desk.store import in_turn, note, request_of
from ivr.line.again import next_try
from ivr.line.booking import Kind
from ivr.line.clinic import Clinic
from ivr.storage import schema
from ivr.storage.audit import line
from ivr.storage.database import Database
from ivr.storage.upsert import lock_key

UNDO_WITHIN = timedelta(seconds=15)
"""Ten seconds are offered on the page; the rest is the way there and back."""

LEFT_ALONE = timedelta(minutes=20)
"""A request that was taken and not touched for so long goes back by itself."""

LONGEST_NOTE = 1000
"""Characters."""

table = schema.requests

RESTORED = ("status", "taken_by", "touched", "tries", "outcome", "appointment", "due", "merged_into")
"""What an undo puts back."""

MERGED = (TOOK_IN, DUPLICATE_OF)
"""Moves of two requests at once."""


@dataclass(frozen=True)
class Moves:
    """The moves of the desk."""

    database: Database
    next_due: Callable[[Request, Outcome, datetime], datetime]
    """When a request that was not reached is due again."""
    tries: int
    """How often a patient is rung before the request is closed as not reached."""

    def take(self, request_id: int, who: str, now: datetime) -> None:
        """Takes an open request. Raises MoveRefused with how it stands, NoSuchRequest, StoreAway."""
        change = {"status": Status.TAKEN, "taken_by": who, "touched": now}
        make(
            self.database,
            request_id,
            HistoryEntry(now, who, "taken", ""),
            lambda row: row.status == Status.OPEN,
            change,
        )

    def put_back(self, request_id: int, who: str, now: datetime) -> None:
        """Gives back a request that `who` has taken. Raises as `take`."""
        change = {"status": Status.OPEN, "taken_by": None, "touched": None}
        make(self.database, request_id, HistoryEntry(now, who, "put_back", ""), _taken_by(who), change)

    def pass_on(self, request_id: int, to: str, who: str, now: datetime) -> None:
        """Hands a live request to a colleague. Raises as `take`."""
        change = {"status": Status.TAKEN, "taken_by": to, "touched": now}
        make(self.database, request_id, HistoryEntry(now, who, "passed_on", to), lambda row: row.status in LIVE, change)

    def report(self, request_id: int, report: OutcomeReport, who: str, now: datetime) -> None:
        """Reports what came of ringing: the request is closed, or due again later. Raises as `take`."""

        def changed(row: Row[Any]) -> Mapping[str, Any]:
            return self._reported(request_of(row), report, now)

        entry = HistoryEntry(now, who, report.outcome, report.at.isoformat() if report.at else "")
        make(self.database, request_id, entry, _taken_by(who), changed)

    def _reported(self, request: Request, report: OutcomeReport, now: datetime) -> Mapping[str, Any]:
        closed = {"status": Status.CLOSED, "touched": now, "appointment": None}
        again = {"status": Status.OPEN, "taken_by": None, "touched": None, "outcome": report.outcome}
        match OUTCOMES[report.outcome]:
            case Then.CLOSED:
                return {**closed, "outcome": report.outcome, "appointment": report.at}
            case Then.AT_A_MOMENT:
                return {**again, "due": report.at}
            case Then.AGAIN if request.tries + 1 >= self.tries:
                return {**closed, "outcome": Outcome.NOT_REACHED, "tries": request.tries + 1}
            case Then.AGAIN:
                return {**again, "tries": request.tries + 1, "due": self.next_due(request, report.outcome, now)}

    def write_note(self, request_id: int, words: str, who: str, now: datetime) -> None:
        """Adds a note to the history; a taken request counts as touched. Raises NoSuchRequest, StoreAway."""
        entry = HistoryEntry(now, who, "note", words.strip()[:LONGEST_NOTE])

        def written(write: Connection) -> None:
            row = _found(write, request_id)
            note(write, request_id, entry)
            write.execute(_audited(row, entry))
            if row.status == Status.TAKEN:
                write.execute(update(table).where(table.c.id == request_id).values(touched=now))

        in_turn(self.database, written)

    def undo(self, request_id: int, what: str, who: str, now: datetime) -> bool:
        """Takes back this move if it is the last one and `who` has just made it; whether it was taken back.

        Raises NoSuchRequest, StoreAway. A request that the caller's next call has made again stays as it is; what was
        merged is taken apart by merging.py.
        """

        def undone(write: Connection) -> bool:
            row = _found_in_turn(write, request_id)
            last = last_line(write, request_id)
            if last.what != what or what in MERGED or not may_undo(last, who, now):
                return False
            before = restored(last.before)
            if before["status"] in LIVE and has_another(write, row):
                return False
            write.execute(update(table).where(table.c.id == request_id).values(before))
            entry = HistoryEntry(now, who, "undone", last.what)
            note(write, request_id, entry)
            write.execute(_audited(row, entry))
            return True

        return in_turn(self.database, undone)

    def return_untouched(self, now: datetime) -> int:
        """Gives back what was taken and left alone; how many. Raises StoreAway."""

        def returned(write: Connection) -> int:
            alone = (table.c.status == Status.TAKEN, table.c.touched <= now - LEFT_ALONE)
            # In the order in which everybody locks more than one: nobody waits for somebody who waits for them.
            found = select(table.c.id, table.c.taken_by).where(*alone).order_by(table.c.id).with_for_update()
            rows = write.execute(found).all()
            for row in rows:
                change = {"status": Status.OPEN, "taken_by": None, "touched": None}
                write.execute(update(table).where(table.c.id == row.id).values(change))
                note(write, row.id, HistoryEntry(now, THE_CLOCK, "returned", row.taken_by or ""))
            return len(rows)

        return in_turn(self.database, returned)


def make(
    database: Database,
    request_id: int,
    entry: HistoryEntry,
    allowed: Callable[[Row[Any]], bool],
    change: Mapping[str, Any] | Callable[[Row[Any]], Mapping[str, Any]],
) -> None:
    """Makes a move where it is allowed, with its line of history and of the audit.

    Raises MoveRefused with how the request stands, NoSuchRequest, StoreAway.
    """

    def made(write: Connection) -> None:
        row = _found(write, request_id)
        if not allowed(row):
            raise MoveRefused(Status(row.status), row.taken_by)
        changed = change(row) if callable(change) else change
        # Nobody can come between: PostgreSQL has locked the row, SQLite the database.
        write.execute(update(table).where(table.c.id == request_id).values(**changed))
        values = {"at": entry.at, "who": entry.who, "what": entry.what, "detail": entry.detail}
        write.execute(insert(schema.history).values(request_id=request_id, before=standing(row), **values))
        write.execute(_audited(row, entry))

    in_turn(database, made)


def next_due(clinic: Clinic) -> Callable[[Request, Outcome, datetime], datetime]:
    """The clinic's rule for when a patient who was not reached is rung again."""

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
    """The same, where it may become live again: the caller's next call makes another one before it or after it."""
    whose = write.execute(select(table.c.phone, table.c.kind).where(table.c.id == request_id)).one_or_none()
    if whose is not None:
        lock_key(write, whose.phone, whose.kind)
    return _found(write, request_id)


def _audited(row: Row[Any], entry: HistoryEntry) -> Insert:
    """The audit's line about a move; what a note says stays with the request."""
    what = AUDITED.get(entry.what, "reported request")
    detail = "" if entry.what == "note" else entry.detail
    outcome = entry.what if entry.what not in AUDITED else ""
    return line(entry.who, what, row.reference, entry.at, outcome or detail)


AUDITED: Mapping[str, str] = {
    "taken": "took request",
    "put_back": "put back request",
    "passed_on": "passed on request",
    "note": "noted on request",
    "rebooked": "changed appointment",
    "called_off": "cancelled appointment",
    "undone": "undid request",
}
"""What the audit says of each move; of every outcome it says "reported request"."""


def last_line(write: Connection, request_id: int) -> Row[Any]:
    """The last line of a request's history; every request has one."""
    lines = schema.history
    query = select(lines).where(lines.c.request_id == request_id).order_by(lines.c.id.desc()).limit(1)
    return write.execute(query).one()


def may_undo(last: Row[Any], who: str, now: datetime) -> bool:
    """Whether `who` made this move a moment ago."""
    return last.before is not None and last.who == who and now - last.at <= UNDO_WITHIN


def has_another(write: Connection, row: Row[Any]) -> bool:
    """Whether the number has asked for the same anew since this was closed: then the new request is the live one."""
    same = (table.c.phone == row.phone, table.c.kind == row.kind, table.c.status.in_(LIVE), table.c.id != row.id)
    return row.status == Status.CLOSED and write.execute(select(table.c.id).where(*same)).first() is not None


def _taken_by(who: str) -> Callable[[Row[Any]], bool]:
    return lambda row: row.status == Status.TAKEN and row.taken_by == who


def standing(row: Row[Any], **more: Any) -> str:
    """How a request stands, to be put back by an undo."""
    values = {name: getattr(row, name) for name in RESTORED}
    told = {name: each.isoformat() if isinstance(each, datetime) else each for name, each in values.items()}
    return json.dumps({**told, **more})


def restored(before: str) -> Mapping[str, Any]:
    """How it stood, for the columns of its row."""
    values = {name: each for name, each in json.loads(before).items() if name in RESTORED}
    moments = {name: datetime.fromisoformat(values[name]) for name in ("touched", "appointment", "due") if values[name]}
    return {**values, **moments}

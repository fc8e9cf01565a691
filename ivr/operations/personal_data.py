"""All that is held about one number, in either store: found whole, handed out, and erased for good.

No HTTP, no clock, no sentences. What a backup holds is not looked at here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select

from ivr.desk.pending import PendingRequest, PendingRequests, to_json
from ivr.desk.requests import LIVE, HistoryEvent
from ivr.line.phones import Phone
from ivr.operations.retention import CHILDREN_OF_A_REQUEST, remove
from ivr.storage import audit, schema
from ivr.storage.audit import AuditAction, By
from ivr.storage.database import Database
from ivr.storage.encryption import Unreadable

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class PersonalRecord:
    """What is held about a number."""

    phone: Phone
    requests: Rows = ()
    """Each with its promises, its history and its errands."""
    blocks: Rows = ()
    waiting: Sequence[PendingRequest] = ()
    """Promised while the database was away, and not at the desk yet."""
    unreadable: int = 0
    """Sealed under another secret: they may be anybody's."""
    mentions: Sequence[str] = field(default=())
    """References of other people's requests with a note that has this number in it."""
    merged: Sequence[str] = ()
    """References of requests of other numbers that somebody at the desk has merged with one of these."""

    @property
    def references(self) -> list[str]:
        """Of every request, those that wait too."""
        return sorted({*(row["reference"] for row in self.requests), *(each.reference for each in self.waiting)})

    @property
    def live(self) -> list[str]:
        """The references of those that somebody is still to ring."""
        waiting = {each.reference for each in self.waiting}
        return sorted({*(row["reference"] for row in self.requests if row["status"] in LIVE), *waiting})

    @property
    def empty(self) -> bool:
        """Whether nothing is held."""
        return not (self.requests or self.blocks or self.waiting)

    def as_json(self) -> str:
        """All of it, for the person whose number it is."""
        written = {
            "number": self.phone.e164,
            "requests": self.requests,
            "blocks": self.blocks,
            "waiting": [json.loads(to_json(each)) for each in self.waiting],
            "mentioned_in_notes_of": self.mentions,
            "merged_with": self.merged,
        }
        return json.dumps(written, ensure_ascii=False, indent=2, default=_moment)


@dataclass(frozen=True)
class PersonalData:
    """What is held about each number."""

    database: Database
    room: PendingRequests

    def of(self, phone: Phone) -> PersonalRecord:
        """Everything about a number. Raises StoreAway, QueueAway."""
        waiting, unreadable = self._waiting(phone)
        with self.database.reading() as read:
            requests = [
                _whole(read, row) for row in _rows(read, schema.requests, schema.requests.c.phone == phone.e164)
            ]
            blocks = _rows(read, schema.blocked, schema.blocked.c.phone == phone.e164)
            return PersonalRecord(
                phone, requests, blocks, waiting, unreadable, _mentions(read, phone), _merged(read, phone)
            )

    def _waiting(self, phone: Phone) -> tuple[list[PendingRequest], int]:
        found, unreadable = [], 0
        for sealed in self.room.sealed():
            try:
                found.append(self.room.open(sealed))
            except Unreadable:
                unreadable += 1
        return [each for each in found if each.new.phone == phone], unreadable

    def erase_waiting(self, held: PersonalRecord) -> None:
        """Removes what waits in Redis, so that it never reaches the desk. Raises QueueAway."""
        for each in held.waiting:
            self.room.leave(each)

    def erase(self, held: PersonalRecord, by: By) -> None:
        """Removes what the database holds; the audit says so of each reference, and of no number. Raises StoreAway."""
        with self.database.writing() as write:
            for table in (schema.requests, schema.blocked):
                same = select(table.c.id).where(table.c.phone == held.phone.e164).order_by(table.c.id)
                remove(write, table, write.scalars(same.with_for_update()).all())
            for reference in held.references:
                write.execute(audit.line(by, AuditAction.ERASED, reference))
            if held.blocks:
                write.execute(audit.line(by, AuditAction.ERASED, detail=f"{len(held.blocks)} blocks"))

    def seen(self, held: PersonalRecord, by: By) -> None:
        """The audit says that it was handed out. Raises StoreAway."""
        with self.database.writing() as write:
            for reference in held.references:
                write.execute(audit.line(by, AuditAction.EXPORTED, reference))


def _whole(read: Connection, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A request with all that hangs on it."""
    return {**row, **{each.name: _rows(read, each, each.c.request_id == row["id"]) for each in CHILDREN_OF_A_REQUEST}}


def _rows(read: Connection, table: Table, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Every column, also one that a later version adds."""
    return [dict(row) for row in read.execute(select(table).where(condition).order_by(table.c.id)).mappings()]


def _mentions(read: Connection, phone: Phone) -> list[str]:
    """Notes are free words: whoever wrote one may have grouped the digits as they liked."""
    wanted, notes, table = "".join(phone.groups), schema.history, schema.requests
    query = select(table.c.reference, notes.c.detail).join(table, table.c.id == notes.c.request_id)
    others = read.execute(query.where(notes.c.what == HistoryEvent.NOTE, table.c.phone != phone.e164))
    return sorted({row.reference for row in others if wanted in "".join(filter(str.isdigit, row.detail))})


def _merged(read: Connection, phone: Phone) -> list[str]:
    """In either direction: what was merged into this number's requests, and what they were merged into."""
    one, other = schema.requests.alias(), schema.requests.alias()
    pair = one.join(other, one.c.id == other.c.merged_into)
    ways = ((one, other), (other, one))
    found = (
        read.scalars(
            select(theirs.c.reference)
            .select_from(pair)
            .where(ours.c.phone == phone.e164, theirs.c.phone != phone.e164, other.c.merged_into > 0)
        )
        for ours, theirs in ways
    )
    return sorted({reference for each in found for reference in each})


def _moment(value: date | datetime) -> str:
    return value.isoformat()

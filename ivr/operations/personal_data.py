"""Finds, exports and erases all data about one number, in both stores.

No HTTP, no clock, no sentences. Backups are not searched here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select

from ivr.desk.pending import PendingRequest, PendingRequests, to_json
from ivr.desk.requests import LIVE, HistoryEvent
from ivr.line.phones import Phone
from ivr.operations.retention import CHILDREN_OF_A_REQUEST, remove
from ivr.staff.drafts import Drafts
from ivr.storage import audit, schema
from ivr.storage.audit import AuditAction, By
from ivr.storage.database import Database
from ivr.storage.encryption import Unreadable
from ivr.storage.odd import text_of

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class StoredNumber:
    """A number as it is stored, where this version takes it for none: by other rules of a country, or by hand."""

    e164: str
    """The stored text: digits, and + where there is one."""

    @property
    def groups(self) -> tuple[str, ...]:
        """The digits."""
        return (self.e164.lstrip("+"),)


@dataclass(frozen=True)
class PersonalRecord:
    """All data about a number."""

    phone: Phone | StoredNumber
    requests: Rows = ()
    """The requests, each with its promises, history and outbox tasks."""
    blocks: Rows = ()
    waiting: Sequence[PendingRequest] = ()
    """The pending requests in Redis."""
    unreadable: int = 0
    """The number of pending requests that cannot be decrypted, whose numbers are therefore unknown."""
    mentions: Sequence[str] = field(default=())
    """References of other numbers' requests with a note that contains this number."""
    drafts: Sequence[int] = ()
    """The ids of what staff have typed about these requests, or with this number in it, and not sent."""
    merged: Sequence[str] = ()
    """References of other numbers' requests that were merged with one of these."""

    @property
    def references(self) -> list[str]:
        """The references of all requests, pending ones included."""
        return sorted({*(row["reference"] for row in self.requests), *(each.reference for each in self.waiting)})

    @property
    def live(self) -> list[str]:
        """The references of live and pending requests, whose patients are still to be called."""
        waiting = {each.reference for each in self.waiting}
        return sorted({*(row["reference"] for row in self.requests if row["status"] in LIVE), *waiting})

    @property
    def empty(self) -> bool:
        """True if there is no data about the number."""
        return not (self.requests or self.blocks or self.waiting or self.drafts)

    def as_json(self) -> str:
        """Return the whole record as JSON, for the person whose number it is."""
        written: dict[str, Any] = {
            "number": self.phone.e164,
            "requests": self.requests,
            "blocks": self.blocks,
            "waiting": [json.loads(to_json(each)) for each in self.waiting],
            "mentioned_in_notes_of": self.mentions,
            "merged_with": self.merged,
        }
        if self.drafts:
            written["typed_and_not_sent"] = len(self.drafts)
        return json.dumps(written, ensure_ascii=False, indent=2, default=_as_text)


@dataclass(frozen=True)
class PersonalData:
    """Finds and erases the data about a number."""

    database: Database
    pending: PendingRequests
    drafts: Drafts | None = None

    def of(self, phone: Phone | StoredNumber) -> PersonalRecord:
        """Return all data about a number. Raises StoreAway, QueueAway."""
        waiting, unreadable = self._waiting(phone)
        with self.database.reading() as read:
            requests = [
                _whole(read, row) for row in _rows(read, schema.requests, schema.requests.c.phone == phone.e164)
            ]
            blocks = _rows(read, schema.blocked, schema.blocked.c.phone == phone.e164)
            mentions, merged = _mentions(read, phone), _merged(read, phone)
        places = [f"{place} {row['id']}" for row in requests for place in ("card", "blocked")]
        drafts = self.drafts.mentioning("".join(phone.groups), places) if self.drafts else ()
        return PersonalRecord(phone, requests, blocks, waiting, unreadable, mentions, drafts, merged)

    def _waiting(self, phone: Phone | StoredNumber) -> tuple[list[PendingRequest], int]:
        found, unreadable = [], 0
        for sealed in (*self.pending.sealed(), *self.pending.sealed_aside()):
            try:
                found.append(self.pending.open(sealed))
            except Unreadable:
                unreadable += 1
        return [each for each in found if each.new.phone == phone], unreadable

    def erase_waiting(self, held: PersonalRecord) -> None:
        """Erase the pending requests in Redis. Raises QueueAway."""
        for each in held.waiting:
            self.pending.leave(each)

    def erase(self, held: PersonalRecord, by: By) -> None:
        """Erase the data in the database; the audit names the references, not the number. Raises StoreAway."""
        if self.drafts:
            self.drafts.erase(held.drafts)
        with self.database.writing() as write:
            for table in (schema.requests, schema.blocked):
                same = select(table.c.id).where(table.c.phone == held.phone.e164).order_by(table.c.id)
                remove(write, table, write.scalars(same.with_for_update()).all())
            for reference in held.references:
                write.execute(audit.line(by, AuditAction.ERASED, reference))
            if held.blocks:
                write.execute(audit.line(by, AuditAction.ERASED, detail=f"{len(held.blocks)} blocks"))

    def seen(self, held: PersonalRecord, by: By) -> None:
        """Record in the audit that the data was exported. Raises StoreAway."""
        with self.database.writing() as write:
            for reference in held.references:
                write.execute(audit.line(by, AuditAction.EXPORTED, reference))


def _whole(read: Connection, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a request with the rows of its child tables."""
    return {**row, **{each.name: _rows(read, each, each.c.request_id == row["id"]) for each in CHILDREN_OF_A_REQUEST}}


def _rows(read: Connection, table: Table, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Return the rows with every column, also columns that a later version adds."""
    return [dict(row) for row in read.execute(select(table).where(condition).order_by(table.c.id)).mappings()]


def _mentions(read: Connection, phone: Phone | StoredNumber) -> list[str]:
    """Return the references of other requests whose notes contain the number, however its digits are grouped."""
    wanted, notes, table = "".join(phone.groups), schema.history, schema.requests
    query = select(table.c.reference, notes.c.detail).join(table, table.c.id == notes.c.request_id)
    others = read.execute(query.where(notes.c.what == HistoryEvent.NOTE, table.c.phone != phone.e164))
    return sorted({row.reference for row in others if wanted in "".join(filter(str.isdigit, row.detail))})


def _merged(read: Connection, phone: Phone | StoredNumber) -> list[str]:
    """Return the references of other numbers' requests that were merged with this number's, in either direction."""
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


def _as_text(value: object) -> str:
    """Return a day or a moment as ISO 8601 has it; what cannot be read, as it is stored."""
    return value.isoformat() if isinstance(value, date) else text_of(value)

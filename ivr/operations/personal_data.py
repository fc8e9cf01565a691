"""Finds, exports and erases all data about one number, in both stores.

No HTTP, no clock, no sentences. Backups are not searched here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from ivr.desk.missed.sealed import SealedMissedCall, SealedMissedCalls
from ivr.desk.missed.sealed import to_json as missed_to_json
from ivr.desk.pending import PendingRequest, PendingRequests, to_json
from ivr.desk.requests import LIVE
from ivr.operations.personal_rows import (
    IS_BOOKED,
    UNNAMED,
    AnyNumber,
    erase_language,
    language,
    mentions,
    merged,
    of_number,
    of_patient,
    rows,
    whole,
    whole_appointment,
)
from ivr.operations.retention import CHILDREN_OF_A_REQUEST, remove
from ivr.staff.drafts import OF_A_REQUEST, OF_AN_APPOINTMENT, Drafts
from ivr.storage import audit, schema
from ivr.storage.audit import AuditAction, By
from ivr.storage.database import Database
from ivr.storage.encryption import KeyedIds, Unreadable
from ivr.storage.odd import text_of

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class StoredNumber:
    """A number in the database that this version does not take for valid, such as one that was written by hand."""

    e164: str
    """The stored text: digits, and + where there is one."""

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the number's digits as one group, without the plus sign."""
        return (self.e164.lstrip("+"),)


@dataclass(frozen=True)
class PersonalRecord:
    """All data that is stored about one telephone number."""

    phone: AnyNumber
    requests: Rows = ()
    """The number's requests, each with its promises, history and outbox tasks."""
    appointments: Rows = ()
    """The number's appointments, each with its times, history and outbox tasks."""
    patients: Rows = ()
    """The names that the desk has written down for this number."""
    blocks: Rows = ()
    waiting: Sequence[PendingRequest] = ()
    """The number's pending requests in Redis."""
    unreadable: int = 0
    """The number of pending requests that cannot be decrypted, whose numbers are therefore unknown."""
    mentions: Sequence[str] = field(default=())
    """References of other numbers' requests and appointments with a note that contains this number."""
    drafts: Sequence[int] = ()
    """The ids of the staff's unsent drafts about this number's requests or appointments, or containing this number."""
    missed: Rows = ()
    """The missed calls by this number that stand at the desk."""
    sealed_missed: Sequence[SealedMissedCall] = ()
    """The missed calls by this number that wait in Redis."""
    merged: Sequence[str] = ()
    """References of other numbers' requests that were merged with a request of this number."""
    language: Rows = ()
    """The language in which the number is greeted, and the language of its last call; no row or one row."""

    @property
    def references(self) -> list[str]:
        """The references of all the number's requests, pending ones included, and of all its appointments."""
        stored = (*self.requests, *self.appointments)
        return sorted({*(row["reference"] for row in stored), *(each.reference for each in self.waiting)})

    @property
    def booked(self) -> list[str]:
        """References of booked appointments, to warn the staff: after an erasure, nobody expects their patients."""
        return sorted({row["reference"] for row in self.appointments if row["status"] == IS_BOOKED})

    @property
    def live(self) -> list[str]:
        """The references of live and pending requests, whose patients are still to be called."""
        waiting = {each.reference for each in self.waiting}
        return sorted({*(row["reference"] for row in self.requests if row["status"] in LIVE), *waiting})

    @property
    def unnamed(self) -> list[str]:
        """The data that have no reference, in words for the audit."""
        counted = {"missed_calls": self.missed, "blocked": self.blocks, "patients": self.patients}
        found = [f"{len(rows)} {UNNAMED[table]}" for table, rows in counted.items() if rows]
        return [*found, UNNAMED["caller_languages"]] if self.language else found

    @property
    def empty(self) -> bool:
        """True if nothing is stored about the telephone number."""
        at_the_desk = (*self.requests, *self.appointments, *self.patients, *self.blocks, *self.missed, *self.drafts)
        return not (*at_the_desk, *self.waiting, *self.sealed_missed, *self.language)

    def as_json(self) -> str:
        """Return the whole record as JSON, for the person whose number it is."""
        written: dict[str, Any] = {
            "number": self.phone.e164,
            "requests": self.requests,
            "appointments": self.appointments,
            "patients": self.patients,
            "blocks": self.blocks,
            "missed_calls": [
                *self.missed,
                *(json.loads(missed_to_json(each.new)) for each in self.sealed_missed if each.new),
            ],
            "language": self.language,
            "waiting": [json.loads(to_json(each)) for each in self.waiting],
            "mentioned_in_notes_of": self.mentions,
            "merged_with": self.merged,
        }
        if self.drafts:
            written["typed_and_not_sent"] = len(self.drafts)
        return json.dumps(written, ensure_ascii=False, indent=2, default=_as_text)


@dataclass(frozen=True)
class PersonalData:
    """Finds and erases the data about one telephone number."""

    database: Database
    pending: PendingRequests
    sealed_missed: SealedMissedCalls
    keyed_ids: KeyedIds
    drafts: Drafts | None = None

    def of(self, phone: AnyNumber) -> PersonalRecord:
        """Return all data about a telephone number. Raises StoreAway, QueueAway."""
        waiting, unreadable = self._waiting(phone)
        with self.database.reading() as read:
            requests = [whole(read, row, CHILDREN_OF_A_REQUEST) for row in of_number(read, schema.requests, phone)]
            appointments = [
                whole_appointment(read, row) for row in rows(read, schema.appointments, of_patient(phone.e164))
            ]
            patients = of_number(read, schema.patients, phone)
            missed = of_number(read, schema.missed_calls, phone)
            blocks = rows(read, schema.blocked, schema.blocked.c.phone == phone.e164)
            mentioned, together = mentions(read, phone), merged(read, phone)
            spoken = language(read, phone, self.keyed_ids)
        return PersonalRecord(
            phone,
            requests,
            appointments,
            patients,
            blocks,
            waiting,
            unreadable,
            mentioned,
            self._drafts(phone, requests, appointments),
            missed=missed,
            sealed_missed=self.sealed_missed.of(phone.e164),
            merged=together,
            language=spoken,
        )

    def _drafts(self, phone: AnyNumber, requests: Rows, appointments: Rows) -> Sequence[int]:
        if not self.drafts:
            return ()
        named = ((OF_A_REQUEST, requests), (OF_AN_APPOINTMENT, appointments))
        places = [f"{place} {row['id']}" for names, found in named for row in found for place in names]
        return self.drafts.mentioning("".join(phone.groups), places)

    def _waiting(self, phone: AnyNumber) -> tuple[list[PendingRequest], int]:
        found, unreadable = [], 0
        for sealed in (*self.pending.sealed(), *self.pending.sealed_aside()):
            try:
                found.append(self.pending.open(sealed))
            except Unreadable:
                unreadable += 1
        return [each for each in found if each.new.phone.e164 == phone.e164], unreadable

    def erase_waiting(self, held: PersonalRecord) -> None:
        """Erase a number's pending requests and missed calls in Redis. Raises QueueAway."""
        for each in held.waiting:
            self.pending.leave(each)
        self.sealed_missed.leave(held.sealed_missed)

    def erase(self, held: PersonalRecord, by: By) -> None:
        """Erase all data about a number in the database; the audit names references only. Raises StoreAway."""
        if self.drafts:
            self.drafts.erase(held.drafts)
        with self.database.writing() as write:
            # First, as a collector of calls does, which goes on to the counts that are touched below.
            erase_language(write, held.phone, self.keyed_ids, by.at)
            # An appointment may name its patient by the patient alone: they go first.
            for table, whose in (
                (schema.appointments, of_patient(held.phone.e164)),
                *(
                    (each, each.c.phone == held.phone.e164)
                    for each in (schema.requests, schema.patients, schema.blocked, schema.missed_calls)
                ),
            ):
                same = select(table.c.id).where(whose).order_by(table.c.id)
                remove(write, table, write.scalars(same.with_for_update()).all())
            for reference in held.references:
                write.execute(audit.line(by, AuditAction.ERASED, reference))
            for detail in held.unnamed:
                write.execute(audit.line(by, AuditAction.ERASED, detail=detail))

    def seen(self, held: PersonalRecord, by: By) -> None:
        """Record in the audit that the data about a number was exported. Raises StoreAway."""
        with self.database.writing() as write:
            for reference in held.references:
                write.execute(audit.line(by, AuditAction.EXPORTED, reference))


def _as_text(value: object) -> str:
    """Return a day or a moment in ISO 8601; return an unreadable value as text, as it is stored."""
    return value.isoformat() if isinstance(value, date) else text_of(value)

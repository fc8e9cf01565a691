"""Puts a request to tell an appointment's patient of a change on the waiting list, and takes it off again.

Within a transaction. No HTTP, no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from ivr.desk.requests import HistoryEntry, HistoryEvent, Status, Why
from ivr.desk.store import add_task, note
from ivr.desk.tasks import NewTask
from ivr.diary import diary
from ivr.diary.appointments import Appointment, DiaryEntry, DiaryEvent
from ivr.line.booking import Kind
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.upsert import insert_new, lock_key

FROM_THE_DIARY = "diary"
"""The origin of a request that the service makes itself, so that somebody tells a patient about an appointment."""

table = schema.requests


@dataclass(frozen=True)
class ToTell:
    """The reason to tell a patient of a change, the time by which to call them, and the notices to the staff."""

    why: Why
    due: datetime
    notices: Sequence[NewTask] = ()
    """The tasks that notify the staff of the request to tell the patient; none if one of the staff made the change."""


def tell_patient(write: Connection, about: Appointment, what: ToTell, by: By) -> int | None:
    """Put a request to tell this appointment's patient, with the appointment's reference, on the list; return its id.

    Return None, and do nothing, if a live request tells the patient already. Otherwise note in the appointment's
    history that the patient is to be told. If the appointment has no number, make no request and return None.
    """
    lock_key(write, "tell", str(about.id))
    live = select(table.c.id).where(schema.IS_LIVE, table.c.about == about.id, table.c.why.in_(TOLD_BY_THE_CLINIC))
    if write.execute(live).first() is not None:
        return None
    entry = DiaryEntry(by.at, by.who, DiaryEvent.TO_TELL, to_tell(what.why, about.starts))
    diary.note(write, about.id, entry)
    return _on_the_list(write, about, what, by) if about.phone else None


def to_tell(why: Why, starts: datetime) -> str:
    """Return the detail of the event TO_TELL in an appointment's history: the reason, and the appointment's time."""
    return f"{why} {starts.isoformat()}"


OF_HOURS = (Why.CLOSED, Why.BLOCKED)
"""The reasons to call a patient that no longer hold if the clinic opens the appointment's hour again."""

TOLD_BY_THE_CLINIC = (*OF_HOURS, Why.UNHEARD)
"""The reasons of requests by which the clinic tells a patient something. Any other reason is a wish of the patient."""


def is_told_of_hours(read: Connection, appointment_id: int) -> bool:
    """Return whether a live request asks staff to tell a patient that this appointment's time is closed or blocked."""
    live = select(table.c.id).where(schema.IS_LIVE, table.c.about == appointment_id, table.c.why.in_(OF_HOURS))
    return read.execute(live).first() is not None


def was_spoken_to(read: Connection, appointment_id: int, since: datetime) -> bool:
    """Return whether staff spoke to the patient: a request about the appointment got an outcome after `since`."""
    settled = (table.c.about == appointment_id, table.c.outcome.is_not(None), table.c.touched > since)
    return read.execute(select(table.c.id).where(*settled)).first() is not None


def _on_the_list(write: Connection, about: Appointment, what: ToTell, by: By) -> int:
    request_id = insert_new(
        write,
        table,
        reference=about.reference,
        kind=Kind.CALLBACK,
        line=about.line,
        phone=about.phone.e164 if about.phone else "",
        language=about.language,
        due=what.due,
        status=Status.OPEN,
        created=by.at,
        call_sid=about.call_id,
        rang_again=0,
        source=FROM_THE_DIARY,
        patient_id=about.patient_id,
        about=about.id,
        why=what.why,
    )
    note(write, request_id, HistoryEntry.of(by, HistoryEvent.TO_TELL, what.why))
    # By its promise it is found under its reference.
    promise = {"reference": about.reference, "spoken": about.reference, "joined": False, "created": by.at}
    insert_new(write, schema.promises, mark=mark_to_tell(request_id), request_id=request_id, **promise)
    for each in what.notices:
        add_task(write, request_id, each, by.at)
    return request_id


def mark_to_tell(request_id: int) -> str:
    """Return the mark of the promise of a request to tell a patient, by the id of this request."""
    return f"to tell {request_id}"


def tell_no_more(write: Connection, request_id: int, appointment_id: int, by: By) -> bool:
    """Close an open request whose patient need no longer be told anything; return whether the request was open.

    A request that a member of staff has taken is not closed, because they may be talking to the patient.
    """
    is_open = (table.c.id == request_id, table.c.status == Status.OPEN)
    closed = update(table).where(*is_open).values(status=Status.CLOSED, touched=by.at).returning(table.c.id)
    if write.execute(closed).first() is None:
        return False
    note(write, request_id, HistoryEntry.of(by, HistoryEvent.NOT_TO_TELL))
    diary.note(write, appointment_id, DiaryEntry(by.at, by.who, DiaryEvent.NOT_TO_TELL))
    return True

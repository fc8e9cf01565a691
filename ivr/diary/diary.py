"""The diary's store: books, moves, cancels, marks and reads appointments, and notes each change in the history.

The writing functions take a transaction, in which their caller can also close a request or store a promise. The
reading functions are the methods of Diary. No HTTP, no queue, no clock.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from ivr.diary.appointments import (
    FREES_TIME,
    TAKES_TIME,
    AnyAppointment,
    Appointment,
    AppointmentStatus,
    ChangeRefused,
    DiaryEntry,
    DiaryEvent,
    NewAppointment,
    NoSuchAppointment,
    Source,
)
from ivr.diary.rows import any_appointment, readable
from ivr.diary.times import Asked, Place, asked_again, find_place, give, occupy, vacate
from ivr.line.diary import DiaryRules, Schedule
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database
from ivr.storage.odd import Odd
from ivr.storage.upsert import insert_new

table = schema.appointments

STANDS = ("starts", "ends", "schedule", "extra", "status")
"""The columns of an appointment's row that an undo restores."""


def book(write: Connection, new: NewAppointment, asked: Asked) -> int:
    """Store an appointment at the time that is asked for, and return its id. Raises TimeTaken, UniqueViolation."""
    place = find_place(write, asked)
    appointment_id = insert_new(
        write,
        table,
        reference=new.reference,
        mark=new.mark,
        phone=new.phone.e164 if new.phone else None,
        patient_id=new.patient_id,
        line=new.line,
        language=new.language,
        status=AppointmentStatus.BOOKED,
        source=new.source,
        whose=new.whose,
        made_by=new.made_by,
        call_sid=new.call_id,
        created=new.created,
        touched=new.created,
        request_id=new.request_id,
        to_hear=(new.call_id or None) if new.source is Source.PHONE else None,
        **_columns(place),
    )
    occupy(write, appointment_id, place, asked.buffer)
    if new.words:  # before the booking, so that this is the last event, which can be undone
        note(write, appointment_id, DiaryEntry(new.created, new.made_by, DiaryEvent.NOTE, new.words))
    note(write, appointment_id, DiaryEntry(new.created, new.made_by, DiaryEvent.BOOKED, place.starts.isoformat()))
    return appointment_id


def move(write: Connection, appointment_id: int, asked: Asked, by: By, *, call_id: str = "") -> None:
    """Give an appointment another time, and free the former one; `call_id` is the call's id if a caller moves it.

    Raises TimeTaken, ChangeRefused if the appointment is cancelled, NoSuchAppointment, UniqueViolation.
    """
    row = _to_be(write, appointment_id, TAKES_TIME)
    place = give(write, appointment_id, asked)
    entry = DiaryEntry(by.at, by.who, DiaryEvent.MOVED, place.starts.isoformat())
    _change(write, row, entry, {**_columns(place), "status": AppointmentStatus.BOOKED, "to_hear": call_id or None})


def cancel(write: Connection, appointment_id: int, by: By, why: str = "", *, call_id: str = "") -> None:
    """Cancel an appointment, which frees its time. Raises ChangeRefused, NoSuchAppointment.

    `why` is the reason for the history; `call_id` is the id of the call that cancels, empty if no call does.
    """
    row = _to_be(write, appointment_id, (AppointmentStatus.BOOKED,))
    vacate(write, appointment_id)
    entry = DiaryEntry(by.at, by.who, DiaryEvent.CANCELLED, why)
    _change(write, row, entry, {"status": AppointmentStatus.CANCELLED, "to_hear": call_id or None})


def mark(write: Connection, appointment_id: int, status: AppointmentStatus, rules: DiaryRules, by: By) -> None:
    """Give an appointment this status: booked, arrived or not come; the last frees its time.

    Raises TimeTaken if another patient has the time by now, ChangeRefused if it is cancelled, NoSuchAppointment.
    """
    row = _to_be(write, appointment_id, MARKABLE)
    change = _with_status(write, row, status, partial(asked_again, rules, by.at))
    _change(write, row, DiaryEntry(by.at, by.who, EVENTS[status]), change)


MARKABLE = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED, AppointmentStatus.NOSHOW)

EVENTS: Mapping[AppointmentStatus, DiaryEvent] = {
    AppointmentStatus.BOOKED: DiaryEvent.REOPENED,
    AppointmentStatus.ARRIVED: DiaryEvent.ARRIVED,
    AppointmentStatus.NOSHOW: DiaryEvent.NOSHOW,
    AppointmentStatus.CANCELLED: DiaryEvent.CANCELLED,
}
"""For each status, the event that the history gets when an appointment changes to this status."""


AskedAgain = Callable[[Appointment], Asked]
"""A function that returns the wanted time of an appointment that gave its time up and is to take one again."""


def reopen(write: Connection, appointment_id: int, asked: AskedAgain, by: By) -> None:
    """Rebook a cancelled appointment at the time from `asked`. Raises TimeTaken, ChangeRefused, NoSuchAppointment."""
    row = _to_be(write, appointment_id, (AppointmentStatus.CANCELLED,))
    change = _with_status(write, row, AppointmentStatus.BOOKED, asked)
    _change(write, row, DiaryEntry(by.at, by.who, DiaryEvent.REOPENED, change["starts"].isoformat()), change)


def _with_status(write: Connection, row: Row[Any], status: AppointmentStatus, asked: AskedAgain) -> dict[str, Any]:
    """Free an appointment's time or take it again for a status; return its new values. Raises as `reopen` does."""
    if status in FREES_TIME:
        vacate(write, row.id)
    if status in FREES_TIME or row.status in TAKES_TIME:
        return {"status": status}
    found = any_appointment(row)
    if not isinstance(found, Appointment):
        raise NoSuchAppointment(row.id)
    return {**_columns(give(write, row.id, asked(found))), "status": status}


HISTORY_LINE = insert(schema.appointment_history).inline()  # nobody asks for its id


def note(write: Connection, appointment_id: int, entry: DiaryEntry, before: str | None = None) -> None:
    """Add an event to an appointment's history; `before` is the state of the appointment that an undo restores."""
    line = {"at": entry.at, "who": entry.who, "what": entry.what, "detail": entry.detail, "before": before}
    write.execute(HISTORY_LINE, {"appointment_id": appointment_id, **line})


def _columns(place: Place) -> dict[str, Any]:
    return {"starts": place.starts, "ends": place.ends, "schedule": place.schedule, "extra": place.extra}


def _to_be(write: Connection, appointment_id: int, allowed: Collection[AppointmentStatus]) -> Row[Any]:
    """Return the row of an appointment, locked. Raises ChangeRefused if its status is not one of `allowed`.

    Raises NoSuchAppointment, also if the status is unreadable.
    """
    row = write.execute(select(table).where(table.c.id == appointment_id).with_for_update()).one_or_none()
    if row is None or row.status not in set(AppointmentStatus):
        raise NoSuchAppointment(appointment_id)
    if row.status not in allowed:
        raise ChangeRefused(AppointmentStatus(row.status))
    return row


def _change(write: Connection, row: Row[Any], entry: DiaryEntry, change: Mapping[str, Any]) -> None:
    write.execute(update(table).where(table.c.id == row.id).values(**change, touched=entry.at))
    note(write, row.id, entry, standing(row))


def standing(row: Row[Any]) -> str | None:
    """Return an appointment's time, column and status as JSON for a later undo; None if any of these is unreadable."""
    values = {name: getattr(row, name) for name in STANDS}
    if any(isinstance(each, Odd) for each in values.values()):
        return None
    return json.dumps({name: each.isoformat() if isinstance(each, datetime) else each for name, each in values.items()})


def restored(before: str | None) -> Mapping[str, Any] | None:
    """Return, by column, the values that an undo writes back, from the JSON of `standing`; None if it is unreadable."""
    try:
        values = {name: each for name, each in json.loads(before or "").items() if name in STANDS}
        moments = {name: datetime.fromisoformat(values[name]) for name in ("starts", "ends")}
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return {**values, **moments} if len(values) == len(STANDS) else None


def put_back(write: Connection, row: Row[Any], before: Mapping[str, Any], buffer: timedelta, by: By) -> None:
    """Put an appointment back to its values in `before`, by column. Raises TimeTaken, UniqueViolation.

    An appointment that stood beside another patient's gets an extra place again, perhaps another one.
    """
    column = Schedule(before["schedule"], before["ends"] - before["starts"])
    place: Mapping[str, Any] = {}
    if before["status"] in TAKES_TIME:
        place = _columns(give(write, row.id, Asked(before["starts"], [column], buffer, beside=before["extra"] > 0)))
    else:
        vacate(write, row.id)
    write.execute(update(table).where(table.c.id == row.id).values({**before, **place, "touched": by.at}))


@dataclass(frozen=True)
class Diary:
    """Reads the appointments of the diary."""

    database: Database

    def appointment(self, appointment_id: int) -> AnyAppointment:
        """Return the appointment of this id. Raises NoSuchAppointment, StoreAway."""
        found = self._rows(table.c.id == appointment_id)
        if not found:
            raise NoSuchAppointment(appointment_id)
        return any_appointment(found[0])

    def among(self, ids: Collection[int]) -> dict[int, AnyAppointment]:
        """Return the appointments of these ids, by id. Raises StoreAway."""
        found = self._rows(table.c.id.in_(ids)) if ids else []
        return {row.id: any_appointment(row) for row in found}

    def between(self, start: datetime, end: datetime) -> list[AnyAppointment]:
        """Return the appointments that begin from `start` until before `end`, by time. Raises StoreAway."""
        return [any_appointment(row) for row in self._rows(table.c.starts >= start, table.c.starts < end)]

    def ahead(self, phone: str, now: datetime) -> list[Appointment]:
        """Return a number's booked appointments that are still to come, the soonest first. Raises StoreAway."""
        ahead = (table.c.phone == phone, table.c.starts >= now, table.c.status == AppointmentStatus.BOOKED)
        return readable(self._rows(*ahead))

    def of_phone(self, phone: str) -> list[Appointment]:
        """Return all appointments of a number, by time. Raises StoreAway."""
        return readable(self._rows(table.c.phone == phone))

    def of_request(self, request_id: int) -> AnyAppointment | None:
        """Return the last appointment booked from this request; None where there is none. Raises StoreAway."""
        found = self._rows(table.c.request_id == request_id)
        return any_appointment(max(found, key=lambda row: int(row.id))) if found else None

    def promised(self, mark_of_promise: str) -> Appointment | None:
        """Return the appointment whose promise has this mark; None where there is none. Raises StoreAway."""
        return next(iter(readable(self._rows(table.c.mark == mark_of_promise))), None)

    def history(self, appointment_id: int) -> list[DiaryEntry]:
        """Return the history of an appointment, the oldest event first. Raises StoreAway."""
        lines = schema.appointment_history
        query = select(lines.c.at, lines.c.who, lines.c.what, lines.c.detail)
        with self.database.reading() as read:
            rows = read.execute(query.where(lines.c.appointment_id == appointment_id).order_by(lines.c.id))
            return [DiaryEntry(*row) for row in rows]

    def _rows(self, *conditions: ColumnElement[bool]) -> list[Row[Any]]:
        with self.database.reading() as read:
            return list(read.execute(select(table).where(*conditions).order_by(table.c.starts, table.c.id)))

"""Enters into the diary the bookings that an older version of the program stored without a diary.

Such a booking is a closed request with a booked time. If the time is taken, the booking gets an extra place in the
diary, which the desk sees. No HTTP, no clock.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, exists, select

from ivr.desk.requests import THE_CLOCK, Outcome, Status
from ivr.diary.appointments import DiaryEntry, DiaryEvent, NewAppointment, Source
from ivr.diary.calendar_feed import older_entry
from ivr.diary.diary import book, note
from ivr.diary.times import agreed, columns_of
from ivr.line.clinic import Clinic
from ivr.line.phones import NumberRefused, Phone
from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.odd import name_once
from ivr.storage.upsert import in_turn, lock_key

AT_ONCE = 100
"""The most older bookings that one transaction enters, so that no caller waits long for its lock."""

JUST_OVER = timedelta(days=1)
"""The age up to which a later run of Adoption enters past bookings. Only the first run enters older bookings too."""

table, patients = schema.requests, schema.patients

HAS_PATIENT = exists().where(patients.c.id == table.c.patient_id, patients.c.phone == table.c.phone)
"""The SQL condition of requests with a patient of their own number; an erased patient's id may be another's by now."""


class Adoption:
    """Enters into the diary the bookings that older versions made. Only the first run enters long past bookings."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_first = True

    def run(self, clinic: Clinic, now: datetime) -> int:
        """Enter the older bookings that the diary lacks, and return how many. Safe to repeat. Raises StoreAway."""
        since = None if self._is_first else now - JUST_OVER
        count, after = 0, 0
        while rows := in_turn(self._database, lambda write: _entered(write, clinic, since, after)):  # noqa: B023 - called at once
            count, after = count + sum(rows.values()), max(rows)
        self._is_first = False
        return count


def _entered(write: Connection, clinic: Clinic, since: datetime | None, after: int) -> dict[int, bool]:
    """Enter the next older bookings (ids above `after`, times from `since` on); return by id if each was entered."""
    lock_key(write, "adoption")
    known = exists().where(schema.appointments.c.request_id == table.c.id)
    of_its_own = (~known, table.c.about.is_(None))  # what is about an appointment has moved that one
    older = (table.c.status == Status.CLOSED, table.c.outcome == Outcome.BOOKED, table.c.id > after, *of_its_own)
    lately = table.c.appointment >= since if since else table.c.appointment.is_not(None)
    booked = select(table, HAS_PATIENT.label("has_patient")).where(*older, lately)
    rows = write.execute(booked.order_by(table.c.id).limit(AT_ONCE)).all()
    return {row.id: _enter(write, clinic, row) for row in rows}


def _enter(write: Connection, clinic: Clinic, row: Row[Any]) -> bool:
    try:
        made = book(write, _appointment(row), agreed(row.appointment, columns_of(clinic, row.line)))
    except (TypeError, AttributeError, OverflowError):  # a time that cannot be read, or at the end of all time
        name_once(table.name, row.id, ["appointment"])
        return False
    moment = row.touched if isinstance(row.touched, datetime) else row.appointment
    note(write, made, DiaryEntry(moment, THE_CLOCK, DiaryEvent.ADOPTED, str(older_entry(write, row.id))))
    return True


def _appointment(row: Row[Any]) -> NewAppointment:
    """Return the booking in a request's row as an appointment. Raises TypeError if its time cannot be read."""
    if not isinstance(row.appointment, datetime):
        raise TypeError
    moments = (row.touched, row.created, row.appointment)
    return NewAppointment(
        starts=row.appointment,
        phone=_phone(row.phone),
        line=row.line,
        language=row.language,
        source=Source.OLDER,
        reference=row.reference,
        made_by=row.taken_by or THE_CLOCK,
        created=next(each for each in moments if isinstance(each, datetime)),
        call_id=row.call_sid,
        patient_id=row.patient_id if row.has_patient else None,
        request_id=row.id,
    )


def _phone(stored: Any) -> Phone | None:
    """Return the number of an older booking; None where it cannot be read. The request still shows it as stored."""
    try:
        return Phone(str(stored))
    except NumberRefused:
        return None

"""Reads an appointment with the last change of it that somebody is told of.

No HTTP, no clock.
"""

from sqlalchemy import Connection, select

from ivr.diary.appointments import Appointment, DiaryEntry, DiaryEvent
from ivr.diary.rows import any_appointment
from ivr.storage import schema

TOLD_OF = (DiaryEvent.BOOKED, DiaryEvent.MOVED, DiaryEvent.CANCELLED, DiaryEvent.REOPENED)
"""The changes of which somebody is told."""


def with_last_change(read: Connection, appointment_id: int) -> tuple[Appointment | None, DiaryEntry | None]:
    """Return the appointment, None where it is gone or cannot be read, and its last change."""
    table, lines = schema.appointments, schema.appointment_history
    row = read.execute(select(table).where(table.c.id == appointment_id)).one_or_none()
    found = any_appointment(row) if row else None
    told = (lines.c.appointment_id == appointment_id, lines.c.what.in_(TOLD_OF))
    query = select(lines.c.at, lines.c.who, lines.c.what, lines.c.detail).where(*told)
    last = read.execute(query.order_by(lines.c.id.desc()).limit(1)).first()
    return found if isinstance(found, Appointment) else None, DiaryEntry(*last) if last else None

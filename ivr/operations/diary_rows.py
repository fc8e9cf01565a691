"""The rows of the diary as retention, export and erasure see them: whose they are, and how long they are kept.

Conditions only. No HTTP, no clock.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select

from ivr.diary.appointments import AppointmentStatus, DiaryEvent
from ivr.storage import schema
from ivr.storage.schema import LONG_AGO

CHILDREN_OF_AN_APPOINTMENT = (schema.appointment_times, schema.appointment_history, schema.errands)
"""The tables whose rows are deleted together with their appointment."""

IS_BOOKED, IS_NOTE = AppointmentStatus.BOOKED, DiaryEvent.NOTE

JUST_MADE = timedelta(hours=1)
"""The time for which a new name may belong to nobody: somebody is about to book for it."""


def of_patient(number: str) -> ColumnElement[bool]:
    """Return the condition of the appointments of a number, or of a patient who has this number."""
    table, patients = schema.appointments, schema.patients
    known = select(patients.c.id).where(patients.c.phone == number)
    return or_(table.c.phone == number, table.c.patient_id.in_(known))


def over_for_long(before: datetime) -> ColumnElement[bool]:
    """Return the condition of appointments that were over, or cancelled, before then.

    One stays as long as the request that it fulfilled, and as one that is to tell its patient.
    """
    table, requests = schema.appointments, schema.requests
    cancelled = and_(table.c.status == AppointmentStatus.CANCELLED, table.c.touched.between(LONG_AGO, before))
    to_tell = exists().where(requests.c.about == table.c.id, schema.IS_LIVE)
    return and_(or_(table.c.ends.between(LONG_AGO, before), cancelled), table.c.request_id.is_(None), ~to_tell)


def nobodys(now: datetime) -> ColumnElement[bool]:
    """Return the condition of patients of whom there is neither a request nor an appointment any more."""
    table = schema.patients
    kept = (exists().where(each.c.patient_id == table.c.id) for each in (schema.requests, schema.appointments))
    return and_(table.c.created <= now - JUST_MADE, *(~each for each in kept))


def blocked_for_nothing(before: datetime) -> ColumnElement[bool]:
    """Return the condition of blocked times that ended, or were undone, before then."""
    table = schema.blocked_times
    return or_(table.c.last_day < before.date(), table.c.undone_at <= before)

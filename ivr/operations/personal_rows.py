"""Finds the rows about people for retention, export and erasure: by number, by age, and by mention in a note.

No HTTP, no clock.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Table, and_, exists, func, or_, select

from ivr.desk.callers import languages
from ivr.desk.callers.languages import ERASED_FOR
from ivr.desk.requests import HistoryEvent
from ivr.diary.appointments import AppointmentStatus, DiaryEvent
from ivr.diary.patients import ARE_NOBODYS
from ivr.storage import schema
from ivr.storage.encryption import KeyedIds
from ivr.storage.schema import LONG_AGO

CHILDREN_OF_AN_APPOINTMENT = (schema.appointment_times, schema.appointment_history, schema.errands)
"""The tables whose rows are deleted together with their appointment."""

UNNAMED = {"missed_calls": "missed calls", "blocked": "blocks", "patients": "names", "caller_languages": "a language"}
"""The tables whose rows have no reference, and what ends the detail of the audit's line when they are erased."""

OF_NOBODY_NAMED = """ AND then_.phone IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM restored.requests AS one WHERE one.phone = then_.phone)
AND NOT EXISTS (SELECT 1 FROM restored.appointments AS one WHERE one.phone = then_.phone
    OR one.patient_id = then_.id AND coalesce(one.phone, '') = '')"""
"""The SQL condition of a patient whose number has no reference in the backup, by which to name it as erased."""

IS_BOOKED, IS_NOTE = AppointmentStatus.BOOKED, DiaryEvent.NOTE

JUST_MADE = timedelta(hours=1)
"""The time for which a new patient is kept even without a request or appointment, since a booking may soon follow."""


def of_patient(number: str) -> ColumnElement[bool]:
    """Return the SQL condition of the appointments of a telephone number.

    An appointment without a number is that of its patient's number. One with a number is that number's, whoever comes.
    """
    table, patients = schema.appointments, schema.patients
    known = select(patients.c.id).where(patients.c.phone == number)
    by_patient = and_(func.coalesce(table.c.phone, "") == "", table.c.patient_id.in_(known))
    return or_(table.c.phone == number, by_patient)


def over_for_long(before: datetime) -> ColumnElement[bool]:
    """Return the SQL condition of appointments to delete, which were over, or cancelled, before this moment.

    An appointment is not deleted while its request is stored, or while a live request asks to tell its patient.
    """
    table, requests = schema.appointments, schema.requests
    cancelled = and_(table.c.status == AppointmentStatus.CANCELLED, table.c.touched.between(LONG_AGO, before))
    to_tell = exists().where(requests.c.about == table.c.id, schema.IS_LIVE)
    return and_(or_(table.c.ends.between(LONG_AGO, before), cancelled), table.c.request_id.is_(None), ~to_tell)


def nobodys(now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition of patients who were stored over an hour ago and have no request and no appointment."""
    return and_(schema.patients.c.created <= now - JUST_MADE, ARE_NOBODYS)


def blocked_for_nothing(before: datetime) -> ColumnElement[bool]:
    """Return the SQL condition of blocked times that ended, or were undone, before this moment."""
    table = schema.blocked_times
    return or_(table.c.last_day < before.date(), table.c.undone_at <= before)


def languages_of_long_ago(before: datetime, now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition of callers' languages unused since `before`, or erased before `now - ERASED_FOR`."""
    table = schema.caller_languages
    done_with = and_(table.c.latest.is_(None), table.c.at <= now - ERASED_FOR)
    return or_(table.c.at.between(LONG_AGO, before), done_with)


class AnyNumber(Protocol):
    """A telephone number: a Phone, or a stored number that this version may not be able to read."""

    @property
    def e164(self) -> str:
        """The telephone number as it is stored."""

    @property
    def groups(self) -> tuple[str, ...]:
        """The number's digits in groups, as people write them."""


def whole(read: Connection, row: Mapping[str, Any], children: Sequence[Table]) -> Mapping[str, Any]:
    """Return a request's row with its rows in these child tables."""
    return {**row, **{each.name: rows(read, each, each.c.request_id == row["id"]) for each in children}}


def whole_appointment(read: Connection, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an appointment's row with its rows in the child tables."""
    children = {each.name: rows(read, each, each.c.appointment_id == row["id"]) for each in CHILDREN_OF_AN_APPOINTMENT}
    return {**row, **children}


def of_number(read: Connection, table: Table, phone: AnyNumber) -> list[dict[str, Any]]:
    """Return the rows of a table about this telephone number."""
    return rows(read, table, table.c.phone == phone.e164)


def rows(read: Connection, table: Table, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Return a table's rows that fulfil this condition, with every column, also columns that a later version adds."""
    return [dict(row) for row in read.execute(select(table).where(condition).order_by(table.c.id)).mappings()]


def language(read: Connection, phone: AnyNumber, keyed_ids: KeyedIds) -> list[Mapping[str, Any]]:
    """Return the stored row with a number's greeting language and the language of its last call; no row or one row."""
    return languages.remembered(read, phone.e164, keyed_ids)


def erase_language(write: Connection, phone: AnyNumber, keyed_ids: KeyedIds, now: datetime) -> None:
    """Erase the language in which a number is greeted; calls that began before `now` cannot store a language again."""
    languages.erase(write, phone.e164, keyed_ids, now)


def mentions(read: Connection, phone: AnyNumber) -> list[str]:
    """Return the references of other people's requests and appointments with a note that has this number's digits."""
    wanted, notes, table = "".join(phone.groups), schema.history, schema.requests
    query = select(table.c.reference, notes.c.detail).join(table, table.c.id == notes.c.request_id)
    others = read.execute(query.where(notes.c.what == HistoryEvent.NOTE, table.c.phone != phone.e164)).all()
    visits, lines = schema.appointments, schema.appointment_history
    query = select(visits.c.reference, lines.c.detail).join(visits, visits.c.id == lines.c.appointment_id)
    theirs = or_(visits.c.phone.is_(None), visits.c.phone != phone.e164)
    others = [*others, *read.execute(query.where(lines.c.what == IS_NOTE, theirs))]
    return sorted({row.reference for row in others if wanted in "".join(filter(str.isdigit, str(row.detail)))})


def merged(read: Connection, phone: AnyNumber) -> list[str]:
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

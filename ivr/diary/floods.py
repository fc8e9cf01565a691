"""Finds the appointments that were booked by telephone in a flood, cancels them at once, and can book them again.

The module flood_signs.py defines a flood. No HTTP, no clock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, exists, select

from ivr.diary.appointments import (
    Appointment,
    AppointmentStatus,
    ChangeRefused,
    DiaryEntry,
    DiaryEvent,
    NoSuchAppointment,
    Source,
    TimeTaken,
    Whose,
)
from ivr.diary.desk_diary import locked, put_back_before
from ivr.diary.diary import cancel, note
from ivr.diary.flood_signs import BookingMade, Flood, floods_in
from ivr.diary.rows import readable
from ivr.line.clinic import Clinic
from ivr.storage import schema
from ivr.storage.audit import AuditAction, By, line
from ivr.storage.database import Database
from ivr.storage.odd import text_of
from ivr.storage.upsert import in_turn

FLOOD = "flood"
"""The detail of the history event CANCELLED if the appointment was cancelled as a part of a flood."""

DEALT_WITH = (DiaryEvent.VOUCHED, DiaryEvent.NAMED, DiaryEvent.NOTE, DiaryEvent.MOVED, DiaryEvent.TOLD)
"""The events which show that the desk has dealt with an appointment. Events by the person who booked do not count."""

LATELY = timedelta(days=1)
"""The time within which the cancellation of a flood can be undone."""

table, lines = schema.appointments, schema.appointment_history


@dataclass(frozen=True)
class FreedFlood:
    """The appointments of one flood that one person cancelled together, and that are still cancelled."""

    at: datetime
    who: str
    appointments: tuple[Appointment, ...]


@dataclass(frozen=True)
class TakenBack:
    """The result of undoing a flood's cancellation: `back` are the appointments booked again, `left` the others."""

    back: Sequence[Appointment]
    left: Sequence[Appointment]
    """The appointments that cannot be booked again, because their time is over or taken, or they were changed since."""


@dataclass(frozen=True)
class Floods:
    """Finds floods of bookings, cancels their appointments or vouches for them, and undoes a cancellation."""

    database: Database
    clinic_now: Callable[[], Clinic]

    def ahead(self, now: datetime) -> list[Flood]:
        """Return the floods among the appointments booked by telephone that are still to come. Raises StoreAway.

        A booking that the desk has named, vouched for or otherwise dealt with counts to no flood.
        """
        by_phone = (table.c.source == Source.PHONE, table.c.status == AppointmentStatus.BOOKED, table.c.starts > now)
        by_others = (lines.c.appointment_id == table.c.id, lines.c.who != table.c.made_by)
        known = exists().where(*by_others, lines.c.what.in_(DEALT_WITH))
        columns: tuple[Any, ...] = (table.c.id, table.c.created, table.c.call_sid, table.c.whose)
        query = select(*columns).where(*by_phone, table.c.patient_id.is_(None), ~known)
        with self.database.reading() as read:
            rows = read.execute(query).all()
        return floods_in(
            [
                BookingMade(row.id, row.created, text_of(row.call_sid), row.whose == Whose.KEYED)
                for row in rows
                if isinstance(row.created, datetime)
            ]
        )

    def free(self, ids: Sequence[int], by: By) -> int:
        """Cancel these appointments of a flood at once; return how many were still booked. Raises StoreAway."""
        return in_turn(self.database, lambda write: sum(_freed(write, each, by) for each in sorted(ids)))

    def vouch(self, ids: Sequence[int], by: By) -> None:
        """Mark these appointments as patients' own, so that they count to no flood any more. Raises StoreAway."""

        def vouched(write: Connection) -> None:
            known = select(table.c.id, table.c.reference).where(table.c.id.in_(ids)).order_by(table.c.id)
            for row in write.execute(known).all():
                note(write, row.id, DiaryEntry(by.at, by.who, DiaryEvent.VOUCHED))
                write.execute(line(by, AuditAction.VOUCHED_APPOINTMENT, row.reference))

        in_turn(self.database, vouched)

    def freed(self, now: datetime) -> list[FreedFlood]:
        """Return the floods that the desk has cancelled within `LATELY`, the latest first. Raises StoreAway."""
        of_flood = (lines.c.what == DiaryEvent.CANCELLED, lines.c.detail == FLOOD, lines.c.at > now - LATELY)
        joined = select(table, lines.c.at, lines.c.who).join(lines, lines.c.appointment_id == table.c.id)
        cancelled = (table.c.status == AppointmentStatus.CANCELLED, table.c.touched == lines.c.at)
        with self.database.reading() as read:
            rows = read.execute(
                joined.where(*of_flood, *cancelled).order_by(lines.c.at.desc(), lines.c.who, table.c.starts)
            ).all()
        found = groupby(
            (row for row in rows if isinstance(row.at, datetime)), key=lambda row: (row.at, text_of(row.who))
        )
        return [FreedFlood(at, who, tuple(readable(together))) for (at, who), together in found]

    def take_back(self, at: datetime, by: By) -> TakenBack:
        """Book again the appointments cancelled as a flood at the moment `at`, as far as their times are still free.

        Raises StoreAway.
        """
        wanted = [each for freed in self.freed(by.at) if freed.at == at for each in freed.appointments]
        back = [each for each in wanted if self._is_back(each, at, by)]
        return TakenBack(back, [each for each in wanted if each not in back])

    def _is_back(self, found: Appointment, at: datetime, by: By) -> bool:
        buffer = self.clinic_now().diary.buffer
        try:
            return in_turn(self.database, lambda write: _taken_back(write, buffer, found.id, at, by))
        except (TimeTaken, NoSuchAppointment):
            return False


def _freed(write: Connection, appointment_id: int, by: By) -> bool:
    try:
        cancel(write, appointment_id, by, FLOOD)
    except (ChangeRefused, NoSuchAppointment):  # somebody was quicker
        return False
    reference = write.execute(select(table.c.reference).where(table.c.id == appointment_id)).scalar_one()
    write.execute(line(by, AuditAction.FREED_APPOINTMENT, str(reference)))
    return True


def _taken_back(write: Connection, buffer: timedelta, appointment_id: int, at: datetime, by: By) -> bool:
    """Book again an appointment of a cancelled flood; return False if it has begun, changed since, or is unreadable.

    Raises TimeTaken, NoSuchAppointment, UniqueViolation.
    """
    row = locked(write, appointment_id)
    if row.status != AppointmentStatus.CANCELLED or row.touched != at or row.starts <= by.at:
        return False
    of_flood = (lines.c.appointment_id == appointment_id, lines.c.detail == FLOOD, lines.c.at == at)
    return put_back_before(write, buffer, row, write.execute(select(lines).where(*of_flood)).one(), by)

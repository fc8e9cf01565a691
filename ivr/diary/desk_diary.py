"""Books, moves and cancels appointments for the desk, marks whether patients came, and undoes the latest change.

A change and its history are one transaction. The desk may book closed or taken times on purpose. No HTTP, no clock.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, select

from ivr.diary.appointments import (
    AppointmentStatus,
    DiaryEntry,
    DiaryEvent,
    NewAppointment,
    NoSuchAppointment,
    Source,
)
from ivr.diary.diary import book, cancel, mark, move, note, put_back, reopen, restored, standing
from ivr.diary.patients import known_as, set_patient
from ivr.diary.times import Asked, asked_again, columns, to_move
from ivr.line.clinic import Clinic
from ivr.line.diary import DiaryRules
from ivr.line.phones import Phone
from ivr.storage import schema
from ivr.storage.audit import AuditAction, By, line
from ivr.storage.database import Database
from ivr.storage.upsert import in_turn

UNDO_WITHIN = timedelta(seconds=15)
"""The time for which the desk can undo a change of an appointment, equal to that for a move of a request."""

FARTHEST = timedelta(days=730)
"""The farthest that a time may lie ahead or back; a year beyond it must be a typing error."""

SECOND_TAP = timedelta(seconds=5)
"""The time within which the same booking or note by the same person is taken for a second tap on the button."""

table = schema.appointments


class NotMeant(ValueError):
    """The desk has probably mistyped the time: it is years away, or not at a step of the diary."""


@dataclass(frozen=True)
class DeskBooking:
    """An appointment that somebody at the desk wants to book."""

    starts: datetime
    phone: Phone | None
    name: str
    line: str
    language: str
    reference: str
    schedule: str = ""
    """The key of the wanted column of the diary; empty for the first that is free."""
    beside: bool = False
    """True if the appointment may take an extra place beside another patient's."""
    words: str = ""
    """The note that was typed with the booking; empty without one."""
    request_id: int | None = None
    """The id of the request that the appointment fulfils; None without a request."""


@dataclass(frozen=True)
class NameAndNote:
    """The patient's new name and the note that were typed with a change of an appointment; empty where nothing was."""

    name: str = ""
    note: str = ""


NOTHING_TYPED = NameAndNote()

Act = Callable[[Connection, Row[Any]], None]
"""A part of a change: it gets the transaction, and the appointment's locked row as it was before the change."""


@dataclass(frozen=True)
class DeskDiary:
    """Makes the changes in the diary that the desk asks for.

    A change and what was typed with it (`typed`) are stored together, or neither is. A name that is too long raises
    ValueError.
    """

    database: Database
    clinic_now: Callable[[], Clinic]

    def book(self, wanted: DeskBooking, by: By) -> int:
        """Book an appointment; return its id. Raises TimeTaken, NotMeant, StoreAway, ValueError for too long a name."""
        rules = self.clinic_now().diary
        return in_turn(self.database, lambda write: book_at_desk(write, rules, wanted, by))

    def move(  # noqa: PLR0913 - each is one thing about the move
        self,
        appointment_id: int,
        starts: datetime,
        by: By,
        typed: NameAndNote = NOTHING_TYPED,
        *,
        schedule: str = "",
        beside: bool = False,
    ) -> None:
        """Give an appointment another time. Raises TimeTaken, NotMeant, ChangeRefused, NoSuchAppointment, StoreAway."""
        rules = self.clinic_now().diary

        def moved(write: Connection, row: Row[Any]) -> None:
            fitting = to_move(write, rules, row.id)
            move(write, row.id, asked_at_desk(fitting, starts, schedule, beside=beside, now=by.at), by)

        told = partial(_audit, AuditAction.CHANGED_APPOINTMENT, by, starts.isoformat())
        self._done(appointment_id, partial(_keep, typed, by), moved, told)

    def cancel(self, appointment_id: int, by: By, typed: NameAndNote = NOTHING_TYPED) -> None:
        """Cancel an appointment. Raises ChangeRefused, NoSuchAppointment, StoreAway."""
        told = partial(_audit, AuditAction.CANCELLED_APPOINTMENT, by, "")
        self._done(appointment_id, partial(_keep, typed, by), lambda write, row: cancel(write, row.id, by), told)

    def mark(self, appointment_id: int, status: AppointmentStatus, by: By, typed: NameAndNote = NOTHING_TYPED) -> None:
        """Mark that an appointment's patient has come or not, or remove the mark. Raises the errors of `reopen`."""
        rules, keep = self.clinic_now().diary, partial(_keep, typed, by)
        told = partial(_audit, AuditAction.MARKED_APPOINTMENT, by, status)
        self._done(appointment_id, keep, lambda write, row: mark(write, row.id, status, rules, by), told)

    def reopen(self, appointment_id: int, by: By, typed: NameAndNote = NOTHING_TYPED) -> None:
        """Book a cancelled appointment again at its time. Raises TimeTaken, ChangeRefused, NoSuchAppointment."""
        asked, keep = partial(asked_again, self.clinic_now().diary, by.at), partial(_keep, typed, by)
        told = partial(_audit, AuditAction.CHANGED_APPOINTMENT, by, "")
        self._done(appointment_id, keep, lambda write, row: reopen(write, row.id, asked, by), told)

    def keep(self, appointment_id: int, typed: NameAndNote, by: By) -> None:
        """Store a patient's name, and a note in the appointment's history. Raises NoSuchAppointment, StoreAway."""
        self._done(appointment_id, partial(_keep, typed, by))

    def undo(self, appointment_id: int, what: str, by: By) -> bool:
        """Undo an appointment's last change if it is `what` and this person just made it; return False otherwise.

        Raises TimeTaken if another appointment has the former time by now, NoSuchAppointment, StoreAway.
        """
        buffer = self.clinic_now().diary.buffer
        return in_turn(self.database, lambda write: undo_change(write, buffer, appointment_id, what, by))

    def _done(self, appointment_id: int, *acts: Act) -> None:
        def done(write: Connection) -> None:
            row = locked(write, appointment_id)
            for act in acts:
                act(write, row)

        in_turn(self.database, done)


def _keep(typed: NameAndNote, by: By, write: Connection, row: Row[Any]) -> None:
    if typed.name:
        phone = Phone(row.phone) if row.phone else None
        set_patient(write, table, row.id, known_as(write, phone, typed.name, by.at))
        note(write, row.id, DiaryEntry(by.at, by.who, DiaryEvent.NAMED))
        write.execute(line(by, AuditAction.CHANGED_APPOINTMENT, row.reference))
    if typed.note and not _is_noted(write, row.id, typed.note, by):
        note(write, row.id, DiaryEntry(by.at, by.who, DiaryEvent.NOTE, typed.note))
        write.execute(line(by, AuditAction.NOTED_ON_APPOINTMENT, row.reference))


def _is_noted(write: Connection, appointment_id: int, words: str, by: By) -> bool:
    """Return whether this person has just stored the same note, as by a second tap on a button."""
    lines = schema.appointment_history
    just = (lines.c.what == DiaryEvent.NOTE, lines.c.who == by.who, lines.c.at > by.at - SECOND_TAP)
    same = select(lines.c.id).where(lines.c.appointment_id == appointment_id, lines.c.detail == words, *just)
    return write.execute(same.limit(1)).first() is not None


def _audit(what: AuditAction, by: By, detail: str, write: Connection, row: Row[Any]) -> None:
    write.execute(line(by, what, row.reference, detail))


def book_at_desk(write: Connection, rules: DiaryRules, wanted: DeskBooking, by: By) -> int:
    """Book an appointment within a transaction; return its id. Raises TimeTaken, NotMeant, ValueError (long name)."""
    asked = asked_at_desk(rules, wanted.starts, wanted.schedule, beside=wanted.beside, now=by.at)
    new = NewAppointment(
        starts=wanted.starts,
        phone=wanted.phone,
        line=wanted.line,
        language=wanted.language,
        source=Source.DESK,
        reference=wanted.reference,
        made_by=by.who,
        created=by.at,
        patient_id=known_as(write, wanted.phone, wanted.name, by.at),
        request_id=wanted.request_id,
        words=wanted.words,
    )
    appointment_id = book(write, new, asked)
    write.execute(line(by, AuditAction.BOOKED_APPOINTMENT, wanted.reference, wanted.starts.isoformat()))
    return appointment_id


def undo_change(write: Connection, buffer: timedelta, appointment_id: int, what: str, by: By) -> bool:
    """Undo this person's last change `what`, or return False. Raises TimeTaken, NoSuchAppointment, UniqueViolation."""
    row, last = locked(write, appointment_id), _last_line(write, appointment_id)
    if last is None or last.what != what or last.who != by.who or by.at - last.at > UNDO_WITHIN:
        return False
    if what == DiaryEvent.BOOKED:  # before it there was no appointment
        cancel(write, appointment_id, by, DiaryEvent.UNDONE)
        write.execute(line(by, AuditAction.UNDID_APPOINTMENT, row.reference, what))
        return True
    return put_back_before(write, buffer, row, last, by)


def put_back_before(write: Connection, buffer: timedelta, row: Row[Any], change: Row[Any], by: By) -> bool:
    """Put an appointment back to its state before `change`; return False if that state cannot be read.

    `row` is the appointment's locked row, `change` a row of its history. Raises TimeTaken, UniqueViolation.
    """
    before = restored(change.before)
    if before is None:
        return False
    put_back(write, row, before, buffer, by)
    note(write, row.id, DiaryEntry(by.at, by.who, DiaryEvent.UNDONE, change.what), standing(row))
    write.execute(line(by, AuditAction.UNDID_APPOINTMENT, row.reference, change.what))
    return True


def asked_at_desk(rules: DiaryRules, starts: datetime, schedule: str, *, beside: bool, now: datetime) -> Asked:
    """Return the wanted time and columns; `beside` allows an extra place. Raises NotMeant for a time years away."""
    if abs(starts - now) > FARTHEST:
        raise NotMeant(f"{starts:%Y} is not near {now:%Y}")
    return Asked(starts, columns(rules, schedule), rules.buffer, beside)


def locked(write: Connection, appointment_id: int) -> Row[Any]:
    """Return the row of an appointment, locked until the transaction ends. Raises NoSuchAppointment."""
    row = write.execute(select(table).where(table.c.id == appointment_id).with_for_update()).one_or_none()
    if row is None:
        raise NoSuchAppointment(appointment_id)
    return row


def _last_line(write: Connection, appointment_id: int) -> Row[Any] | None:
    lines = schema.appointment_history
    query = select(lines).where(lines.c.appointment_id == appointment_id).order_by(lines.c.id.desc()).limit(1)
    return write.execute(query).first()

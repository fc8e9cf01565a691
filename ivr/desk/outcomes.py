"""Changes the diary by the reported outcome of a request, in the transaction of the move, and undoes the change.

A request that is reported as booked makes an appointment. A request about an appointment moves or cancels it, or notes
that its patient was told. No HTTP, no clock.
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, or_, update

from ivr.desk.request_rows import request_of
from ivr.desk.requests import Outcome, OutcomeReport, Request, Why
from ivr.diary.appointments import (
    ChangeRefused,
    DiaryEntry,
    DiaryEvent,
    NoSuchAppointment,
    TimeTaken,
)
from ivr.diary.desk_diary import FARTHEST, DeskBooking, NotMeant, asked_at_desk, book_at_desk, undo_change
from ivr.diary.diary import cancel, move, note
from ivr.diary.free_times import require_offered
from ivr.diary.patients import set_patient
from ivr.diary.times import Asked, to_move
from ivr.diary.working_hours import is_open
from ivr.line.clinic import Clinic
from ivr.storage import schema
from ivr.storage.audit import AuditAction, By, line

DONE = "diary"
"""The field of a move's undo data that holds the diary change: the appointment's id and the DiaryEvent."""


class Clash(StrEnum):
    """The reason why a time in the diary is not free to book."""

    CLOSED = "closed"
    BLOCKED = "blocked"
    TAKEN = "taken"


class NotFree(Exception):
    """The time to book is not free, for the reason `why`, and nobody has confirmed that the booking is on purpose."""

    def __init__(self, why: Clash) -> None:
        super().__init__(f"the time is {why}")
        self.why = why


def carry_out(write: Connection, clinic: Clinic, row: Row[Any], report: OutcomeReport, by: By) -> Mapping[str, Any]:
    """Change the diary by the reported outcome of a request, and return what an undo has to know of the change.

    Raises NotFree, NotMeant, ChangeRefused, NoSuchAppointment, CannotRead, UniqueViolation.
    """
    if report.at and abs(report.at - by.at) > FARTHEST:
        raise NotMeant(f"{report.at:%Y} is not near {by.at:%Y}")
    done: tuple[int, str] | None = None
    if report.outcome is Outcome.BOOKED:
        request = request_of(row)
        done = _move(write, clinic, request, report, by) if request.about else _book(write, clinic, request, report, by)
    elif row.about and report.outcome is Outcome.CANCELLED:
        done = _cancel(write, row.about, by)
    elif row.about and report.outcome is Outcome.SETTLED and row.why in TO_TELL:
        done = _told(write, row.about, by)
    return {DONE: done} if done else {}


TO_TELL = (Why.CLOSED, Why.UNHEARD, Why.BLOCKED)
"""The reasons for which a request asks the staff to tell a patient something about an appointment."""


def take_back(write: Connection, clinic: Clinic, done: tuple[int, str], by: By) -> bool:
    """Undo the change `done` in the diary (appointment id, event); return whether it is undone. Raises TimeTaken."""
    appointment_id, what = done
    if what == DiaryEvent.TOLD:
        return True
    try:
        return undo_change(write, clinic.diary.buffer, appointment_id, what, by)
    except NoSuchAppointment:
        return True


def name_booked(write: Connection, row: Row[Any], patient_id: int | None) -> None:
    """Set the patient of the appointments that this request has booked, unless they have another patient by now."""
    table = schema.appointments
    same = or_(table.c.patient_id.is_(None), table.c.patient_id == row.patient_id)
    write.execute(update(table).where(table.c.request_id == row.id, same).values(patient_id=patient_id))


def _book(write: Connection, clinic: Clinic, request: Request, report: OutcomeReport, by: By) -> tuple[int, str]:
    asked = _free(write, clinic, request, report, by)
    wanted = DeskBooking(
        starts=asked.starts,
        phone=request.phone,
        name="",
        line=request.line,
        language=request.language,
        reference=request.reference,
        beside=asked.beside,
        request_id=request.id,
    )
    rules = replace(clinic.diary, schedules=tuple(asked.schedules))
    try:
        appointment_id = book_at_desk(write, rules, wanted, by)
    except TimeTaken:
        raise NotFree(Clash.TAKEN) from None
    set_patient(write, schema.appointments, appointment_id, request.patient_id)
    return appointment_id, DiaryEvent.BOOKED


def _move(write: Connection, clinic: Clinic, request: Request, report: OutcomeReport, by: By) -> tuple[int, str]:
    appointment_id = request.about or 0
    fitting = replace(clinic, diary=to_move(write, clinic.diary, appointment_id))
    asked = _free(write, fitting, request, report, by)
    try:
        move(write, appointment_id, asked, by)
    except TimeTaken:
        raise NotFree(Clash.TAKEN) from None
    write.execute(line(by, AuditAction.CHANGED_APPOINTMENT, request.reference, asked.starts.isoformat()))
    return appointment_id, DiaryEvent.MOVED


def _cancel(write: Connection, appointment_id: int, by: By) -> tuple[int, str] | None:
    """Cancel this appointment; return its id and the event CANCELLED, or None if it is gone, cancelled or over."""
    try:
        cancel(write, appointment_id, by)
    except (ChangeRefused, NoSuchAppointment):
        return None
    return appointment_id, DiaryEvent.CANCELLED


def _told(write: Connection, appointment_id: int, by: By) -> tuple[int, str]:
    note(write, appointment_id, DiaryEntry(by.at, by.who, DiaryEvent.TOLD))
    return appointment_id, DiaryEvent.TOLD


def _free(write: Connection, clinic: Clinic, request: Request, report: OutcomeReport, by: By) -> Asked:
    """Return the time of the report, with the columns that are open then and not blocked. Raises NotFree, NotMeant.

    With `on_purpose` in the report, closed and blocked columns are returned too. Another patient's appointment at that
    time is found only at the booking.
    """
    if report.at is None:
        raise ValueError("no time")
    asked = asked_at_desk(clinic.diary, report.at, report.schedule, beside=report.on_purpose, now=by.at)
    if report.on_purpose:
        return asked
    hours = clinic.line(request.line).hours
    if not any(is_open(each, hours, report.at, asked.place(each).ends) for each in asked.schedules):
        raise NotFree(Clash.CLOSED)
    try:
        return require_offered(write, clinic, request.line, asked)
    except TimeTaken:
        raise NotFree(Clash.BLOCKED) from None

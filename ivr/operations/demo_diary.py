"""Fills the diary with made-up appointments within the opening hours, for a demonstration, and removes them again.

The patients are called "Made-up patient 1" and so on. Their numbers are reserved for made-up people. No clock.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, delete, or_, select

from ivr.desk.requests import CALLER
from ivr.diary.appointments import AppointmentStatus, NewAppointment, Source
from ivr.diary.diary import book, cancel, mark
from ivr.diary.free_times import FreeTimes
from ivr.diary.patients import known_as
from ivr.diary.times import Asked
from ivr.line.clinic import Clinic
from ivr.line.diary import Slot
from ivr.line.phones import Phone
from ivr.operations.demo_days import NUMBERS, SOMEBODY
from ivr.operations.retention import remove
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database

MARK = "demo-visit-"
"""The prefix of the column `mark` of made-up appointments, by which the demo finds and removes them."""

BACK, AHEAD = 7, 7
"""The numbers of days before and after today for which appointments are made up."""

PEOPLE = 30
"""The number of made-up patients."""

TAKEN = (True, True, False, True, False)
"""The pattern in which made-up appointments take or skip free times in turn, so that the diary is busy but not full."""

CANCELLED = 11
"""The number of made-up appointments for each cancelled one; callers and the desk cancel in turn."""

table = schema.appointments


def _is_filled(database: Database) -> bool:
    with database.reading() as read:
        return read.execute(select(table.c.id).where(table.c.mark.startswith(MARK)).limit(1)).first() is not None


def fill_diary(database: Database, clinic: Clinic, now: datetime) -> int:
    """Write made-up appointments unless there are some already, and return how many were written. Raises StoreAway."""
    if _is_filled(database):
        return 0
    today, free = clinic.line("").hours.local(now).date(), FreeTimes(database)
    days = (today + timedelta(days=ahead) for ahead in range(-BACK, AHEAD + 1))
    slots = (slot for day in days for slot in free.of_day(clinic, clinic.default_line, day))
    taken = [slot for turn, slot in enumerate(slots) if TAKEN[turn % len(TAKEN)]]
    with database.writing() as write:
        for turn, slot in enumerate(taken):
            _visit(write, clinic, slot, turn, now)
    return len(taken)


def _visit(write: Connection, clinic: Clinic, slot: Slot, turn: int, now: datetime) -> None:
    """Book a made-up appointment. As `turn` decides, cancel the appointment, or mark a past one as kept or missed."""
    made, number = min(now, slot.start) - timedelta(days=1 + turn % 5), turn % PEOPLE
    phone = Phone(f"{NUMBERS}{number:02}")
    new = NewAppointment(
        starts=slot.start,
        phone=phone,
        line=clinic.default_line,
        language="hi" if number % 3 else "en",
        source=Source.PHONE if turn % 2 else Source.DESK,
        reference=f"{900000 + turn}",
        made_by=SOMEBODY,
        created=made,
        mark=f"{MARK}{turn}",
        patient_id=known_as(write, phone, f"Made-up patient {number + 1}", made),
    )
    column = [each for each in clinic.diary.schedules if each.key == slot.schedule]
    appointment_id = book(write, new, Asked(slot.start, column))
    if turn % CANCELLED == 0:
        cancel(write, appointment_id, By(CALLER if turn % 2 else SOMEBODY, made + timedelta(hours=5)))
    elif slot.start < now:
        status = AppointmentStatus.ARRIVED if turn % 9 else AppointmentStatus.NOSHOW
        mark(write, appointment_id, status, clinic.diary, By(SOMEBODY, slot.start))


def clear_diary(write: Connection, made_up: Select[int]) -> None:
    """Remove made-up appointments and those of made-up requests, then made-up patients without appointments."""
    whose = or_(table.c.mark.startswith(MARK), table.c.request_id.in_(made_up))
    remove(write, table, write.scalars(select(table.c.id).where(whose)).all())
    patients = schema.patients
    kept = select(table.c.patient_id).where(table.c.patient_id.is_not(None))
    nobodys = (patients.c.phone.startswith(NUMBERS), patients.c.id.not_in(kept))
    write.execute(delete(patients).where(*nobodys))

"""Reads days of the diary as the desk sees them: in each column the free times, the appointments and what is blocked.

Reads only. The clinic with its closures is an argument. No HTTP, no clock.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from ivr.diary.appointments import AnyAppointment, Appointment, AppointmentStatus, DiaryEvent, OddAppointment
from ivr.diary.blocked_times import StandingTimeBlock, TimeBlock, days_between, standing_blocks
from ivr.diary.free import slots_of_day
from ivr.diary.free_times import busy
from ivr.diary.rows import any_appointment
from ivr.line.clinic import Clinic
from ivr.line.diary import Schedule, Slot
from ivr.line.hours import Hours
from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.odd import text_of

table = schema.appointments


@dataclass(frozen=True)
class BlockedStretch:
    """A blocked stretch of one day in one column, with the block of time that it comes from."""

    start: datetime
    end: datetime
    by: StandingTimeBlock


@dataclass(frozen=True)
class DiaryColumn:
    """A column of the diary on one day: its free times, appointments and blocked times."""

    schedule: Schedule
    free: tuple[Slot, ...]
    """The column's free times on the day, including past ones."""
    appointments: tuple[Appointment, ...]
    """The column's appointments by time, including cancelled ones and those whose patient did not come."""
    blocked: tuple[BlockedStretch, ...]
    works: bool
    """True if the column has times on this day, free or not."""
    is_kept: bool = True
    """False for a column that the clinic no longer has; the column is shown because an appointment is still in it."""

    @property
    def taken(self) -> int:
        """The number of the column's appointments that take time on the day."""
        return sum(each.is_ahead_or_present for each in self.appointments)


@dataclass(frozen=True)
class DiaryDay:
    """A day of the diary: its columns, and the appointments that cannot be read."""

    day: date
    columns: tuple[DiaryColumn, ...]
    odd: tuple[OddAppointment, ...] = ()
    """The odd appointments of the day, with a value that cannot be read."""

    @property
    def taken(self) -> int:
        """The number of the day's appointments that take time, including the odd appointments."""
        return sum(each.taken for each in self.columns) + len(self.odd)

    def free(self, now: datetime) -> list[Slot]:
        """Return the day's free times that are not over, in order."""
        return sorted(slot for each in self.columns for slot in each.free if slot.start + each.schedule.length > now)


@dataclass(frozen=True)
class DiaryDays:
    """Reads whole days of the diary from the database."""

    database: Database

    def read(self, clinic: Clinic, first: date, last: date) -> list[DiaryDay]:
        """Return the days of the diary from the first to the last. Raises StoreAway."""
        zone, days = clinic.line("").hours.zone, days_between(first, last)
        with self.database.reading() as read:
            taken, blocks = busy(read, clinic, first, last), standing_blocks(read, first, last)
            found = _between(read, *_whole(first, last, zone))
        return [_day(clinic, day, taken, blocks, [each for each in found if _is_on(each, day, zone)]) for day in days]

    def notes(self, ids: Collection[int]) -> Mapping[int, list[str]]:
        """Return the notes on each of these appointments that has any, by id, the oldest first. Raises StoreAway."""
        lines, found = schema.appointment_history, dict[int, list[str]]()
        noted = (lines.c.appointment_id.in_(ids), lines.c.what == DiaryEvent.NOTE)
        query = select(lines.c.appointment_id, lines.c.detail).where(*noted).order_by(lines.c.id)
        with self.database.reading() as read:
            for row in read.execute(query) if ids else ():
                found.setdefault(row.appointment_id, []).append(text_of(row.detail))
        return found

    def version(self) -> str:
        """Return the version of the diary: text that changes with every change of an appointment or a blocked time.

        Raises StoreAway.
        """
        lines, blocks = schema.appointment_history, schema.blocked_times
        of_blocks = select(func.max(blocks.c.id), func.count(blocks.c.undone_at))
        with self.database.reading() as read:
            last = read.execute(select(func.max(lines.c.id))).scalar_one()
            return "-".join(str(each or 0) for each in (last, *read.execute(of_blocks).one()))

    def touched(self, clinic: Clinic, block: TimeBlock, now: datetime) -> list[Appointment]:
        """Return the booked appointments, not yet over, that this block of time touches, by time. Raises StoreAway."""
        zone = clinic.line("").hours.zone
        start, end = _whole(block.first_day, block.last_day or date.max - timedelta(days=366), zone)
        with self.database.reading() as read:
            found = readable_of(_between(read, start, end))
        booked = (each for each in found if each.status is AppointmentStatus.BOOKED and each.ends > now)
        return [each for each in booked if touches(block, each, zone)]


def hours_of(clinic: Clinic, schedule: Schedule) -> Hours:
    """Return the opening hours in which a column's visits take place: those of the first line that offers it."""
    return clinic.line(min(schedule.lines, default="")).hours


def touches(block: TimeBlock, appointment: Appointment, zone: ZoneInfo) -> bool:
    """Return whether this block of time covers the time of an appointment, in whole or in part."""
    days = {appointment.starts.astimezone(zone).date(), appointment.ends.astimezone(zone).date()}
    stretches = (block.shift.on(day, zone) for day in days if block.on(day))
    of_column = block.schedule in {"", appointment.schedule}
    return of_column and any(start < appointment.ends and appointment.starts < end for start, end in stretches)


def readable_of(found: Sequence[AnyAppointment]) -> list[Appointment]:
    """Return those of the found appointments that could be read."""
    return [each for each in found if isinstance(each, Appointment)]


def _day(
    clinic: Clinic,
    day: date,
    taken: Mapping[str, Sequence[tuple[datetime, datetime]]],
    blocks: Sequence[StandingTimeBlock],
    found: Sequence[AnyAppointment],
) -> DiaryDay:
    appointments = readable_of(found)
    known = [each.key for each in clinic.diary.schedules]
    gone = sorted({each.schedule for each in appointments} - set(known))

    def column(schedule: Schedule, *, is_kept: bool) -> DiaryColumn:
        hours = hours_of(clinic, schedule)
        return DiaryColumn(
            schedule=schedule,
            free=tuple(slots_of_day(clinic.diary, [schedule], hours, taken, day)) if is_kept else (),
            appointments=tuple(each for each in appointments if each.schedule == schedule.key),
            blocked=tuple(_blocked(blocks, schedule.key, day, hours.zone)),
            works=bool(slots_of_day(clinic.diary, [schedule], hours, {}, day)),
            is_kept=is_kept,
        )

    standing = [column(each, is_kept=True) for each in clinic.diary.schedules]
    others = [column(Schedule(key, clinic.diary.length), is_kept=False) for key in gone]
    return DiaryDay(day, (*standing, *others), tuple(each for each in found if isinstance(each, OddAppointment)))


def _blocked(blocks: Sequence[StandingTimeBlock], key: str, day: date, zone: ZoneInfo) -> list[BlockedStretch]:
    on_day = [each for each in blocks if each.block.schedule in {"", key} and each.block.on(day)]
    return sorted((BlockedStretch(*each.block.shift.on(day, zone), each) for each in on_day), key=lambda b: b.start)


def _is_on(found: AnyAppointment, day: date, zone: ZoneInfo) -> bool:
    return found.starts is not None and found.starts.astimezone(zone).date() == day


def _whole(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the moments at which the first day begins and the last day ends, in UTC."""
    begins = (datetime.combine(day, datetime.min.time(), zone) for day in (first, last + timedelta(days=1)))
    start, end = (each.astimezone(UTC) for each in begins)
    return start, end


def _between(read: Connection, start: datetime, end: datetime) -> list[AnyAppointment]:
    query = select(table).where(table.c.starts >= start, table.c.starts < end).order_by(table.c.starts, table.c.id)
    return [any_appointment(row) for row in read.execute(query)]

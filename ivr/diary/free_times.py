"""Reads the taken times of the diary and returns the free times. In a transaction, checks that a time is still free.

Appointments and blocked times come from the database; the hours, with their closures, are an argument. No clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, select

from ivr.diary.appointments import FREES_TIME, TimeTaken
from ivr.diary.blocked_times import blocked_on, days_between, standing_blocks
from ivr.diary.free import Busy, free_slots, is_free, slots_of_day
from ivr.diary.times import Asked, to_move
from ivr.diary.working_hours import Stretch, is_open
from ivr.line.clinic import Clinic
from ivr.line.diary import Schedule, Slot
from ivr.storage import schema
from ivr.storage.database import Database

LONGEST_VISIT = timedelta(hours=12)
"""The longest time that a visit may take. A visit that began longer ago than this is over."""


@dataclass(frozen=True)
class FreeTimes:
    """Reads the taken times from the database, and returns the diary's free times."""

    database: Database

    def offered(self, clinic: Clinic, line: str, now: datetime) -> list[Slot]:
        """Return the free times that a caller of this telephone line can be given. Raises StoreAway."""
        hours, today = clinic.line(line).hours, clinic.line(line).hours.local(now).date()
        with self.database.reading() as read:
            taken = busy(read, clinic, today, today + timedelta(days=clinic.diary.days))
        return free_slots(clinic.diary, line, hours, taken, now)

    def lasting(self, clinic: Clinic, moved: int | None) -> Clinic:
        """Return the clinic with visits as long as the appointment `moved` needs, to find it another time.

        Without an appointment to move, return the clinic as it is. Raises StoreAway.
        """
        if moved is None:
            return clinic
        with self.database.reading() as read:
            return replace(clinic, diary=to_move(read, clinic.diary, moved))

    def before_any_booking(self, clinic: Clinic, line: str, now: datetime) -> list[Slot]:
        """Return the times that a caller of this line could be given if nobody had booked. Asks no store."""
        return free_slots(clinic.diary, line, clinic.line(line).hours, {}, now)

    def of_day(self, clinic: Clinic, line: str, day: date) -> list[Slot]:
        """Return the free times of a day in every column, including past ones. Raises StoreAway."""
        with self.database.reading() as read:
            taken = busy(read, clinic, day, day)
        return slots_of_day(clinic.diary, clinic.diary.schedules, clinic.line(line).hours, taken, day)


def busy(read: Connection, clinic: Clinic, first: date, last: date) -> Busy:
    """Return the taken times of each column from the first day to the last, with the buffer after each visit."""
    zone = clinic.line("").hours.zone
    start = datetime.combine(first, datetime.min.time(), zone).astimezone(UTC)
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), zone).astimezone(UTC)
    visits = _visits(read, start, end, clinic.diary.buffer)
    blocks, days = standing_blocks(read, first, last), days_between(first, last)
    return {
        each.key: [*visits.get(each.key, ()), *blocked_on(blocks, each.key, days, zone)]
        for each in clinic.diary.schedules
    }


def require_offered(write: Connection, clinic: Clinic, line: str, asked: Asked) -> Asked:
    """Return `asked` with only the columns that are open and not blocked at its time. Raises TimeTaken if none is left.

    Other patients' appointments are not checked here; a clash with one is found when the time is taken.
    """
    hours = clinic.line(line).hours
    day = hours.local(asked.starts).date()
    blocks = standing_blocks(write, day, day)

    def is_offered(each: Schedule) -> bool:
        start, end = asked.starts, asked.starts.astimezone(UTC) + each.length
        free = is_free(list(blocked_on(blocks, each.key, [day], hours.zone)), start, end)
        return free and is_open(each, hours, start, end)

    found = tuple(each for each in asked.schedules if is_offered(each))
    if not found:
        raise TimeTaken
    return Asked(asked.starts, found, asked.buffer, asked.beside)


def _visits(read: Connection, start: datetime, end: datetime, buffer: timedelta) -> Mapping[str, list[Stretch]]:
    table, found = schema.appointments, dict[str, list[Stretch]]()
    takes_time = (table.c.status.not_in(FREES_TIME), table.c.starts > start - LONGEST_VISIT, table.c.starts < end)
    for row in read.execute(select(table.c.schedule, table.c.starts, table.c.ends).where(*takes_time)):
        if isinstance(row.starts, datetime) and isinstance(row.ends, datetime):
            found.setdefault(row.schedule, []).append((row.starts, row.ends + buffer))
    return found

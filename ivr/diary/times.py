"""Gives out the diary's times, within a transaction: a unique key lets only one patient have each step of a column.

Nothing is held before the transaction, and nothing stays held after it. No HTTP, no clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, literal, select

from ivr.diary.appointments import FREES_TIME, TAKES_TIME, Appointment, TimeTaken
from ivr.line.clinic import Clinic
from ivr.line.diary import GRAIN, DiaryRules, Schedule
from ivr.storage import schema
from ivr.storage.upsert import insert_all_new, lock_key

table, visits = schema.appointment_times, schema.appointments


@dataclass(frozen=True)
class Place:
    """The place of an appointment in the diary: its time, its column, and the number of its extra place, 0 for none."""

    starts: datetime
    ends: datetime
    schedule: str
    extra: int = 0


@dataclass(frozen=True)
class Asked:
    """The wanted time of an appointment, the columns it may get, and the buffer that stays free after the visit."""

    starts: datetime
    schedules: Sequence[Schedule]
    buffer: timedelta = timedelta()
    beside: bool = False
    """True if the appointment may get an extra place beside another patient. Never true for a caller's booking."""

    def place(self, schedule: Schedule, extra: int = 0) -> Place:
        """Return this time's place in a column; `extra` is 0 for the usual place, else the number of an extra place."""
        return Place(self.starts, self.starts.astimezone(UTC) + schedule.length, schedule.key, extra)


def columns(rules: DiaryRules, schedule: str) -> tuple[Schedule, ...]:
    """Return the diary's column with the key `schedule`, in a tuple; all columns where no column has this key."""
    found = rules.schedule(schedule)
    return (found,) if found else rules.schedules


def asked_again(rules: DiaryRules, now: datetime, found: Appointment) -> Asked:
    """Return the time of an appointment that gave it up and is to take it once more.

    It may lie beside another patient's if it did before, or if it is over, so that a wrong mark can be put right.
    """
    beside, length = found.extra > 0 or found.ends <= now, found.ends - found.starts
    again = [replace(each, length=length) for each in columns(rules, found.schedule)]
    return Asked(found.starts, again, rules.buffer, beside)


def to_move(read: Connection, rules: DiaryRules, appointment_id: int | None) -> DiaryRules:
    """Return the rules by which an appointment gets another time: with visits as long as its own if that one is longer.

    It is longer if it takes more time than its column's visits, as one of an import may. Any other visit, and one that
    cannot be read, takes as long as the visits of the column that it comes to. None is no appointment.
    """
    row = read.execute(LENGTH, {"id": appointment_id}).one_or_none() if appointment_id else None
    if row is None or not isinstance(row.starts, datetime) or not isinstance(row.ends, datetime):
        return rules
    length, own = row.ends - row.starts, rules.schedule(row.schedule)
    return rules.lasting(length) if length > (own.length if own else rules.length) else rules


LENGTH = select(visits.c.starts, visits.c.ends, visits.c.schedule).where(visits.c.id == bindparam("id"))


def columns_of(clinic: Clinic, line: str, schedule: str = "") -> Sequence[Schedule]:
    """Return the column with the key `schedule`; without one, the line's columns, or all columns if it has none."""
    found = clinic.diary.schedule(schedule)
    return (found,) if found else clinic.diary.of_line(line) or clinic.diary.schedules


def agreed(
    starts: datetime, columns: Sequence[Schedule], length: timedelta | None = None, *, beside: bool = True
) -> Asked:
    """Return the wanted time of an appointment that was agreed on elsewhere: in an older program or another diary.

    With `beside`, the appointment gets an extra place beside another patient if no column is free. `length` is the
    length that was agreed on; None for the length of the column's visits.
    """
    return Asked(starts, [replace(each, length=length) if length else each for each in columns], beside=beside)


def find_place(write: Connection, asked: Asked, but: int | None = None) -> Place:
    """Return a free place at the asked time, not counting the appointment `but`. Raises TimeTaken.

    The day stays locked until the transaction ends. So a second booking at the same moment waits and sees the first.
    """
    lock_day(write, asked.starts)
    taken = {each.key: _taken(write, asked, each, but) for each in asked.schedules}
    for each in asked.schedules:
        if not taken[each.key]:
            return asked.place(each)
    if not (asked.beside and asked.schedules):
        raise TimeTaken
    return asked.place(asked.schedules[0], _first_but(taken[asked.schedules[0].key]))


def lock_day(write: Connection, starts: datetime) -> None:
    """Lock the diary's day (in UTC) that this moment lies in, until the transaction ends."""
    lock_key(write, "diary", f"{starts.astimezone(UTC):%Y-%m-%d}")


def _first_but(taken: set[int]) -> int:
    return next(number for number in range(len(taken) + 1) if number not in taken)


def occupy(write: Connection, appointment_id: int, place: Place, buffer: timedelta = timedelta()) -> None:
    """Give an appointment the steps of `place` and of the buffer after it. Raises UniqueViolation if one is taken."""
    wanted = [
        {"appointment_id": appointment_id, "schedule": place.schedule, "extra": place.extra, "at": at}
        for at in _steps(place.starts, place.ends + buffer)
    ]
    insert_all_new(write, table, wanted)


def give(write: Connection, appointment_id: int, asked: Asked) -> Place:
    """Give an appointment a free place at the asked time instead of any place that it has. Return the new place.

    Raises TimeTaken, UniqueViolation.
    """
    place = find_place(write, asked, but=appointment_id)
    vacate(write, appointment_id)
    occupy(write, appointment_id, place, asked.buffer)
    return place


def vacate(write: Connection, appointment_id: int) -> None:
    """Free the steps of the diary that an appointment takes."""
    write.execute(delete(table).where(table.c.appointment_id == appointment_id))


OTHERS = visits.c.id != bindparam("but")
STEP: tuple[Any, ...] = (table.c.id, table.c.extra, table.c.at, visits.c.status, visits.c.ends)
STEPS = (
    select(*STEP)
    .join(visits, visits.c.id == table.c.appointment_id)
    .where(table.c.schedule == bindparam("schedule"), table.c.at.in_(bindparam("steps", expanding=True)), OTHERS)
)
THEN = (visits.c.schedule == bindparam("schedule"), visits.c.starts == bindparam("starts"), OTHERS)
BEGINNING = select(literal(0), visits.c.extra, visits.c.starts, visits.c.status, visits.c.ends)
HELD = STEPS.union_all(BEGINNING.where(*THEN, visits.c.status.in_(TAKES_TIME)))
"""The SQL query for others' steps of a time, and for others' appointments that begin then, each with the id 0 here.

An older program that takes the mark "did not come" off gives the appointment no steps again.
"""


def _taken(write: Connection, asked: Asked, schedule: Schedule, but: int | None) -> set[int]:
    """Return the numbers of the column's places taken at the asked time: 0 is the usual place, others are extra.

    Frees the steps there that no visit needs any more, such as those of a buffer that the clinic has shortened since.
    """
    steps = list(_steps(asked.starts, asked.place(schedule).ends + asked.buffer))
    # No appointment has the id 0.
    where = {"schedule": schedule.key, "steps": steps, "starts": asked.starts}
    held = write.execute(HELD, where | {"but": but or 0}).all()
    needed = [row for row in held if _is_needed(row, asked.buffer)]
    if over := {row.id for row in held} - {row.id for row in needed}:
        write.execute(delete(table).where(table.c.id.in_(over)))
    return {row.extra for row in needed}


def _is_needed(step: Row[Any], buffer: timedelta) -> bool:
    """Return whether a step lies in the time of its appointment or in the buffer after it, so far as can be read."""
    over = isinstance(step.ends, datetime) and step.at >= step.ends + buffer
    return step.status not in FREES_TIME and not over


def _steps(starts: datetime, ends: datetime) -> Iterator[datetime]:
    """Yield the steps of the diary that lie between two moments, wholly or in part."""
    seconds = GRAIN.total_seconds()
    at = datetime.fromtimestamp(starts.timestamp() // seconds * seconds, UTC)
    while at < ends:
        yield at
        at += GRAIN

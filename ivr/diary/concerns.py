"""Finds the reasons against giving a patient a time in the diary, such as taken, closed, blocked or past.

The desk may give the time in spite of the reasons, on purpose. No HTTP, no clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, select

from ivr.diary.appointments import FREES_TIME, AnyAppointment, Appointment
from ivr.diary.blocked_times import StandingTimeBlock, blocked_on, days_between, standing_blocks
from ivr.diary.diary_days import hours_of
from ivr.diary.free import is_free
from ivr.diary.free_times import LONGEST_VISIT
from ivr.diary.rows import any_appointment
from ivr.diary.working_hours import is_open
from ivr.line.clinic import Clinic
from ivr.line.diary import Schedule
from ivr.storage import schema
from ivr.storage.database import Database

table = schema.appointments

FAR_AHEAD = timedelta(days=60)
"""The time ahead beyond which a day may be a typing error."""


class Doubt(StrEnum):
    """A kind of concern about the time of an appointment. Each value is the name of the concern in a form."""

    TAKEN = "taken"
    NEAR = "near"
    """The time is within the buffer that stays free before or after another patient's visit."""
    CLOSED = "closed"
    AWAY = "away"
    """The clinic is open at the time, but the practitioner of the column does not work."""
    BLOCKED = "blocked"
    PAST = "past"
    FAR = "far"


BESIDE = frozenset({Doubt.TAKEN, Doubt.NEAR})
"""The doubts about a time because another patient has it, or has a visit within the buffer before or after it."""


@dataclass(frozen=True)
class Concern:
    """A reason against giving a patient a certain time."""

    doubt: Doubt
    appointment: Appointment | None = None
    """The other patient's appointment that is in the way; None if no appointment is the reason."""
    words: str = ""
    """The reason typed for the blocked time in the way; empty if none was typed, or no blocked time is in the way."""


@dataclass(frozen=True)
class Concerns:
    """Finds the concerns about a time that the desk would give a patient."""

    database: Database

    def about(
        self, clinic: Clinic, schedule: Schedule, start: datetime, now: datetime, but: int | None = None
    ) -> list[Concern]:
        """Return the concerns about a visit in this column that begins at `start`, not counting the appointment `but`.

        Raises StoreAway.
        """
        end, day = start.astimezone(UTC) + schedule.length, hours_of(clinic, schedule).local(start).date()
        with self.database.reading() as read:
            others = _others(read, schedule, start - clinic.diary.buffer, end + clinic.diary.buffer)
            blocks = standing_blocks(read, day - timedelta(days=1), hours_of(clinic, schedule).local(end).date())
        return [
            *_of_others([each for each in others if each.id != but], start, end),
            *_of_hours(clinic, schedule, start, end),
            *_of_blocks(clinic, blocks, schedule, start, end),
            *_of_moment(start, end, now),
        ]

    def choose(
        self, clinic: Clinic, schedules: Sequence[Schedule], start: datetime, now: datetime, but: int | None = None
    ) -> tuple[Schedule, list[Concern]]:
        """Return the first column with the fewest concerns about a visit at `start`, and the concerns in that column.

        The appointment with the id `but` is ignored. Raises StoreAway.
        """
        found = [(each, self.about(clinic, each, start, now, but)) for each in schedules]
        return min(found, key=lambda each: len(each[1]))


def _others(read: Connection, schedule: Schedule, first: datetime, last: datetime) -> list[AnyAppointment]:
    """Return, by time, a column's appointments that take time in the span from `first` to `last`."""
    near = (table.c.schedule == schedule.key, table.c.starts > first - LONGEST_VISIT, table.c.starts < last)
    found = read.execute(select(table).where(*near, table.c.status.not_in(FREES_TIME)).order_by(*BY_TIME)).all()
    return [any_appointment(row) for row in found if not isinstance(row.ends, datetime) or row.ends > first]


BY_TIME = (table.c.starts, table.c.id)


def _of_others(others: Sequence[AnyAppointment], start: datetime, end: datetime) -> Iterator[Concern]:
    for each in others:
        if not isinstance(each, Appointment):
            yield Concern(Doubt.TAKEN)
        else:
            yield Concern(Doubt.TAKEN if each.starts < end and start < each.ends else Doubt.NEAR, each)


def _of_hours(clinic: Clinic, schedule: Schedule, start: datetime, end: datetime) -> Iterator[Concern]:
    hours = hours_of(clinic, schedule)
    if not is_open(None, hours, start, end):
        yield Concern(Doubt.CLOSED)
    elif not is_open(schedule, hours, start, end):
        yield Concern(Doubt.AWAY)


def _of_blocks(
    clinic: Clinic, blocks: Sequence[StandingTimeBlock], schedule: Schedule, start: datetime, end: datetime
) -> Iterator[Concern]:
    hours = hours_of(clinic, schedule)
    days = days_between(hours.local(start).date() - timedelta(days=1), hours.local(end).date())
    for each in blocks:
        if not is_free(list(blocked_on([each], schedule.key, days, hours.zone)), start, end):
            yield Concern(Doubt.BLOCKED, words=each.block.words)


def _of_moment(start: datetime, end: datetime, now: datetime) -> Iterator[Concern]:
    if end <= now:
        yield Concern(Doubt.PAST)
    if start - now > FAR_AHEAD:
        yield Concern(Doubt.FAR)

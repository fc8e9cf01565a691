"""Reads the appointments of a period, the changes made in the period, and the diary's open time in the period.

Writes nothing. Finds rows by the indexes on moments. appointment_stats.py and filled_hours.py count them. No clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from ivr.desk.phone_bookings import TOO_LATE
from ivr.diary.appointments import AppointmentStatus, DiaryEvent, Source
from ivr.diary.blocked_times import StandingTimeBlock, blocked_on, standing_blocks
from ivr.diary.desk_diary import UNDO_WITHIN
from ivr.diary.diary_days import hours_of
from ivr.diary.free_times import LONGEST_VISIT
from ivr.diary.working_hours import Stretch, open_stretches
from ivr.line.clinic import Clinic
from ivr.line.diary import Schedule
from ivr.reports.appointment_stats import COUNTED, DiaryChange, ReportedVisit
from ivr.reports.filled_hours import Offered, without
from ivr.reports.period import Period
from ivr.reports.reported_calls import within
from ivr.storage import schema

table, lines = schema.appointments, schema.appointment_history

NEVER_STOOD = (TOO_LATE, DiaryEvent.UNDONE)
"""The reasons of cancellations whose bookings count as never made: stored too late to tell the caller, or undone."""


@dataclass(frozen=True)
class ReportedDiary:
    """The appointments, changes of appointments and blocked times that a period's report is made of."""

    visits: Sequence[ReportedVisit]
    """The appointments in the period, on all lines, without bookings that were undone or stored too late to be told."""
    changes: Sequence[DiaryChange]
    """The events in appointments' histories within the period, and undoings shortly after it, in stored order."""
    odd: frozenset[int]
    """The ids of the appointments that this version cannot read."""
    blocks: Sequence[StandingTimeBlock]


def read_diary(read: Connection, period: Period, line: str) -> ReportedDiary:
    """Return the diary of a period: the changes on a line, or on all lines (""), and all appointments."""
    rows = read.execute(_appointments(period)).all()
    visits = {row.id: _visit(row) for row in rows}
    changes = [(row.appointment_id, _change(row)) for row in read.execute(_changes(period, line))]
    never_stood = set(read.scalars(_never_stood(period)))
    odd_visits = {row.id for row in rows if visits[row.id] is None and line in {"", row.line}}
    return ReportedDiary(
        visits=[each for key, each in visits.items() if each is not None and key not in never_stood],
        changes=[each for _key, each in changes if each is not None],
        odd=frozenset(odd_visits | {key for key, each in changes if each is None}),
        blocks=standing_blocks(read, period.first),
    )


def _appointments(period: Period) -> Select[Any]:
    columns = (table.c[name] for name in ("id", "line", "schedule", "starts", "ends", "status"))
    return select(*columns).where(within(table.c.starts, table.c.line, period.start, period.end, ""))


def _changes(period: Period, line: str) -> Select[Any]:
    columns = (lines.c[name] for name in ("appointment_id", "at", "what", "who", "detail"))
    whats = (*COUNTED, DiaryEvent.UNDONE)
    happened = within(lines.c.at, table.c.line, period.start, period.end + UNDO_WITHIN, line)
    query = select(*columns, table.c.source).join(table).where(happened, lines.c.what.in_(whats))
    return query.order_by(lines.c.id)


def _never_stood(period: Period) -> Select[Any]:
    """Return the query of the period's appointments whose booking was undone or came too late to tell the caller."""
    taken_back = (lines.c.what == DiaryEvent.CANCELLED, lines.c.detail.in_(NEVER_STOOD))
    starts = within(table.c.starts, table.c.line, period.start, period.end, "")
    cancelled = (starts, table.c.status == AppointmentStatus.CANCELLED)
    return select(table.c.id).join(lines).where(*cancelled, *taken_back)


def _visit(row: Row[Any]) -> ReportedVisit | None:
    """Return a row's appointment; None if a value cannot be read, or if the appointment is too short or too long."""
    try:
        status, length = AppointmentStatus(row.status), row.ends - row.starts
    except (ValueError, TypeError):
        return None
    if not timedelta() < length <= LONGEST_VISIT:
        return None
    return ReportedVisit(str(row.line), str(row.schedule), row.starts, row.ends, status)


def _change(row: Row[Any]) -> DiaryChange | None:
    try:
        source = Source(row.source)
    except ValueError:
        return None
    if not isinstance(row.at, datetime):
        return None
    if row.what == DiaryEvent.CANCELLED and row.detail in NEVER_STOOD:
        return DiaryChange(row.appointment_id, row.at, DiaryEvent.UNDONE, row.who, DiaryEvent.BOOKED, source)
    return DiaryChange(row.appointment_id, row.at, row.what, row.who, row.detail, source)


# -- without the database


def columns_of(clinic: Clinic, line: str) -> tuple[Schedule, ...]:
    """Return the columns of the diary that belong to a telephone line; all columns where no line is asked for."""
    return clinic.diary.of_line(line) if line else clinic.diary.schedules


def in_columns(found: ReportedDiary, clinic: Clinic, line: str) -> Iterator[ReportedVisit]:
    """Yield the appointments in the diary columns of a line, including appointments that other lines made there.

    In a column that the clinic no longer has, yield only the appointments that this line made.
    """
    keys = {each.key for each in columns_of(clinic, line)}
    gone = {each.schedule for each in found.visits} - {each.key for each in clinic.diary.schedules}
    for each in found.visits:
        if each.schedule in keys or (each.schedule in gone and line in {"", each.line}):
            yield each


def offered(found: ReportedDiary, clinic: Clinic, line: str, days: Sequence[date]) -> Offered:
    """Return the time that a line's columns can give on these days, by the present opening hours and blocked times."""
    columns = columns_of(clinic, line)
    return {day: {each.key: _offered(found, clinic, each, day) for each in columns} for day in days}


def _offered(found: ReportedDiary, clinic: Clinic, schedule: Schedule, day: date) -> list[Stretch]:
    hours = hours_of(clinic, schedule)
    blocked = blocked_on(found.blocks, schedule.key, [day], hours.zone)
    taken = [(start.astimezone(UTC), end.astimezone(UTC)) for start, end in blocked]
    return without(list(open_stretches(schedule, hours, day)), taken)

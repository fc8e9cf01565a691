"""Finds the coming appointments that lie in closed or blocked hours, so that their patients can be told.

An appointment that the desk has booked in such hours on purpose is left alone. Reads only. No HTTP, no clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, exists, or_, select

from ivr.desk.requests import CALLER, Why
from ivr.diary.appointments import Appointment, AppointmentStatus, DiaryEvent
from ivr.diary.blocked_times import BlocksByDay, blocked_on, days_between, standing_blocks
from ivr.diary.free import is_free
from ivr.diary.rows import any_appointment, with_last_change
from ivr.diary.working_hours import is_open
from ivr.line.clinic import Clinic
from ivr.storage import schema
from ivr.storage.audit import COMMAND_LINE

JUST_NOW = timedelta(minutes=2)
"""The age up to which a change to an appointment counts as made under the present opening hours.

The clock process checks the appointments more often than that.
"""

A_DAY = timedelta(days=1)

table, lines = schema.appointments, schema.appointment_history


@dataclass(frozen=True)
class OutOfHours:
    """An appointment at a closed or blocked time; `why` tells which: closed or blocked."""

    appointment: Appointment
    why: Why


def out_of_hours(read: Connection, clinic: Clinic, now: datetime) -> list[OutOfHours]:
    """Return the coming appointments that lie in closed or blocked hours, the soonest first."""
    booked = (table.c.status == AppointmentStatus.BOOKED, table.c.starts > now)
    rows = read.execute(select(table).where(*booked).order_by(table.c.starts)).all()
    blocks = _blocks(read, clinic, now, [row.ends for row in rows if isinstance(row.ends, datetime)])
    reasons = ((row, why) for row in rows if (why := _why(clinic, blocks, row)))
    found = ((any_appointment(row), why) for row, why in reasons)
    return [OutOfHours(appointment, why) for appointment, why in found if isinstance(appointment, Appointment)]


def in_open_hours(read: Connection, clinic: Clinic, found: Sequence[Appointment]) -> set[int]:
    """Return the ids of the appointments whose whole time is open and not blocked."""
    first = min((each.starts for each in found), default=datetime.max.replace(tzinfo=UTC))
    blocks = _blocks(read, clinic, first - A_DAY, [each.ends for each in found]) if found else BlocksByDay(())
    return {each.id for each in found if _why(clinic, blocks, each) is None}


def to_be_told(read: Connection, found: Sequence[OutOfHours]) -> list[OutOfHours]:
    """Return the appointments whose patients must still be told, except those put out of hours on purpose."""
    settled = (DiaryEvent.TO_TELL, DiaryEvent.NOT_TO_TELL, DiaryEvent.ON_PURPOSE)
    of_them = (lines.c.appointment_id.in_([each.appointment.id for each in found]), lines.c.what.in_(settled))
    query = select(lines.c.appointment_id, lines.c.what, lines.c.detail).where(*of_them).order_by(lines.c.id)
    last = {row.appointment_id: row for row in read.execute(query)} if found else {}
    return [each for each in found if _is_to_be_told(each, last.get(each.appointment.id))]


def _is_to_be_told(found: OutOfHours, last: Any) -> bool:
    if last is None or last.what == DiaryEvent.NOT_TO_TELL:
        return True
    same_time = _is_moment(str(last.detail).rpartition(" ")[2], found.appointment.starts)
    return not same_time or str(last.detail).startswith(Why.UNHEARD)


def is_on_purpose(read: Connection, found: OutOfHours, now: datetime) -> bool:
    """Return whether the desk has put the appointment, at most JUST_NOW ago, into hours already closed or blocked.

    A change by a caller or by an import never counts as on purpose: nobody at the desk saw that the time is closed.
    """
    _appointment, last = with_last_change(read, found.appointment.id)
    if last is None or last.who in {CALLER, COMMAND_LINE} or not isinstance(last.at, datetime):
        return False
    return abs(now - last.at) <= JUST_NOW and not _closed_since(read, last.at)


def _closed_since(read: Connection, at: datetime) -> bool:
    """Return whether the desk has set a closure or a block of time at this moment or later."""
    closures, blocks = schema.closures, schema.blocked_times
    found = select(or_(exists().where(closures.c.at >= at), exists().where(blocks.c.at >= at)))
    return bool(read.execute(found).scalar())


def _blocks(read: Connection, clinic: Clinic, first: datetime, ends: Sequence[datetime]) -> BlocksByDay:
    """Return the blocked times from the day of `first` to the day of the latest moment in `ends`."""
    local = clinic.line("").hours.local
    return BlocksByDay(standing_blocks(read, local(first).date(), local(max(ends, default=first)).date()))


def _why(clinic: Clinic, blocks: BlocksByDay, found: Row[Any] | Appointment) -> Why | None:
    if not isinstance(found.starts, datetime) or not isinstance(found.ends, datetime):
        return None
    hours = clinic.line(found.line).hours
    start, end = found.starts.astimezone(UTC), found.ends.astimezone(UTC)
    if not is_open(clinic.diary.schedule(found.schedule), hours, start, end):
        return Why.CLOSED
    days = days_between(hours.local(start).date() - timedelta(days=1), hours.local(end).date())
    blocked = list(blocked_on(blocks.on(days), found.schedule, days, hours.zone))
    return None if is_free(blocked, start, end) else Why.BLOCKED


def _is_moment(written: str, moment: datetime) -> bool:
    return moment in set(_moments(written))


def _moments(written: str) -> Iterator[datetime]:
    try:
        yield datetime.fromisoformat(written)
    except ValueError:
        return

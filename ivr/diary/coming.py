"""Reads the coming appointments of a telephone number, for the caller who has them. No HTTP, no clock."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from ivr.diary.appointments import AppointmentStatus
from ivr.line.phones import Phone
from ivr.line.turn import OwnAppointment
from ivr.storage import schema

table = schema.appointments

MOST = 4
"""The most appointments of a number that a caller hears of."""

# Built once: to build a statement takes longer than the database takes to answer it.
EVERY = (
    select(table.c.id, table.c.starts, table.c.touched)
    .where(table.c.phone == bindparam("phone"), table.c.status == AppointmentStatus.BOOKED)
    .where(table.c.starts > bindparam("now"))
    .order_by(table.c.starts)
)
NEXT = EVERY.limit(MOST)


def coming(read: Connection, number: Phone, now: datetime, *, every: bool = False) -> list[OwnAppointment]:
    """Return the coming appointments of a number, by time, at most `MOST`; all of them with `every`."""
    asked = {"phone": number.e164, "now": now}
    rows = (row for row in read.execute(EVERY if every else NEXT, asked) if isinstance(row.starts, datetime))
    return [OwnAppointment(row.id, row.starts, as_of(row.touched)) for row in rows]


def as_of(touched: object) -> datetime | None:
    """Return the moment of an appointment's last change, from the stored `touched`; None where it cannot be read."""
    return touched if isinstance(touched, datetime) else None

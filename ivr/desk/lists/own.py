"""Reads what a telephone number has: its coming appointments, and the kinds of requests that its own calls have made.

Reads only, within a transaction. No HTTP, no clock.
"""

from datetime import datetime

from sqlalchemy import Connection, exists, select

from ivr.desk.requests import HistoryEvent
from ivr.diary.appointments import AppointmentStatus
from ivr.line.booking import Kind
from ivr.line.phones import Phone
from ivr.line.turn import OwnAppointment
from ivr.storage import schema

table = schema.appointments

MOST = 4
"""The most appointments of a number that a caller hears of."""


def coming(read: Connection, number: Phone, now: datetime) -> list[OwnAppointment]:
    """Return the coming appointments of a number, by time, at most `MOST`."""
    ahead = (table.c.phone == number.e164, table.c.status == AppointmentStatus.BOOKED, table.c.starts > now)
    query = select(table.c.id, table.c.starts).where(*ahead).order_by(table.c.starts).limit(MOST)
    return [OwnAppointment(row.id, row.starts) for row in read.execute(query) if isinstance(row.starts, datetime)]


def asked_for(read: Connection, number: Phone) -> tuple[Kind, ...]:
    """Return the kinds of live requests that calls from this number itself have made."""
    requests, lines = schema.requests, schema.history
    own = exists().where(lines.c.request_id == requests.c.id, lines.c.what == HistoryEvent.MADE)
    query = select(requests.c.kind).distinct().where(requests.c.phone == number.e164, schema.IS_LIVE, own)
    found = set(read.scalars(query))
    return tuple(kind for kind in Kind if kind in found)

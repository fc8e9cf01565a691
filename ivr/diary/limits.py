"""Limits what calls may book, within the transaction that books: so nobody fills the diary by telephone.

The desk is not limited. No HTTP, no clock.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from ivr.diary.appointments import AppointmentStatus, NewAppointment, Source, Whose
from ivr.storage import schema

table = schema.appointments

MOST_OWN, MOST_OF_A_FAMILY = 2, 4
"""The most coming appointments of a number that were booked by telephone: for the caller, and with others of theirs."""

SHARE_OF_KEYED = 4
"""One in so many times of a day, at most, is booked for a number that was entered in a call from another telephone."""


class DiaryFull(Exception):
    """This number, or the telephones of others on this day, have as many appointments as calls may book."""


def require_room(write: Connection, new: NewAppointment, day: tuple[datetime, datetime], times_of_day: int) -> None:
    """Require that a call may book this, on the `day` from its start to its end. Raises DiaryFull."""
    of_number = (table.c.phone == (new.phone.e164 if new.phone else ""), table.c.starts > new.created)
    most = MOST_OF_A_FAMILY if new.whose is Whose.OTHER else MOST_OWN
    if _count(write, *of_number) >= most:
        raise DiaryFull
    keyed = (table.c.whose == Whose.KEYED, table.c.starts >= day[0], table.c.starts < day[1])
    if new.whose is Whose.KEYED and _count(write, *keyed) >= max(1, times_of_day // SHARE_OF_KEYED):
        raise DiaryFull


def day_of(starts: datetime) -> tuple[datetime, datetime]:
    """Return the start of the day of this moment, in its own time zone, and of the next."""
    start = starts.replace(hour=0, minute=0, second=0, microsecond=0)
    return start, start + timedelta(days=1)


def _count(write: Connection, *conditions: object) -> int:
    by_phone = (table.c.source == Source.PHONE, table.c.status == AppointmentStatus.BOOKED)
    query = select(func.count()).select_from(table).where(*by_phone, *conditions)  # type: ignore[arg-type]
    return write.execute(query).scalar_one()

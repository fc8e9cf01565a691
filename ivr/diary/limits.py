"""Limits the appointments that calls may book, within the transaction that books, so that nobody fills the diary.

The desk is not limited. No HTTP, no clock.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select

from ivr.diary.appointments import AppointmentStatus, NewAppointment, Source, Whose
from ivr.storage import schema

table = schema.appointments

MOST_OWN, MOST_OF_A_FAMILY = 2, 4
"""The most coming appointments that calls may book for a number: for the caller, and including the family."""

SHARE_OF_KEYED = 4
"""The part of a day's times that calls may book for keyed numbers: one in four times, and always at least one."""


BY_PHONE = (
    select(func.count())
    .select_from(table)
    .where(table.c.source == Source.PHONE, table.c.status == AppointmentStatus.BOOKED)
)
OF_A_NUMBER = BY_PHONE.where(table.c.phone == bindparam("phone"), table.c.starts > bindparam("now"))
KEYED_OF_A_DAY = BY_PHONE.where(
    table.c.whose == Whose.KEYED, table.c.starts >= bindparam("start"), table.c.starts < bindparam("end")
)


class DiaryFull(Exception):
    """The limit of bookings by telephone is reached, for this number or for the keyed numbers of this day."""


def require_room(write: Connection, new: NewAppointment, day: tuple[datetime, datetime], times_of_day: int) -> None:
    """Check that the limits on booking by telephone leave room for this appointment. Raises DiaryFull.

    `day` is the start and the end of the appointment's day. `times_of_day` counts the times that the line has that day.
    """
    of_number = {"phone": new.phone.e164 if new.phone else "", "now": new.created}
    most = MOST_OF_A_FAMILY if new.whose is Whose.OTHER else MOST_OWN
    if write.execute(OF_A_NUMBER, of_number).scalar_one() >= most:
        raise DiaryFull
    if new.whose is not Whose.KEYED:
        return
    of_day = {"start": day[0], "end": day[1]}
    if write.execute(KEYED_OF_A_DAY, of_day).scalar_one() >= max(1, times_of_day // SHARE_OF_KEYED):
        raise DiaryFull


def day_of(starts: datetime) -> tuple[datetime, datetime]:
    """Return the start of the day of this moment, in the moment's own time zone, and the start of the next day."""
    start = starts.replace(hour=0, minute=0, second=0, microsecond=0)
    return start, start + timedelta(days=1)

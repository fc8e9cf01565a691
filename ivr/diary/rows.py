"""Reads rows of the table `appointments`: as an Appointment, or as an OddAppointment where a value cannot be read.

Also reads appointments with the last change that staff and patients are told of. No HTTP, no clock.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, select

from ivr.diary.appointments import (
    AnyAppointment,
    Appointment,
    AppointmentStatus,
    DiaryEntry,
    DiaryEvent,
    OddAppointment,
    Source,
    Whose,
)
from ivr.line.phones import Phone
from ivr.storage import schema
from ivr.storage.odd import name_once, of_type, or_none, read_fields, text_of


def any_appointment(row: Row[Any]) -> AnyAppointment:
    """Return a row of the table `appointments` as an Appointment; as an OddAppointment where it cannot be read.

    The log names each row that cannot be read, once.
    """
    values, odd = read_fields(row, FIELDS)
    if not odd:
        return Appointment(id=row.id, **values)
    name_once("appointments", row.id, odd)
    return OddAppointment(row.id, text_of(row.reference), odd, row.starts if isinstance(row.starts, datetime) else None)


def readable(rows: Iterable[Row[Any]]) -> list[Appointment]:
    """Return the appointments of those rows of the table that can be read."""
    return [found for found in map(any_appointment, rows) if isinstance(found, Appointment)]


_text, _whole, _moment = (partial(of_type, wanted) for wanted in (str, int, datetime))

FIELDS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "reference": ("reference", _text),
    "phone": ("phone", partial(or_none, Phone)),
    "patient_id": ("patient_id", partial(or_none, _whole)),
    "line": ("line", _text),
    "language": ("language", _text),
    "schedule": ("schedule", _text),
    "extra": ("extra", _whole),
    "starts": ("starts", _moment),
    "ends": ("ends", _moment),
    "status": ("status", AppointmentStatus),
    "source": ("source", Source),
    "whose": ("whose", Whose),
    "made_by": ("made_by", _text),
    "call_id": ("call_sid", _text),
    "created": ("created", _moment),
    "touched": ("touched", _moment),
    "request_id": ("request_id", partial(or_none, _whole)),
    "mark": ("mark", partial(or_none, _text)),
}
"""The table's column for each field of an Appointment except its id, with the function that reads the stored value.

These functions raise ValueError or TypeError.
"""


TOLD_OF = (DiaryEvent.BOOKED, DiaryEvent.MOVED, DiaryEvent.CANCELLED, DiaryEvent.REOPENED)
"""The kinds of changes to an appointment that staff and patients are told of."""


LastChange = tuple[Appointment | None, DiaryEntry | None]
"""An appointment, None if deleted or unreadable; and its last change of a kind in `TOLD_OF`, None if there is none."""


def with_last_change(read: Connection, appointment_id: int) -> LastChange:
    """Return an appointment (None if deleted or unreadable) and its last `TOLD_OF` change (None if there is none)."""
    found = with_last_changes(read, [appointment_id])
    return found[appointment_id]


def with_last_changes(read: Connection, ids: Collection[int]) -> dict[int, LastChange]:
    """Return, for each of these ids, what `with_last_change` returns: an appointment and its last change."""
    if not ids:
        return {}
    table, lines = schema.appointments, schema.appointment_history
    rows = read.execute(select(table).where(table.c.id.in_(ids)))
    found = {each.id: each for each in readable(rows)}
    columns: tuple[Any, ...] = (lines.c.appointment_id, lines.c.at, lines.c.who, lines.c.what, lines.c.detail)
    told = (lines.c.appointment_id.in_(ids), lines.c.what.in_(TOLD_OF))
    last = {row[0]: DiaryEntry(*row[1:]) for row in read.execute(select(*columns).where(*told).order_by(lines.c.id))}
    return {each: (found.get(each), last.get(each)) for each in ids}

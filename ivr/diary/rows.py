"""Reads rows of the table `appointments`: as an Appointment, or as an OddAppointment where a value cannot be read.

No HTTP, no clock.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from ivr.diary.appointments import AnyAppointment, Appointment, AppointmentStatus, OddAppointment, Source, Whose
from ivr.line.phones import Phone
from ivr.storage.odd import name_once, text_of

UNREAD = object()
"""Stands for a value of an appointment's row that could not be read."""


def any_appointment(row: Row[Any]) -> AnyAppointment:
    """Return a row of the table `appointments` as an Appointment; as an OddAppointment where it cannot be read.

    The log names each row that cannot be read, once.
    """
    values = {field: _tried(read, getattr(row, column)) for field, (column, read) in FIELDS.items()}
    odd = tuple(FIELDS[field][0] for field, value in values.items() if value is UNREAD)
    if not odd:
        return Appointment(id=row.id, **values)
    name_once("appointments", row.id, odd)
    return OddAppointment(row.id, text_of(row.reference), odd, row.starts if isinstance(row.starts, datetime) else None)


def readable(rows: Iterable[Row[Any]]) -> list[Appointment]:
    """Return the appointments of those rows of the table that can be read."""
    return [found for found in map(any_appointment, rows) if isinstance(found, Appointment)]


def _tried(read: Callable[[Any], Any], value: Any) -> Any:
    try:
        return read(value)
    except (ValueError, TypeError):
        return UNREAD


def _is(wanted: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if not isinstance(value, wanted):
            raise TypeError
        return value

    return read


def _or_none(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


FIELDS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "reference": ("reference", _is(str)),
    "phone": ("phone", _or_none(Phone)),
    "patient_id": ("patient_id", _or_none(_is(int))),
    "line": ("line", _is(str)),
    "language": ("language", _is(str)),
    "schedule": ("schedule", _is(str)),
    "extra": ("extra", _is(int)),
    "starts": ("starts", _is(datetime)),
    "ends": ("ends", _is(datetime)),
    "status": ("status", AppointmentStatus),
    "source": ("source", Source),
    "whose": ("whose", Whose),
    "made_by": ("made_by", _is(str)),
    "call_id": ("call_sid", _is(str)),
    "created": ("created", _is(datetime)),
    "touched": ("touched", _is(datetime)),
    "request_id": ("request_id", _or_none(_is(int))),
    "mark": ("mark", _or_none(_is(str))),
}
"""The table's column for each field of an Appointment except its id, with the function that reads the stored value.

These functions raise ValueError or TypeError.
"""

"""Reads an appointment together with its last change of the kinds that staff and patients are told of.

No HTTP, no clock.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, select

from ivr.diary.appointments import Appointment, DiaryEntry, DiaryEvent
from ivr.diary.rows import readable
from ivr.storage import schema

TOLD_OF = (DiaryEvent.BOOKED, DiaryEvent.MOVED, DiaryEvent.CANCELLED, DiaryEvent.REOPENED)
"""The kinds of changes to an appointment that staff and patients are told of."""


def with_last_change(read: Connection, appointment_id: int) -> tuple[Appointment | None, DiaryEntry | None]:
    """Return an appointment (None where it is gone or cannot be read) and its last change that people are told of."""
    found = with_last_changes(read, [appointment_id])
    return found[appointment_id]


def with_last_changes(
    read: Connection, ids: Collection[int]
) -> dict[int, tuple[Appointment | None, DiaryEntry | None]]:
    """Return each of these appointments, by id, with its last change that people are told of, as `with_last_change`."""
    if not ids:
        return {}
    table, lines = schema.appointments, schema.appointment_history
    rows = read.execute(select(table).where(table.c.id.in_(ids)))
    found = {each.id: each for each in readable(rows)}
    columns: tuple[Any, ...] = (lines.c.appointment_id, lines.c.at, lines.c.who, lines.c.what, lines.c.detail)
    told = (lines.c.appointment_id.in_(ids), lines.c.what.in_(TOLD_OF))
    last = {row[0]: DiaryEntry(*row[1:]) for row in read.execute(select(*columns).where(*told).order_by(lines.c.id))}
    return {each: (found.get(each), last.get(each)) for each in ids}

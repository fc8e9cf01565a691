"""Reads the rows about a number: requests, appointments and names, whole, and where others mention it.

Reads only. No HTTP, no clock.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Table, or_, select

from ivr.desk.requests import HistoryEvent
from ivr.operations.diary_rows import CHILDREN_OF_AN_APPOINTMENT, IS_NOTE
from ivr.operations.retention import CHILDREN_OF_A_REQUEST
from ivr.storage import schema


class AnyNumber(Protocol):
    """A number: a Phone, or one as it is stored."""

    @property
    def e164(self) -> str:
        """The stored text."""

    @property
    def groups(self) -> tuple[str, ...]:
        """The digits in groups."""


def whole(read: Connection, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a request with the rows of its child tables."""
    return {**row, **{each.name: rows(read, each, each.c.request_id == row["id"]) for each in CHILDREN_OF_A_REQUEST}}


def whole_appointment(read: Connection, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an appointment with the rows of its child tables."""
    children = {each.name: rows(read, each, each.c.appointment_id == row["id"]) for each in CHILDREN_OF_AN_APPOINTMENT}
    return {**row, **children}


def of_number(read: Connection, table: Table, phone: AnyNumber) -> list[dict[str, Any]]:
    """Return the rows of a table with this number."""
    return rows(read, table, table.c.phone == phone.e164)


def rows(read: Connection, table: Table, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Return the rows with every column, also columns that a later version adds."""
    return [dict(row) for row in read.execute(select(table).where(condition).order_by(table.c.id)).mappings()]


def mentions(read: Connection, phone: AnyNumber) -> list[str]:
    """Return the references of other requests whose notes contain the number, however its digits are grouped."""
    wanted, notes, table = "".join(phone.groups), schema.history, schema.requests
    query = select(table.c.reference, notes.c.detail).join(table, table.c.id == notes.c.request_id)
    others = read.execute(query.where(notes.c.what == HistoryEvent.NOTE, table.c.phone != phone.e164)).all()
    visits, lines = schema.appointments, schema.appointment_history
    query = select(visits.c.reference, lines.c.detail).join(visits, visits.c.id == lines.c.appointment_id)
    theirs = or_(visits.c.phone.is_(None), visits.c.phone != phone.e164)
    others = [*others, *read.execute(query.where(lines.c.what == IS_NOTE, theirs))]
    return sorted({row.reference for row in others if wanted in "".join(filter(str.isdigit, str(row.detail)))})


def merged(read: Connection, phone: AnyNumber) -> list[str]:
    """Return the references of other numbers' requests that were merged with this number's, in either direction."""
    one, other = schema.requests.alias(), schema.requests.alias()
    pair = one.join(other, one.c.id == other.c.merged_into)
    ways = ((one, other), (other, one))
    found = (
        read.scalars(
            select(theirs.c.reference)
            .select_from(pair)
            .where(ours.c.phone == phone.e164, theirs.c.phone != phone.e164, other.c.merged_into > 0)
        )
        for ours, theirs in ways
    )
    return sorted({reference for each in found for reference in each})

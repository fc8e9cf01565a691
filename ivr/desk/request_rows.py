"""Reads rows of the table `requests`: as a Request, or, where a value cannot be read, as an OddRequest.

Values are checked when they come in. Still, a row can hold any value that was written by hand, by a restore or by
another version of the program. No HTTP, no clock.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import pairwise
from typing import Any

from sqlalchemy import CompoundSelect, Row, select, union_all

from ivr.desk.requests import Outcome, Request, Status
from ivr.line.booking import Kind, Part
from ivr.line.phones import Phone
from ivr.storage import schema
from ivr.storage.odd import name_once, of_type, or_none, read_fields, text_of


@dataclass(frozen=True)
class OddRequest:
    """A request with a value that this version of the program cannot read. The desk shows it as it is stored."""

    id: int
    reference: str
    stored: Mapping[str, str]
    """The value of each column of the request's row, as text."""
    odd: tuple[str, ...]
    """The columns of the request's row that cannot be read."""
    values: Mapping[str, Any]
    """The values of the request's row that can be read, by column."""

    @property
    def phone(self) -> Phone | None:
        """The telephone number to call; None where it cannot be read."""
        return self.values.get("phone")

    @property
    def status(self) -> Status | None:
        """The request's status; None where this version does not know it."""
        return self.values.get("status")

    @property
    def number(self) -> str:
        """The telephone number to call as the table stores it, which may be unreadable."""
        return self.stored["phone"]


AnyRequest = Request | OddRequest


class CannotRead(Exception):
    """The operation needs a value of the request that this version of the program cannot read."""

    def __init__(self, found: OddRequest) -> None:
        super().__init__(f"request {found.reference}: {', '.join(found.odd)}")
        self.found = found


def any_request(row: Row[Any]) -> AnyRequest:
    """Return a row of `requests` as a Request; if it cannot be read, log that once and return an OddRequest."""
    values, odd = read_fields(row, FIELDS)
    if not odd:
        return Request(id=row.id, **values)
    name_once("requests", row.id, odd)
    stored = {column: text_of(getattr(row, column)) for column, _read in FIELDS.values()}
    known = {FIELDS[field][0]: value for field, value in values.items()}
    return OddRequest(row.id, stored["reference"], stored, odd, known)


def request_of(row: Row[Any]) -> Request:
    """Return a row of the table `requests` as a Request. Raises CannotRead."""
    found = any_request(row)
    if isinstance(found, OddRequest):
        raise CannotRead(found)
    return found


def readable(found: Iterable[AnyRequest]) -> list[Request]:
    """Return those of the found requests that could be read."""
    return [each for each in found if isinstance(each, Request)]


def unreadable(found: Iterable[AnyRequest]) -> list[OddRequest]:
    """Return those of the found requests that could not be read, the odd ones."""
    return [each for each in found if isinstance(each, OddRequest)]


CANNOT_READ = "CannotRead"
"""The reason of a task that failed because its request or appointment cannot be read."""


def of_unknown_status() -> CompoundSelect[int]:
    """Return the SQL query of the ids of the requests whose status this version does not know.

    The query asks for the ranges between the known statuses, because both databases find a range in their index.
    """
    known, table = sorted(Status), schema.requests
    ranges = [(None, known[0]), *pairwise(known), (known[-1], None)]
    beside = (
        [*([table.c.status > low] if low else []), *([table.c.status < high] if high else [])] for low, high in ranges
    )
    return union_all(*(select(table.c.id).where(*each) for each in beside))


def _reference(value: Any) -> str:
    """Return a stored reference, if it may stand in a URL: letters and digits only. Raises ValueError, TypeError."""
    if not (of_type(str, value).isascii() and value.isalnum()):
        raise ValueError
    return str(value)


_text, _whole, _moment, _day = (partial(of_type, wanted) for wanted in (str, int, datetime, date))

FIELDS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "reference": ("reference", _reference),
    "kind": ("kind", Kind),
    "line": ("line", _text),
    "phone": ("phone", Phone),
    "language": ("language", _text),
    "day": ("day", partial(or_none, _day)),
    "part": ("part", lambda value: Part(value) if value else None),
    "due": ("due", _moment),
    "status": ("status", Status),
    "created": ("created", _moment),
    "call_id": ("call_sid", _text),
    "rang_again": ("rang_again", _whole),
    "taken_by": ("taken_by", partial(or_none, _text)),
    "tries": ("tries", _whole),
    "outcome": ("outcome", lambda value: Outcome(value) if value else None),
    "appointment": ("appointment", partial(or_none, _moment)),
    "source": ("source", _text),
    "merged_into": ("merged_into", partial(or_none, _whole)),
    "patient_id": ("patient_id", partial(or_none, _whole)),
    "about": ("about", partial(or_none, _whole)),
    "why": ("why", partial(or_none, _text)),
}
"""The table's column for each field of a Request except its id, with the function that reads the stored value.

These functions raise ValueError or TypeError.
"""

"""Reads the desk's requests: the waiting list, searches, the requests of one number, and the day's appointments.

Reads only. No HTTP, no clock, no moves.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from ivr.desk.merge_links import WAS_MERGED, merged_into
from ivr.desk.requests import LIVE, Outcome, Request
from ivr.desk.store import request_of
from ivr.line.phones import NumberRefused, typed
from ivr.storage import schema
from ivr.storage.database import Database

PAGE = 50
"""Requests on one page: more than anybody calls before the list has changed."""

table = schema.requests


@dataclass(frozen=True)
class Filter:
    """A filter of the waiting list; an empty field does not filter."""

    words: str = ""
    """The digits of a number or a reference, as typed."""
    line: str = ""
    kind: str = ""
    day: date | None = None

    @property
    def digits(self) -> str:
        """The ASCII digits of `words`."""
        return "".join(letter for letter in self.words if letter.isascii() and letter.isdigit())

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """The SQL conditions of this filter, for live requests."""
        found: list[ColumnElement[bool]] = [table.c.status.in_(LIVE)]
        if self.line:
            found.append(table.c.line == self.line)
        if self.kind:
            found.append(table.c.kind == self.kind)
        if self.day:
            found.append(table.c.day == self.day)
        if self.digits:
            merged = select(table.c.id).where(WAS_MERGED, table.c.phone.contains(self.digits))
            led = merged_into(_promised(self.digits), merged)
            found.append(or_(table.c.phone.contains(self.digits), table.c.id.in_(led)))
        return found


@dataclass(frozen=True)
class Page:
    """A page of the waiting list, with the counts of all matching and of all live requests."""

    requests: Sequence[Request]
    found: int
    waiting: int
    first: int


class Worklist:
    """The reader of the desk's requests."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, wanted: Filter, first: int = 0) -> Page:
        """Return a page of the live requests that match, the most overdue first. Raises StoreAway."""
        query = select(table).where(*wanted.conditions).order_by(table.c.due, table.c.id).limit(PAGE).offset(first)
        with self._database.reading() as read:
            rows = read.execute(query).all()
            found = read.execute(_count(wanted.conditions)).scalar_one()
            waiting = read.execute(_count(Filter().conditions)).scalar_one()
        return Page([request_of(row) for row in rows], found, waiting, first)

    def count_waiting(self) -> int:
        """Return the number of live requests. Raises StoreAway."""
        with self._database.reading() as read:
            return read.execute(_count(Filter().conditions)).scalar_one()

    def version(self) -> int:
        """Return a number that grows with every change of any request. Raises StoreAway."""
        with self._database.reading() as read:
            return read.execute(select(func.max(schema.history.c.id))).scalar_one() or 0

    def referred(self, reference: str, *, also_merged: bool = False) -> list[Request]:
        """Return the requests of a reference, live ones first. Raises StoreAway.

        There can be several, because two numbers can share a reference. For a merged request, the one that it was
        merged into is returned; with `also_merged`, both are.
        """
        found = select(table).where(table.c.id.in_(merged_into(_promised(reference))))
        return self._all(found if also_merged else found.where(table.c.merged_into.is_(None)))

    def offered(self, request: Request) -> list[Request]:
        """Return the other live requests that may be merged with this one. Raises StoreAway.

        They are those of the same number, and those that requests of this number were merged into.
        """
        of_number = table.c.phone == request.phone.e164
        led = merged_into(select(table.c.id).where(of_number, WAS_MERGED))
        others = (table.c.status.in_(LIVE), table.c.id != request.id)
        return self._all(select(table).where(*others, or_(of_number, table.c.id.in_(led))))

    def searched(self, words: str) -> list[Request]:
        """Return the closed requests of exactly this number or reference; `page` finds live ones. Raises StoreAway."""
        wanted = Filter(words)
        if not wanted.digits:
            return []
        same: list[ColumnElement[bool]] = [table.c.id.in_(merged_into(_promised(wanted.digits)))]
        with suppress(NumberRefused):
            same.append(table.c.phone == typed(words).e164)
        return self._all(select(table).where(or_(*same), table.c.status.not_in(LIVE)))

    def of_same_number(self, request: Request) -> list[Request]:
        """Return the number's other requests and those merged into this one, live ones first. Raises StoreAway."""
        of_person = or_(table.c.phone == request.phone.e164, table.c.merged_into == request.id)
        return self._all(select(table).where(of_person, table.c.id != request.id))

    def appointments(self, start: datetime, end: datetime) -> list[Request]:
        """Return the requests with an appointment from `start` until before `end`, by time. Raises StoreAway."""
        booked = (table.c.outcome == Outcome.BOOKED, table.c.appointment >= start, table.c.appointment < end)
        query = select(table).where(*booked).order_by(table.c.appointment, table.c.id)
        with self._database.reading() as read:
            return [request_of(row) for row in read.execute(query)]

    def _all(self, query: Select[Any]) -> list[Request]:
        newest_first = query.order_by(table.c.status.in_(LIVE).desc(), table.c.id.desc()).limit(PAGE)
        with self._database.reading() as read:
            return [request_of(row) for row in read.execute(newest_first)]


def _count(conditions: Sequence[ColumnElement[bool]]) -> Select[int]:
    return select(func.count()).select_from(table).where(*conditions)


def _promised(reference: str) -> Select[int]:
    return select(schema.promises.c.request_id).where(schema.promises.c.reference == reference)

"""Looking at the desk's requests: who waits, in which order, and what is known of one number.

Reads only. No HTTP, no clock, no moves.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from ivr.desk import schema
from ivr.desk.database import Database
from ivr.desk.requests import LIVE, Outcome, Request
from ivr.desk.store import request_of
from ivr.line.phones import NumberRefused, phone

PAGE = 50
"""Requests on one page: more than anybody rings before the list has changed."""

table = schema.requests


@dataclass(frozen=True)
class Filter:
    """Which of those who wait are looked for; what is empty does not filter."""

    words: str = ""
    """Digits of a number or a reference."""
    line: str = ""
    kind: str = ""
    day: date | None = None

    @property
    def digits(self) -> str:
        """The digits among the words."""
        return "".join(letter for letter in self.words if letter.isascii() and letter.isdigit())

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """The same for the database."""
        found: list[ColumnElement[bool]] = [table.c.status.in_(LIVE)]
        if self.line:
            found.append(table.c.line == self.line)
        if self.kind:
            found.append(table.c.kind == self.kind)
        if self.day:
            found.append(table.c.day == self.day)
        if self.digits:
            found.append(or_(table.c.phone.contains(self.digits), table.c.id.in_(_referred(self.digits))))
        return found


@dataclass(frozen=True)
class Page:
    """A page of those who wait, and how many wait in all."""

    requests: Sequence[Request]
    found: int
    waiting: int
    first: int


class Worklist:
    """Who waits."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, wanted: Filter, first: int = 0) -> Page:
        """Those who wait and match, the most overdue first. Raises StoreAway."""
        query = select(table).where(*wanted.conditions).order_by(table.c.due, table.c.id).limit(PAGE).offset(first)
        with self._database.reading() as read:
            rows = read.execute(query).all()
            found = read.execute(_count(wanted.conditions)).scalar_one()
            waiting = read.execute(_count(Filter().conditions)).scalar_one()
        return Page([request_of(row) for row in rows], found, waiting, first)

    def version(self) -> int:
        """Grows with every change of any request. Raises StoreAway."""
        with self._database.reading() as read:
            return read.execute(select(func.max(schema.history.c.id))).scalar_one() or 0

    def referred(self, reference: str) -> list[Request]:
        """The requests that a reference stands for, live ones first; two numbers can share one. Raises StoreAway."""
        return self._all(select(table).where(table.c.id.in_(_referred(reference))))

    def searched(self, words: str) -> list[Request]:
        """Closed requests of exactly this number or reference; what waits is found by its page. Raises StoreAway."""
        wanted = Filter(words)
        if not wanted.digits:
            return []
        same: list[ColumnElement[bool]] = [table.c.id.in_(_referred(wanted.digits))]
        with suppress(NumberRefused):
            same.append(table.c.phone == phone(words).e164)
        return self._all(select(table).where(or_(*same), table.c.status.not_in(LIVE)))

    def of_same_number(self, request: Request) -> list[Request]:
        """The other requests of the number, newest first. Raises StoreAway."""
        return self._all(select(table).where(table.c.phone == request.phone.e164, table.c.id != request.id))

    def appointments(self, start: datetime, end: datetime) -> list[Request]:
        """What was booked between these moments, in its order. Raises StoreAway."""
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


def _referred(reference: str) -> Select[int]:
    return select(schema.promises.c.request_id).where(schema.promises.c.reference == reference)

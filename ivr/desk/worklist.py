"""Looking at the desk's requests: who waits, in which order, and what is known of one number.

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
from ivr.line.phones import NumberRefused, phone
from ivr.storage import schema
from ivr.storage.database import Database

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
            merged = select(table.c.id).where(WAS_MERGED, table.c.phone.contains(self.digits))
            led = merged_into(_promised(self.digits), merged)
            found.append(or_(table.c.phone.contains(self.digits), table.c.id.in_(led)))
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

    def referred(self, reference: str, *, also_merged: bool = False) -> list[Request]:
        """The requests that a reference stands for, live ones first; two numbers can share one. Raises StoreAway.

        In place of a request that was merged stands the one that it was merged into; with `also_merged`, beside it.
        """
        found = select(table).where(table.c.id.in_(merged_into(_promised(reference))))
        return self._all(found if also_merged else found.where(table.c.merged_into.is_(None)))

    def offered(self, request: Request) -> list[Request]:
        """The live requests that may be the same person's: of the number, or one that the number's were merged into.

        Raises StoreAway.
        """
        of_number = table.c.phone == request.phone.e164
        led = merged_into(select(table.c.id).where(of_number, WAS_MERGED))
        others = (table.c.status.in_(LIVE), table.c.id != request.id)
        return self._all(select(table).where(*others, or_(of_number, table.c.id.in_(led))))

    def searched(self, words: str) -> list[Request]:
        """Closed requests of exactly this number or reference; what waits is found by its page. Raises StoreAway."""
        wanted = Filter(words)
        if not wanted.digits:
            return []
        same: list[ColumnElement[bool]] = [table.c.id.in_(merged_into(_promised(wanted.digits)))]
        with suppress(NumberRefused):
            same.append(table.c.phone == phone(words).e164)
        return self._all(select(table).where(or_(*same), table.c.status.not_in(LIVE)))

    def of_same_number(self, request: Request) -> list[Request]:
        """The other requests of the number, and what was merged into this one, newest first. Raises StoreAway."""
        of_person = or_(table.c.phone == request.phone.e164, table.c.merged_into == request.id)
        return self._all(select(table).where(of_person, table.c.id != request.id))

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


def _promised(reference: str) -> Select[int]:
    return select(schema.promises.c.request_id).where(schema.promises.c.reference == reference)

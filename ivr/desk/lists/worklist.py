"""Reads the desk's requests: the waiting list, those of one reference, and those of one number.

Reads only. No HTTP, no clock, no moves.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from ivr.desk.merge_links import WAS_MERGED, merged_into
from ivr.desk.request_rows import AnyRequest, OddRequest, any_request, of_unknown_status, readable, unreadable
from ivr.desk.requests import LIVE, HistoryEvent, Request, Status
from ivr.storage import schema
from ivr.storage.database import Database

PAGE = 50
"""The most requests on one page of the list: more than anybody calls before the list has changed."""

Stretch = tuple[datetime, datetime]

table = schema.requests


@dataclass(frozen=True)
class Filter:
    """A filter of the waiting list by line, kind and day of the wish; an empty field does not filter."""

    line: str = ""
    kind: str = ""
    day: date | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """The SQL conditions of this filter for the live requests."""
        return [schema.IS_LIVE, *self.wishes]

    @property
    def wishes(self) -> list[ColumnElement[bool]]:
        """The SQL conditions of this filter for requests of any status."""
        found: list[ColumnElement[bool]] = []
        if self.line:
            found.append(table.c.line == self.line)
        if self.kind:
            found.append(table.c.kind == self.kind)
        if self.day:
            found.append(table.c.day == self.day)
        return found


@dataclass(frozen=True)
class Page:
    """A page of the waiting list, with the counts of all requests that match the filter and of all live requests."""

    requests: Sequence[Request]
    odd: Sequence[OddRequest]
    """The odd requests of this page; on the first page also those whose status this version does not know."""
    found: int
    waiting: int
    first: int


class Worklist:
    """Reads the desk's requests from the database, in the order of its lists."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, wanted: Filter, first: int = 0, overnight: Stretch | None = None) -> Page:
        """Return a page of the live requests that match the filter `wanted`: most overdue first, taken ones last.

        The first `first` requests are skipped, since they stand on earlier pages. Open requests that were made within
        `overnight` come before all others. Raises StoreAway.
        """
        order = (*_overnight_first(overnight), table.c.status == Status.TAKEN, table.c.due, table.c.id)
        query = select(table).where(*wanted.conditions).order_by(*order).limit(PAGE).offset(first)
        with self._database.reading() as read:
            rows = [any_request(row) for row in read.execute(query)]
            found = read.execute(_count(wanted.conditions)).scalar_one()
            waiting = read.execute(_count(Filter().conditions)).scalar_one()
            adrift = (
                select(table)
                .where(table.c.id.in_(of_unknown_status()), *wanted.wishes)
                .order_by(table.c.id)
                .limit(PAGE)
            )
            lost = [] if first else [any_request(row) for row in read.execute(adrift)]
        odd = unreadable([*lost, *rows])
        return Page(readable(rows), odd, found + len(lost), waiting + len(lost), first)

    def asked_elsewhere(self, ids: Sequence[int]) -> Mapping[int, str]:
        """Return the latest wish that came from another telephone, by the id of its request. Raises StoreAway.

        A request without such a wish is left out. Each wish is a text as `wish_of` returns it.
        """
        lines = schema.history
        asked = (lines.c.request_id.in_(ids), lines.c.what == HistoryEvent.ASKED_FOR)
        query = select(lines.c.request_id, lines.c.detail).where(*asked).order_by(lines.c.id)
        with self._database.reading() as read:
            return {row.request_id: row.detail for row in read.execute(query)}

    def count_waiting(self) -> int:
        """Return the number of live requests on the waiting list. Raises StoreAway."""
        with self._database.reading() as read:
            return read.execute(_count(Filter().conditions)).scalar_one()

    def version(self) -> int:
        """Return a number that grows when any request changes, so that a page notices the change. Raises StoreAway."""
        with self._database.reading() as read:
            return read.execute(select(func.max(schema.history.c.id))).scalar_one() or 0

    def referred(self, reference: str, *, also_merged: bool = False) -> list[AnyRequest]:
        """Return the requests to which a reference leads, live ones first. Raises StoreAway.

        There can be several, because two numbers can share a reference. For a merged request, the one that it was
        merged into is returned; with `also_merged`, both are.
        """
        found = select(table).where(table.c.id.in_(merged_into(_promised(reference))))
        return self._all(found if also_merged else found.where(table.c.merged_into.is_(None)))

    def offered(self, request: Request) -> list[Request]:
        """Return the other live requests that can be merged with this one. Raises StoreAway.

        These are the requests of the same number, and those that requests of this number were merged into. A request
        about an appointment cannot be merged.
        """
        if request.about is not None:
            return []
        of_number = table.c.phone == request.phone.e164
        led = merged_into(select(table.c.id).where(of_number, WAS_MERGED))
        others = (schema.IS_LIVE, table.c.id != request.id, table.c.about.is_(None))
        return readable(self._all(select(table).where(*others, or_(of_number, table.c.id.in_(led)))))

    def of_same_number(self, request: AnyRequest) -> list[AnyRequest]:
        """Return the other requests of this request's number, and those merged into it, live ones first.

        Raises StoreAway.
        """
        of_person = or_(table.c.phone == request.number, table.c.merged_into == request.id)
        return self._all(select(table).where(of_person, table.c.id != request.id))

    def _all(self, query: Select[Any]) -> list[AnyRequest]:
        newest_first = query.order_by(table.c.status.in_(LIVE).desc(), table.c.id.desc()).limit(PAGE)
        with self._database.reading() as read:
            return [any_request(row) for row in read.execute(newest_first)]


def _overnight_first(overnight: Stretch | None) -> Iterator[ColumnElement[Any]]:
    if overnight:
        came = (table.c.status == Status.OPEN, table.c.created >= overnight[0], table.c.created < overnight[1])
        yield case((and_(*came), 0), else_=1)


def _count(conditions: Sequence[ColumnElement[bool]]) -> Select[int]:
    return select(func.count()).select_from(table).where(*conditions)


def _promised(reference: str) -> Select[int]:
    return select(schema.promises.c.request_id).where(schema.promises.c.reference == reference)

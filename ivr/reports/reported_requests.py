"""Reads the requests of some days and the calls to their patients from the database, for the reports.

Reads only. The queries use the database's index of moments. request_stats.py counts the requests. No clock.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from ivr.desk.requests import HistoryEvent, Outcome, Status
from ivr.desk.upkeep.tell import FROM_THE_DIARY
from ivr.line.booking import Kind
from ivr.reports.reported_calls import within
from ivr.reports.request_stats import TRIED, CallAttempt, ReportedRequest, tries
from ivr.reports.timetable import OpeningTime
from ivr.storage import schema

requests, history = schema.requests, schema.history


@dataclass(frozen=True)
class RequestRows:
    """The requests of some days, and the events of calls to their patients, as they are stored."""

    made: Sequence[Row[Any]]
    lines: Sequence[Row[Any]]
    """The events in these requests' histories about calls to the patients, the oldest first."""


def read_requests(read: Connection, start: datetime, end: datetime) -> RequestRows:
    """Return the requests of all lines made from `start` until before `end`, with the calls to their patients."""
    return _rows(read, within(requests.c.created, requests.c.line, start, end, ""))


def read_due(read: Connection, line: str, now: datetime) -> RequestRows:
    """Return the live requests that are due now, however old, because their patients may wait for a first call.

    Only those on `line`, or on all lines (""). The query uses the index of live requests, which is short.
    """
    due = and_(schema.IS_LIVE, requests.c.due <= now)
    return _rows(read, and_(due, requests.c.line == line) if line else due)


def _rows(read: Connection, which: ColumnElement[bool]) -> RequestRows:
    columns = (requests.c[name] for name in ("id", "kind", "source", "status", "outcome", "line", "created", "due"))
    made = read.execute(select(*columns).where(which)).all()
    return RequestRows(made, _lines(read, which) if made else ())


def _lines(read: Connection, which: ColumnElement[bool]) -> Sequence[Row[Any]]:
    rung = history.c.what.in_(TRIED)
    taken_back = and_(history.c.what == HistoryEvent.UNDONE, history.c.detail.in_(TRIED))
    columns = (history.c[name] for name in ("request_id", "at", "what", "before"))
    query = select(*columns).join(requests).where(which, or_(rung, taken_back))
    return read.execute(query.order_by(history.c.id)).all()


def overdue(read: Connection, line: str, now: datetime) -> int:
    """Return the number of requests on the waiting list that are overdue, whenever and however they were made."""
    of_line = [requests.c.line == line] if line else []
    late = [schema.IS_LIVE, requests.c.status == Status.OPEN, requests.c.due <= now, *of_line]
    return read.scalar(select(func.count()).select_from(requests).where(*late)) or 0


# -- without the database


@dataclass(frozen=True)
class DatedRequest:
    """A request of a report with the moment at which it was made, and its line."""

    made: datetime
    line: str
    request: ReportedRequest
    reached: datetime | None = None
    """The moment at which the patient was reached, not before the request was made; None if nobody reached them."""

    @property
    def is_of_the_diary(self) -> bool:
        """True if no patient made the request: the program made it, to have a patient told of a changed appointment."""
        return self.request.source == FROM_THE_DIARY


Waits = Callable[[Row[Any], Sequence[CallAttempt]], timedelta | None]
"""A function that returns how long a request's patient waited, from its row and the calls to the patient."""


def dated(found: RequestRows, waits: Waits) -> list[DatedRequest | None]:
    """Return the found requests in order; None for a request that cannot be read, or whose history cannot be read."""
    lines: dict[int, list[CallAttempt]] = {}
    for row in found.lines:
        lines.setdefault(row.request_id, []).append(CallAttempt(row.at, row.what, row.before))
    return [_dated(row, lines.get(row.id, ()), waits) for row in found.made]


def _dated(row: Row[Any], lines: Sequence[CallAttempt], waits: Waits) -> DatedRequest | None:
    if not isinstance(row.created, datetime):
        return None
    try:
        rung = tries(lines)
        request = _reported(row, rung, waits)
        number = request.reached_at
        reached = None if number is None else max(row.created, rung[number - 1].at)
        return DatedRequest(row.created, str(row.line), request, reached)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _reported(row: Row[Any], rung: Sequence[CallAttempt], waits: Waits) -> ReportedRequest:
    return ReportedRequest(
        kind=Kind(row.kind),
        source=row.source,
        status=Status(row.status),
        outcome=Outcome(row.outcome) if row.outcome else None,
        waited=waits(row, rung),
        tries=tuple(each.what for each in rung),
    )


def waits_in(opening: Mapping[str, OpeningTime], default: str, now: datetime) -> Waits:
    """Return the function that measures a patient's wait in the opening time of the request's line.

    For a line that the clinic no longer has, it uses the opening time of the line `default`.
    """

    def waited(row: Row[Any], rung: Sequence[CallAttempt]) -> timedelta | None:
        return _waited(row, rung, opening.get(row.line, opening[default]), now)

    return waited


def _waited(row: Row[Any], rung: Sequence[CallAttempt], hours: OpeningTime, now: datetime) -> timedelta | None:
    """Return how long a patient waited, in opening time from the request, or from its due time if that is later.

    The wait ends at the first call to the patient, or now; None where no call was needed.
    """
    if rung:
        return hours.between(max(row.created, _due(rung[0]) or row.created), rung[0].at)
    since = max(row.created, row.due)
    return hours.between(since, now) if row.status != Status.CLOSED and since <= now else None


def _due(first: CallAttempt) -> datetime | None:
    """Return the time at which the first call to the patient was due; None where the history does not tell it."""
    return datetime.fromisoformat(json.loads(first.before)["due"]) if first.before else None

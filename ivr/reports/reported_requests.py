"""Reads the requests of some days and the calls to their patients from the database, for the reports.

Reads only, by the index of the moments. request_stats.py counts them. No clock.
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
from ivr.reports.opening_time import OpeningTime
from ivr.reports.reported_calls import within
from ivr.reports.request_stats import TRIED, CallAttempt, ReportedRequest, tries
from ivr.storage import schema

requests, history = schema.requests, schema.history


@dataclass(frozen=True)
class RequestRows:
    """The requests that were made in some days, as they are stored."""

    made: Sequence[Row[Any]]
    lines: Sequence[Row[Any]]
    """The lines of their histories about calls to the patients, oldest first."""


def read_requests(
    read: Connection, start: datetime, end: datetime, line: str, until: datetime | None = None
) -> RequestRows:
    """Return the requests that were made from `start` until before `end`, with the calls to their patients.

    `until` leaves out the calls that came later.
    """
    made = within(requests.c.created, requests.c.line, start, end, line)
    columns = (requests.c[name] for name in ("id", "kind", "source", "status", "outcome", "line", "created", "due"))
    return RequestRows(read.execute(select(*columns).where(made)).all(), _lines(read, made, until))


def _lines(read: Connection, made: ColumnElement[bool], until: datetime | None) -> Sequence[Row[Any]]:
    rung = history.c.what.in_(TRIED)
    taken_back = and_(history.c.what == HistoryEvent.UNDONE, history.c.detail.in_(TRIED))
    columns = (history.c[name] for name in ("request_id", "at", "what", "before"))
    query = select(*columns).join(requests).where(made, or_(rung, taken_back))
    return read.execute((query.where(history.c.at < until) if until else query).order_by(history.c.id)).all()


def overdue(read: Connection, line: str, now: datetime) -> int:
    """Return the number of requests on the waiting list that are overdue, whenever and however they were made."""
    of_line = [requests.c.line == line] if line else []
    late = [schema.IS_LIVE, requests.c.status == Status.OPEN, requests.c.due <= now, *of_line]
    return read.scalar(select(func.count()).select_from(requests).where(*late)) or 0


# -- without the database


@dataclass(frozen=True)
class DatedRequest:
    """A request with when and on which line it was made."""

    made: datetime
    line: str
    request: ReportedRequest

    @property
    def is_of_the_diary(self) -> bool:
        """True if nobody asked: the patient is to be told of a change of an appointment."""
        return self.request.source == FROM_THE_DIARY

    @property
    def is_reached(self) -> bool:
        """True if its patient was reached."""
        return self.request.reached_at is not None


Waits = Callable[[Row[Any], Sequence[CallAttempt]], timedelta | None]
"""Returns how long the patient of a request waited, from its row and the calls to the patient."""


def dated(found: RequestRows, waits: Waits) -> list[DatedRequest | None]:
    """Return the requests; None for one that cannot be read, also in its history."""
    lines: dict[int, list[CallAttempt]] = {}
    for row in found.lines:
        lines.setdefault(row.request_id, []).append(CallAttempt(row.at, row.what, row.before))
    return [_dated(row, lines.get(row.id, ()), waits) for row in found.made]


def _dated(row: Row[Any], lines: Sequence[CallAttempt], waits: Waits) -> DatedRequest | None:
    if not isinstance(row.created, datetime):
        return None
    try:
        return DatedRequest(row.created, str(row.line), _reported(row, tries(lines), waits))
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


def no_waits(_row: Row[Any], _rung: Sequence[CallAttempt]) -> None:
    """Return nothing, where nobody asks how long patients waited."""


def waits_in(opening: Mapping[str, OpeningTime], default: str, now: datetime) -> Waits:
    """Return what measures the waits in the opening time of each line.

    That of the line `default` counts for a line that is no more.
    """

    def waited(row: Row[Any], rung: Sequence[CallAttempt]) -> timedelta | None:
        return _waited(row, rung, opening.get(row.line, opening[default]), now)

    return waited


def _waited(row: Row[Any], rung: Sequence[CallAttempt], hours: OpeningTime, now: datetime) -> timedelta | None:
    """Return the opening time from the making of the request, or from its due time if that is later.

    It ends at the first call to the patient, or now; None where no call was needed.
    """
    if rung:
        return hours.between(max(row.created, _due(rung[0]) or row.created), rung[0].at)
    since = max(row.created, row.due)
    return hours.between(since, now) if row.status != Status.CLOSED and since <= now else None


def _due(first: CallAttempt) -> datetime | None:
    """Return the due time of the first call to the patient; None where the history does not tell it."""
    return datetime.fromisoformat(json.loads(first.before)["due"]) if first.before else None

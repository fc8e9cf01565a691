"""Reads from the database what the reports are made of: the calls and the requests of some days.

Reads only, and only those days: what lies before them costs nothing. The counting stands in tallies.py. No clock.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ColumnElement, Connection, Row, and_, func, or_, select

from ivr.desk import schema
from ivr.desk.calls import Ending
from ivr.desk.database import Database
from ivr.desk.requests import Outcome, Status
from ivr.desk.tallies import (
    TRIED,
    UNDONE,
    Asked,
    Calls,
    CallTally,
    Line,
    RequestTally,
    tally_calls,
    tally_requests,
    tries,
)
from ivr.line.booking import Kind
from ivr.line.clinic import Clinic

requests, history, calls = schema.requests, schema.history, schema.calls


@dataclass(frozen=True)
class Period:
    """Days of the clinic, from the first to the last of them."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        """The moment in which it begins."""
        return datetime.combine(self.first, time.min, self.zone)

    @property
    def end(self) -> datetime:
        """The moment in which it is over."""
        return datetime.combine(self.last + timedelta(days=1), time.min, self.zone)


@dataclass(frozen=True)
class Report:
    """What is known of a period."""

    calls: CallTally
    requests: RequestTally
    overdue: int
    """Requests that wait and are late at this moment, whenever they were made."""


class Reports:
    """The reports of the desk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, period: Period, line: str, clinic: Clinic, now: datetime) -> Report:
        """The report of a line, or of all of them ("" ), with the opening hours of this clinic. Raises StoreAway."""
        with self._database.reading() as read:
            return Report(
                calls=_calls(read, period, line),
                requests=tally_requests(list(_asked(read, period, line, clinic))),
                overdue=_overdue(read, line, now),
            )


def _within(moment: Column[Any], table_line: Column[Any], period: Period, line: str) -> ColumnElement[bool]:
    """What belongs to the period and to the line."""
    days = and_(moment >= period.start, moment < period.end)
    return and_(days, table_line == line) if line else days


def _calls(read: Connection, period: Period, line: str) -> CallTally:
    """The paths are grouped by the database; the hours are of the clinic's own day, which it does not know."""
    within = _within(calls.c.began, calls.c.line, period, line)
    grouped = select(calls.c.path, calls.c.ended, func.count()).where(within).group_by(calls.c.path, calls.c.ended)
    groups = [Calls(path, Ending(ended), count) for path, ended, count in read.execute(grouped)]
    began = read.scalars(select(calls.c.began).where(within)).all()
    return tally_calls(groups, Counter(each.astimezone(period.zone).hour for each in began))


def _asked(read: Connection, period: Period, line: str, clinic: Clinic) -> Iterator[Asked]:
    made = _within(requests.c.created, requests.c.line, period, line)
    lines = _lines(read, made)
    columns = (requests.c[name] for name in ("id", "kind", "source", "status", "outcome", "line", "created"))
    for row in read.execute(select(*columns).where(made)).all():
        rung = tries(lines.get(row.id, ()))
        yield Asked(
            kind=Kind(row.kind),
            source=row.source,
            status=Status(row.status),
            outcome=Outcome(row.outcome) if row.outcome else None,
            waited=_waited(row, rung[0], clinic) if rung else None,
            tries=tuple(each.what for each in rung),
        )


def _lines(read: Connection, made: ColumnElement[bool]) -> dict[int, list[Line]]:
    """What the histories of these requests say of ringing the patients, oldest first."""
    rung, taken_back = history.c.what.in_(TRIED), and_(history.c.what == UNDONE, history.c.detail.in_(TRIED))
    query = select(history.c.request_id, history.c.at, history.c.what, history.c.before).join(requests)
    found: dict[int, list[Line]] = {}
    for row in read.execute(query.where(made, or_(rung, taken_back)).order_by(history.c.id)).all():
        due = datetime.fromisoformat(json.loads(row.before)["due"]) if row.before else None
        found.setdefault(row.request_id, []).append(Line(row.at, row.what, due))
    return found


def _waited(row: Row[Any], first: Line, clinic: Clinic) -> timedelta:
    """From when it was made; where the patient wished for a later part of a day, from when that began."""
    since = max(row.created, first.due or row.created)
    return clinic.line(row.line).hours.open_between(since, first.at)


def _overdue(read: Connection, line: str, now: datetime) -> int:
    overdue = [requests.c.status == Status.OPEN, requests.c.due <= now, *([requests.c.line == line] if line else [])]
    return read.scalar(select(func.count()).select_from(requests).where(*overdue)) or 0

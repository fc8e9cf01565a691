"""Makes the report of a period: reads its calls and requests from the database, and has them counted.

Reads only, and besides the overdue requests only the rows of the period. call_stats.py and request_stats.py count.
No clock.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ColumnElement, Connection, Integer, Row, and_, cast, extract, func, or_, select

from ivr.desk.requests import HistoryEvent, Outcome, Status
from ivr.line.booking import Kind
from ivr.line.clinic import Clinic
from ivr.reports.call_records import Ending
from ivr.reports.call_stats import Calls, CallStats, call_stats
from ivr.reports.opening_time import OpeningTime
from ivr.reports.request_stats import TRIED, CallAttempt, ReportedRequest, RequestStats, request_stats, tries
from ivr.storage import schema
from ivr.storage.database import Database

LOOKS_AHEAD = timedelta(days=366)
"""Time ahead for which opening hours are looked up: moments further ahead come from a wrong clock."""

requests, history, calls = schema.requests, schema.history, schema.calls


@dataclass(frozen=True)
class Period:
    """A period of whole days in the clinic's time zone, the last day included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        """The moment at which the period begins."""
        return datetime.combine(self.first, time.min, self.zone)

    @property
    def end(self) -> datetime:
        """The moment at which the period is over."""
        return datetime.combine(self.last + timedelta(days=1), time.min, self.zone)


@dataclass(frozen=True)
class PeriodReport:
    """The report of a period."""

    calls: CallStats
    requests: RequestStats
    overdue: int
    """The number of open requests that are overdue now, whenever they were made."""
    left_out: int = 0
    """The number of calls and requests that this version cannot read, which are not counted."""


class Reports:
    """Makes the reports of the desk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        """A client with a long timeout and no breaker: a month takes longer to read than a caller waits."""

    def of(self, period: Period, line: str, clinic: Clinic, now: datetime) -> PeriodReport:
        """Return the report of a line, or of all lines (""), by the opening hours of this clinic. Raises StoreAway."""
        with self._database.reading() as read:
            found = _found(read, period, line, now)
        # Counted after the transaction, so that no connection is held meanwhile.
        asked = list(_asked(found, period, clinic, now))
        return PeriodReport(
            calls=call_stats(found.paths, _by_hour(found, period.zone)),
            requests=request_stats([each for each in asked if each is not None]),
            overdue=found.overdue,
            left_out=found.odd_calls + asked.count(None),
        )


@dataclass(frozen=True)
class Rows:
    """The rows of a period from the database, not yet counted."""

    paths: Sequence[Calls]
    odd_calls: int
    began: Sequence[tuple[datetime, int]]
    """The calls of each quarter of an hour: the moment of the first one, and their number."""
    made: Sequence[Row[Any]]
    """The requests that were made in the period."""
    lines: Sequence[Row[Any]]
    """The lines of their histories about calls to the patients, oldest first."""
    overdue: int


def _found(read: Connection, period: Period, line: str, now: datetime) -> Rows:
    rang = _within(calls.c.began, calls.c.line, period, line)
    made = _within(requests.c.created, requests.c.line, period, line)
    columns = (requests.c[name] for name in ("id", "kind", "source", "status", "outcome", "line", "created", "due"))
    paths = _paths(read, rang)
    return Rows(
        paths=[each for each in paths if isinstance(each, Calls)],
        odd_calls=sum(each for each in paths if not isinstance(each, Calls)),
        began=_began(read, rang),
        made=read.execute(select(*columns).where(made)).all(),
        lines=_lines(read, made),
        overdue=_overdue(read, line, now),
    )


def _within(moment: Column[Any], table_line: Column[Any], period: Period, line: str) -> ColumnElement[bool]:
    """Return the condition of rows of the period and of the line."""
    days = and_(moment >= period.start, moment < period.end)
    return and_(days, table_line == line) if line else days


def _paths(read: Connection, rang: ColumnElement[bool]) -> list[Calls | int]:
    """Return the calls grouped by path and end, and of those that cannot be read the number.

    Without the hours: the database does not know the clinic's zone.
    """
    grouped = select(calls.c.path, calls.c.ended, func.count()).where(rang).group_by(calls.c.path, calls.c.ended)
    return [_calls(*row) for row in read.execute(grouped)]


def _calls(path: Any, ended: Any, count: int) -> Calls | int:
    readable = isinstance(path, str) and ended in set(Ending)
    return Calls(path, Ending(ended), count) if readable else count


def _began(read: Connection, rang: ColumnElement[bool]) -> list[tuple[datetime, int]]:
    """Return the calls by quarter of an hour: every time zone's offset from UTC is a number of quarters."""
    began = calls.c.began
    quarter = (func.date(began), extract("hour", began), cast(extract("minute", began), Integer) // 15)
    grouped = select(func.min(began), func.count()).where(rang, calls.c.ended.in_(Ending)).group_by(*quarter)
    return [(first, count) for first, count in read.execute(grouped) if isinstance(first, datetime)]


def _lines(read: Connection, made: ColumnElement[bool]) -> Sequence[Row[Any]]:
    rung = history.c.what.in_(TRIED)
    taken_back = and_(history.c.what == HistoryEvent.UNDONE, history.c.detail.in_(TRIED))
    columns = (history.c[name] for name in ("request_id", "at", "what", "before"))
    query = select(*columns).join(requests)
    return read.execute(query.where(made, or_(rung, taken_back)).order_by(history.c.id)).all()


def _overdue(read: Connection, line: str, now: datetime) -> int:
    of_line = [requests.c.line == line] if line else []
    overdue = [schema.IS_LIVE, requests.c.status == Status.OPEN, requests.c.due <= now, *of_line]
    return read.scalar(select(func.count()).select_from(requests).where(*overdue)) or 0


# -- counting, without the database


def _by_hour(found: Rows, zone: ZoneInfo) -> Counter[int]:
    hours: Counter[int] = Counter()
    for first, count in found.began:
        hours[first.astimezone(zone).hour] += count
    return hours


def _asked(found: Rows, period: Period, clinic: Clinic, now: datetime) -> Iterator[ReportedRequest | None]:
    """Yield the requests; None for one that cannot be read, also in its history."""
    lines: dict[int, list[CallAttempt]] = {}
    for row in found.lines:
        lines.setdefault(row.request_id, []).append(CallAttempt(row.at, row.what, row.before))
    last = max((now, *(row.at for row in found.lines if isinstance(row.at, datetime))))
    last = min(last, now + LOOKS_AHEAD)
    opening = {key: OpeningTime.of(line.hours, period.start, last) for key, line in clinic.lines.items()}
    for row in found.made:
        hours = opening.get(row.line, opening[clinic.default_line])
        try:
            yield _reported(row, tries(lines.get(row.id, ())), hours, now)
        except (ValueError, TypeError, KeyError, AttributeError):
            yield None


def _reported(row: Row[Any], rung: Sequence[CallAttempt], hours: OpeningTime, now: datetime) -> ReportedRequest:
    return ReportedRequest(
        kind=Kind(row.kind),
        source=row.source,
        status=Status(row.status),
        outcome=Outcome(row.outcome) if row.outcome else None,
        waited=_waited(row, rung, hours, now),
        tries=tuple(each.what for each in rung),
    )


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

"""Reads the calls of some days from the database, for the reports, and groups those that are alike.

Reads only, by the index of the moments. call_stats.py and day_stats.py count the groups. No clock.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ColumnElement, Connection, Row, and_, select

from ivr.reports.call_records import Ending
from ivr.reports.call_stats import Calls
from ivr.reports.timetable import Timetable, When
from ivr.storage import schema

table = schema.calls


def within(
    moment: Column[Any], table_line: Column[Any], start: datetime, end: datetime, line: str
) -> ColumnElement[bool]:
    """Return the condition of rows from `start` until before `end`, of a line, or of all lines ("")."""
    days = and_(moment >= start, moment < end)
    return and_(days, table_line == line) if line else days


def read_calls(read: Connection, start: datetime, end: datetime, line: str) -> Sequence[Row[Any]]:
    """Return the calls from `start` until before `end`, as they are stored."""
    columns = (table.c[name] for name in ("began", "line", "path", "ended"))
    return read.execute(select(*columns).where(within(table.c.began, table.c.line, start, end, line))).all()


# -- without the database


@dataclass(frozen=True)
class DatedCalls:
    """The number of calls with the same path and end on a day, while the line was open or while it was closed."""

    when: When
    calls: Calls


def grouped(
    rows: Iterable[Sequence[Any]], timetables: Mapping[str, Timetable], default: str
) -> tuple[list[DatedCalls], int]:
    """Return the calls, those alike together, and the number of those that this version cannot read.

    `timetables` has the hours of each line; those of the line `default` count for a line that is no more.
    """
    counted: Counter[Any] = Counter()
    odd = 0
    for began, line, path, ended in rows:
        try:
            counted[timetables.get(line, timetables[default]).when(began), path, ended] += 1
        except TypeError:
            odd += 1
    found = {key: count for key, count in counted.items() if _is_readable(*key[1:])}
    groups = [DatedCalls(when, Calls(path, Ending(ended), count)) for (when, path, ended), count in found.items()]
    return groups, odd + sum(counted.values()) - sum(found.values())


def _is_readable(path: Any, ended: Any) -> bool:
    return isinstance(path, str) and ended in ENDINGS


ENDINGS = frozenset(each.value for each in Ending)


def by_path(groups: Iterable[DatedCalls]) -> list[Calls]:
    """Return the number of calls of each path and end, on all days."""
    counted: Counter[tuple[str, Ending]] = Counter()
    for each in groups:
        counted[each.calls.path, each.calls.ended] += each.calls.count
    return [Calls(path, ended, count) for (path, ended), count in counted.items()]


def by_hour(rows: Iterable[Sequence[Any]], zone: ZoneInfo) -> Counter[int]:
    """Return the number of calls that can be read by hour of the clinic's day."""
    counted = Counter(
        (began.astimezone(zone).hour, path, ended) for began, _line, path, ended in rows if isinstance(began, datetime)
    )
    hours: Counter[int] = Counter()
    for (hour, path, ended), count in counted.items():
        hours[hour] += count if _is_readable(path, ended) else 0
    return hours

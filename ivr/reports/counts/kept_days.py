"""Keeps the counts of days in the database, and finds the counts that a changed call or request makes stale.

A count is never corrected, only made again from rows, so that errors cannot add up. New calls are found by their
ids, new and changed requests by the ids of their history events. Code that deletes rows marks their counts as stale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    case,
    delete,
    insert,
    select,
    update,
)

from ivr.reports.counts.days import ClinicDay
from ivr.reports.counts.stale_counts import ALL, RowsSeen, make_stale, rows_upto
from ivr.reports.counts.tally import Tally, of_text
from ivr.storage import schema

table, state = schema.day_counts, schema.counting
calls, history, requests = schema.calls, schema.history, schema.requests


@dataclass(frozen=True)
class Changes:
    """The calls and requests that came or changed since the kept counts were last brought up to date."""

    since: RowsSeen | None
    """The newest rows that the stored counts include; None if no counts are stored, so that all days are counted."""
    upto: RowsSeen
    settled: bool
    """True if no call or history event that is stored later can have a lower id than those in `upto`."""
    moments: frozenset[datetime]
    """The moments at which new or changed calls began, and at which new or changed requests were made."""


def changes(read: Connection) -> Changes:
    """Return the calls and requests that came or changed since the kept counts were last brought up to date."""
    found = read.execute(select(state)).first()
    since = RowsSeen(found.generation, found.calls_seen, found.history_seen) if found else None
    upto, settled = rows_upto(read, since.generation if since else 0)
    if since is None or since == upto:
        return Changes(since, upto, settled, frozenset())
    came = read.scalars(select(calls.c.began).where(calls.c.id > since.calls)).all()
    lines = select(history.c.request_id).where(history.c.id > since.history)
    moved = read.scalars(select(requests.c.created).where(requests.c.id.in_(lines))).all()
    moments = frozenset(each for each in (*came, *moved) if isinstance(each, datetime))
    return Changes(since, upto, settled, moments)


@dataclass(frozen=True)
class KeptDay:
    """The counts of a day's calls and requests as the database keeps them."""

    counted_by: str
    last_day: date
    stale: frozenset[int]
    counts: Tally
    by_slot: Tally
    later: Tally


def kept_days(read: Connection, days: Sequence[ClinicDay], line: str, cut: ClinicDay) -> dict[datetime, KeptDay]:
    """Return the kept counts of these days, by the start of the day, for a line, or ALL.

    Counts by five minutes are read only for the day `cut`. Counts of patients reached on a later day are read only
    for the days before `cut`. Unreadable counts are left out.
    """
    of_days = (table.c.starts >= days[0].starts, table.c.starts <= days[-1].starts)
    how = (table.c[name] for name in ("starts", "line", "counted_by", "last_day", "stale"))
    # Of another line, and of days that do not need it, nothing is read that is long.
    own = table.c.line == line
    parts = (
        case((own, table.c.counts), else_="").label("counts"),
        case((and_(own, table.c.starts == cut.starts), table.c.by_slot), else_="").label("by_slot"),
        case((and_(own, table.c.starts < cut.starts), table.c.later), else_="").label("later"),
    )
    rows: Sequence[Any] = read.execute(select(*how, *parts).where(*of_days, table.c.line.in_([ALL, line]))).all()
    of_line = {row.starts: row for row in rows if row.line == line}
    kept = {row.starts: _kept(row, of_line.get(row.starts)) for row in rows if row.line == ALL}
    return {starts: each for starts, each in kept.items() if each is not None}


def _kept(day: Any, of_line: Any) -> KeptDay | None:
    texts = (of_line.counts, of_line.by_slot, of_line.later) if of_line else ("", "", "")
    try:
        stale = frozenset(int(each) for each in day.stale.split())
        return KeptDay(str(day.counted_by), day.last_day, stale, *map(of_text, texts))
    except (ValueError, TypeError, AttributeError):
        return None


def kept_quarters(read: Connection, day: ClinicDay) -> str:
    """Return the stored counts of a day by quarter of an hour, as text; an empty text if none are stored."""
    return read.scalar(select(table.c.quarters).where(table.c.starts == day.starts, table.c.line == ALL)) or ""


# -- writing


@dataclass(frozen=True)
class NewDay:
    """The new counts of a day, to be kept."""

    day: ClinicDay
    rows: Sequence[dict[str, Any]]
    """A row for each line that has calls or requests on the day, and one for all lines."""


def _begin(write: Connection) -> None:
    """Begin to keep counts of days if none are kept yet; from then on, every change of a counted row is noticed."""
    if write.execute(select(state)).first() is None:
        upto, settled = rows_upto(write, 0)
        if settled:
            write.execute(delete(table))
            write.execute(insert(state).values(id=1, generation=0, calls_seen=upto.calls, history_seen=upto.history))


def bring_up_to_date(write: Connection, found: Changes, days: Sequence[NewDay]) -> bool:
    """Store the new counts of these days, and mark all other counts that the changes concern as stale.

    Return False and store nothing if another process has changed the counts since `found` was read, or if no counts
    were kept.
    """
    if not _is_turn(write, found):
        return False
    mine = {each.day.starts for each in days}
    write.execute(delete(table).where(table.c.starts.in_(mine)))
    if days:
        write.execute(insert(table), [row for each in days for row in each.rows])
    if found.settled:
        make_stale(write, found.moments, besides=mine)
        write.execute(update(state).values(calls_seen=found.upto.calls, history_seen=found.upto.history))
    return True


def _is_turn(write: Connection, found: Changes) -> bool:
    """Lock the kept counts' generation number. If `found` has the same number, add 1 and return True; else False."""
    now = write.execute(select(state).with_for_update()).first()
    if now is None:
        _begin(write)
    if now is None or found.since is None or now.generation != found.since.generation:
        return False
    write.execute(update(state).values(generation=state.c.generation + 1))
    return True

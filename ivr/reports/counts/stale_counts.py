"""Knows of which rows the counts of days are, and marks those stale whose rows are changed or deleted.

kept_days.py stores the counts; here is what the deletion of rows needs of them. No rules, no clock.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Connection, Table, func, literal, literal_column, select, update

from ivr.storage import schema

table, state = schema.day_counts, schema.counting

ALL = "*"
"""Stands for all lines, in place of the key of one: the row that says how a day stands."""

QUARTER = timedelta(minutes=15)
"""The part of a day that is counted anew when something in it changes. Time zones differ by whole quarters."""

COUNTED_BY = {schema.requests: schema.requests.c.created, schema.calls: schema.calls.c.began}
"""The tables whose rows are counted by day, each with the column that says on which."""

NOBODY_ELSE_WRITES: ColumnElement[bool] = literal_column(
    "NOT EXISTS (SELECT 1 FROM txid_snapshot_xip(txid_current_snapshot()) AS xid"
    " WHERE xid IS DISTINCT FROM txid_current_if_assigned())",
    Boolean,
)
"""True on PostgreSQL where no other transaction is under way: it gives ids before the commit, so one that is lower than
the highest that is seen may still come. A transaction that writes a request has begun before it has the id of its line
of history."""


@dataclass(frozen=True)
class RowsSeen:
    """The rows that are counted, or stale."""

    generation: int
    calls: int
    history: int
    """The highest ids."""


def rows_upto(read: Connection, generation: int) -> tuple[RowsSeen, bool]:
    """Return the highest ids, and whether none that is lower can still come: all of one moment, so by one statement."""
    highest = (
        select(func.coalesce(func.max(each.c.id), 0)).scalar_subquery() for each in (schema.calls, schema.history)
    )
    alone = literal(value=True) if read.dialect.name == "sqlite" else NOBODY_ELSE_WRITES
    row = read.execute(select(*highest, alone)).one()
    return RowsSeen(generation, row[0], row[1]), bool(row[2])


def moments_of(read: Connection, of: Table, ids: Sequence[int]) -> Sequence[Any]:
    """Return the moments by which these rows are in the counts of days; none where they are of another table."""
    return read.scalars(select(COUNTED_BY[of]).where(of.c.id.in_(ids))).all() if of in COUNTED_BY else []


def deleted(write: Connection, moments: Iterable[Any]) -> None:
    """Have the counts stale of calls that began and requests that were made then, and that this transaction deletes.

    To be called after they are deleted: the database may give their ids again. So are those of calls that it corrects.
    """
    now = write.execute(select(state).with_for_update()).first()
    if now is None:
        return
    upto, _settled = rows_upto(write, 0)
    seen = {"calls_seen": min(now.calls_seen, upto.calls), "history_seen": min(now.history_seen, upto.history)}
    write.execute(update(state).values(generation=state.c.generation + 1, **seen))
    make_stale(write, [each for each in moments if isinstance(each, datetime)])


def make_stale(write: Connection, moments: Iterable[datetime], besides: Iterable[datetime] = ()) -> None:
    """Have the quarters of an hour of these moments counted again, but on the days that start `besides` now."""
    moments = sorted(moments)
    if not moments:
        return
    columns = (table.c.id, table.c.starts, table.c.ends, table.c.stale)
    within = (table.c.starts <= moments[-1], table.c.ends > moments[0], table.c.line == ALL)
    touched: defaultdict[int, set[str]] = defaultdict(set)
    for row in write.execute(select(*columns).where(*within, table.c.starts.not_in(list(besides)))):
        numbers = {str((each - row.starts) // QUARTER) for each in moments if row.starts <= each < row.ends}
        if numbers - {*row.stale.split()}:
            touched[row.id] = numbers | {*row.stale.split()}
    for row_id, numbers in touched.items():
        write.execute(update(table).where(table.c.id == row_id).values(stale=" ".join(sorted(numbers, key=int))))

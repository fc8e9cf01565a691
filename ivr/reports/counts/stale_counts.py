"""Records which rows the stored counts of days include, and marks counts as stale when such rows change or are deleted.

kept_days.py stores the counts. Code that deletes rows needs only this module. No rules, no clock.
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
"""The key, in place of a line's, in a day's row for all lines. Only that row uses the columns quarters and stale."""

QUARTER = timedelta(minutes=15)
"""The part of a day that is counted anew when a row in it changes, because time zones differ by whole quarters."""

COUNTED_BY = {schema.requests: schema.requests.c.created, schema.calls: schema.calls.c.began}
"""The tables whose rows are counted by day, each with the column whose moment tells a row's day."""

NOBODY_ELSE_WRITES: ColumnElement[bool] = literal_column(
    "NOT EXISTS (SELECT 1 FROM txid_snapshot_xip(txid_current_snapshot()) AS xid"
    " WHERE xid IS DISTINCT FROM txid_current_if_assigned())",
    Boolean,
)
"""The SQL condition, on PostgreSQL, that no other transaction is running.

PostgreSQL gives a row its id before the commit. So a row of a transaction that still runs may appear later, with an id
below the highest visible one. Under this condition, no such row can appear.
"""


@dataclass(frozen=True)
class RowsSeen:
    """The highest ids that the stored counts include. A row up to these ids is counted, or its count is stale."""

    generation: int
    calls: int
    history: int
    """The highest id of a history event. The field `calls` has the highest id of a call's record."""


def rows_upto(read: Connection, generation: int) -> tuple[RowsSeen, bool]:
    """Return the highest ids of calls and history events; and True if no row with a lower id can appear later.

    A single statement reads all these values, so that they belong to the same moment.
    """
    highest = (
        select(func.coalesce(func.max(each.c.id), 0)).scalar_subquery() for each in (schema.calls, schema.history)
    )
    alone = literal(value=True) if read.dialect.name == "sqlite" else NOBODY_ELSE_WRITES
    row = read.execute(select(*highest, alone)).one()
    return RowsSeen(generation, row[0], row[1]), bool(row[2])


def moments_of(read: Connection, of: Table, ids: Sequence[int]) -> Sequence[Any]:
    """Return the moments by which the rows with these ids are counted; empty for a table that is not counted."""
    return read.scalars(select(COUNTED_BY[of]).where(of.c.id.in_(ids))).all() if of in COUNTED_BY else []


def deleted(write: Connection, moments: Iterable[Any]) -> None:
    """Mark as stale the counts at these moments, after rows of calls or requests were deleted or corrected.

    Call this function after the deletion, because the database may reuse the ids of deleted rows.
    """
    now = write.execute(select(state).with_for_update()).first()
    if now is None:
        return
    upto, _settled = rows_upto(write, 0)
    seen = {"calls_seen": min(now.calls_seen, upto.calls), "history_seen": min(now.history_seen, upto.history)}
    write.execute(update(state).values(generation=state.c.generation + 1, **seen))
    make_stale(write, [each for each in moments if isinstance(each, datetime)])


def make_stale(write: Connection, moments: Iterable[datetime], besides: Iterable[datetime] = ()) -> None:
    """Mark as stale the quarters of an hour of these moments, except on days that begin at a moment in `besides`."""
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

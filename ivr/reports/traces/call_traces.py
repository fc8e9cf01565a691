"""Stores the traces that calls have left on all hosts, until some time after their calls were recorded.

No HTTP, no clock, no number.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update
from sqlalchemy import case as when

from ivr.desk.missed.how_far import CallPath
from ivr.reports.call_records import Trace, is_over, record
from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.odd import FIRST_YEAR, LAST_YEAR, text_of
from ivr.storage.upsert import INSERTS

table = schema.call_traces

AT_ONCE = 500
"""The most traces written in one transaction: few, so that no caller waits long for the lock of the transaction."""

KEPT = timedelta(hours=26)
"""The time for which a trace is kept, so that a later trace of the same call can still correct the call's record."""

CORRECTS = timedelta(days=1)
"""The time after a call's first trace in which later traces may correct the record. No trace is deleted sooner."""

RECORDED_CALLER = "recorded"
"""The text that replaces a caller's keyed hash once the call is recorded, so that no trace leads to the number."""


@dataclass(frozen=True)
class SentTrace:
    """A trace that a host has sent, with its id and arrival; `recorded` is true if the trace went into a record."""

    id: int
    trace: Trace
    recorded: bool
    arrived: datetime


@dataclass(frozen=True)
class CallTraces:
    """The store of the traces that hosts have sent."""

    database: Database

    def take(self, traces: Sequence[Trace], host: str, now: datetime) -> None:
        """Store these traces of a host; one that is stored already changes nothing. Raises StoreAway."""
        rows = {(row := _row(each, host, now))["digest"]: row for each in traces}
        # In the order in which they were left, which tells traces of one moment apart.
        ordered = list(rows.values())
        for first in range(0, len(ordered), AT_ONCE):
            with self.database.writing() as write:
                insert = INSERTS[write.dialect.name](table).on_conflict_do_nothing()
                write.execute(insert, ordered[first : first + AT_ONCE])

    def over(self, now: datetime) -> list[str]:
        """Return the marks of the calls that are over and have traces not yet recorded. Raises StoreAway."""
        ended = func.min(when((table.c.ended, table.c.at))).label("ended")
        fresh = select(table.c.mark).where(schema.UNRECORDED)
        query = select(table.c.mark, ended, func.max(table.c.at).label("last")).where(table.c.mark.in_(fresh))
        with self.database.reading() as read:
            rows = read.execute(query.group_by(table.c.mark).order_by(func.min(table.c.id))).all()
        return [row.mark for row in rows if is_over(_moment(row.ended), _moment(row.last) or now, now)]

    def paths(self, marks: Collection[str]) -> Mapping[str, CallPath]:
        """Return the paths of the calls with these marks, by mark, as far as hosts have sent their traces.

        Calls without a trace are left out. Raises StoreAway.
        """
        with self.database.reading() as read:
            found = traces_of(read, marks)
        records = filter(None, (record([each.trace for each in sent]) for sent in found.values()))
        return {each.mark: CallPath(each.path, each.line, each.language, each.began) for each in records}

    def words(self, marks: Collection[str]) -> Mapping[str, Sequence[str]]:
        """Return the places and outcomes alone of the calls that `paths` returns, by mark. Raises StoreAway."""
        return {mark: each.path for mark, each in self.paths(marks).items()}

    def forget(self, lived: datetime) -> int:
        """Delete the oldest traces older than `KEPT` at this lived time, at most `AT_ONCE`; return how many.

        Raises StoreAway.
        """
        with self.database.reading() as read:
            old = select(table.c.id).where(table.c.arrived <= lived - KEPT).order_by(table.c.arrived).limit(AT_ONCE)
            ids = read.scalars(old).all()
        if ids:
            with self.database.writing() as write:
                write.execute(delete(table).where(table.c.id.in_(ids)))
        return len(ids)


def traces_of(read: Connection, marks: Collection[str], *, locked: bool = False) -> dict[str, list[SentTrace]]:
    """Return the stored traces of the calls with these marks, by mark.

    With `locked`, these rows stay locked until the transaction ends, so that no other process records the same calls.
    """
    query = select(table).where(table.c.mark.in_(marks)).order_by(table.c.id)
    found: dict[str, list[SentTrace]] = {}
    for row in read.execute(query.with_for_update() if locked else query):
        sent = _sent(row)
        if sent is not None:
            found.setdefault(row.mark, []).append(sent)
    return found


def mark_recorded(write: Connection, sent: Sequence[SentTrace]) -> None:
    """Store that these traces are part of a record, and erase from them the keyed hash of the caller's number."""
    caller = when((table.c.caller != "", RECORDED_CALLER), else_="")
    write.execute(update(table).where(table.c.id.in_([each.id for each in sent])).values(recorded=True, caller=caller))


def _row(trace: Trace, host: str, now: datetime) -> dict[str, Any]:
    said = {
        "mark": trace.mark,
        "at": _near(trace.at),
        "line": trace.line,
        "language": trace.language,
        "what": " ".join(trace.what),
        "step": trace.step,
        "ended": trace.over,
        "lasted": trace.lasted,
        "caller": trace.caller,
    }
    digest = sha256(repr((host, *said.values())).encode()).hexdigest()[:32]
    return {**said, "digest": digest, "host": host, "arrived": _near(now), "recorded": False}


def _near(moment: datetime) -> datetime:
    """Return the moment, or January 1 of the nearest readable year if a wrong clock has given another year."""
    year = min(max(moment.year, FIRST_YEAR + 1), LAST_YEAR - 1)
    return moment if year == moment.year else datetime(year, 1, 1, tzinfo=UTC)


def _sent(row: Row[Any]) -> SentTrace | None:
    """Return a row of the table as a SentTrace; None where one of its moments cannot be read."""
    if not isinstance(row.at, datetime) or not isinstance(row.arrived, datetime):
        return None
    line, language, what, step, caller = map(text_of, (row.line, row.language, row.what, row.step, row.caller))
    trace = Trace(row.mark, row.at, line, language, tuple(what.split()), step, bool(row.ended), row.lasted, caller)
    return SentTrace(row.id, trace, row.recorded, row.arrived)


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None

"""Collects the finished calls from the spool, and writes their records to the database.

A call is written once, however often it is collected, and its caller's language is learnt with it. No HTTP, no clock.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from ivr.desk.callers.languages import remember
from ivr.reports.call_records import CallRecord, Trace, is_over, record
from ivr.reports.spool import Segment, Spool
from ivr.reports.used_languages import used_language
from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.encryption import KeyedIds
from ivr.storage.upsert import INSERTS

table = schema.calls

AT_ONCE = 200
"""Calls that one transaction writes: so few that no caller waits for its lock."""


class CallCollector:
    """Writes the records of finished calls. One object for each process that collects."""

    def __init__(self, database: Database, spool: Spool, keyed_ids: KeyedIds) -> None:
        self._database = database
        self._spool = spool
        self._keyed_ids = keyed_ids
        self._settled: set[str] = set()
        """The marks of calls in the spool that are recorded. A new process records them once more, which changes
        nothing."""

    def collect(self, now: datetime) -> int:
        """Record the finished calls, and return how many there were. Raises StoreAway, SpoolAway.

        Segments of which every call is recorded are removed. After an error, what was not written is collected next
        time.
        """
        segments, unread = self._spool.read()
        calls = _by_mark(segments)
        # If more was written than is read at once, the calls of the oldest segment count as over, so that it
        # can be removed.
        unfinished = _marks(segments[:1]) if unread else set()
        over = [mark for mark, traces in calls.items() if mark in unfinished or is_over(traces, unread or now)]
        fresh = [mark for mark in over if mark not in self._settled]
        records = [found for mark in fresh if (found := record(calls[mark])) is not None]
        write_down(self._database, records, partial(self._learn, calls))
        self._settled = (self._settled | set(fresh)) & set(calls)
        for segment in segments:
            if _marks([segment]) <= self._settled:
                self._spool.remove(segment, now)
        return len(fresh)

    def _learn(self, calls: Mapping[str, Sequence[Trace]], write: Connection, marks: Collection[str]) -> None:
        used = (used_language(calls[mark]) for mark in marks)
        remember(write, [each for each in used if each is not None], self._keyed_ids)


def _learn_nothing(_write: Connection, _marks: Collection[str]) -> None:
    pass


def write_down(
    database: Database,
    records: Sequence[CallRecord],
    learn: Callable[[Connection, Collection[str]], None] = _learn_nothing,
) -> None:
    """Write these calls; a call that is there already stays as it is. Raises StoreAway.

    `learn` is called in the same transaction with the marks of those that were not there.
    """
    for first in range(0, len(records), AT_ONCE):
        with database.writing() as write:
            insert = INSERTS[write.dialect.name](table).on_conflict_do_nothing().returning(table.c.mark)
            batch = [_row(each) for each in records[first : first + AT_ONCE]]
            learn(write, write.scalars(insert, batch).all())


def _marks(segments: Sequence[Segment]) -> set[str]:
    """Return the marks of the calls in these segments."""
    return {trace.mark for segment in segments for trace in segment.traces}


def _by_mark(segments: Sequence[Segment]) -> dict[str, list[Trace]]:
    calls: dict[str, list[Trace]] = {}
    for trace in (trace for segment in segments for trace in segment.traces):
        calls.setdefault(trace.mark, []).append(trace)
    return calls


def _row(found: CallRecord) -> dict[str, object]:
    return {
        "mark": found.mark,
        "began": found.began,
        "line": found.line,
        "language": found.language,
        "path": " ".join(found.path),
        "seconds": found.seconds,
        "ended": found.ended,
    }

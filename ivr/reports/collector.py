"""Collects the finished calls from the spool, and writes their records to the database.

A call is written once, however often it is collected. No HTTP, no clock.
"""

from collections.abc import Sequence
from datetime import datetime

from ivr.reports.call_records import CallRecord, Trace, is_over, record
from ivr.reports.spool import Segment, Spool
from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.upsert import INSERTS

table = schema.calls

AT_ONCE = 200
"""Calls that one transaction writes: so few that no caller waits for its lock."""


class CallCollector:
    """Writes the records of finished calls. One object for each process that collects."""

    def __init__(self, database: Database, spool: Spool) -> None:
        self._database = database
        self._spool = spool
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
        write_down(self._database, [found for mark in fresh if (found := record(calls[mark])) is not None])
        self._settled = (self._settled | set(fresh)) & set(calls)
        for segment in segments:
            if _marks([segment]) <= self._settled:
                self._spool.remove(segment, now)
        return len(fresh)


def write_down(database: Database, records: Sequence[CallRecord]) -> None:
    """Write these calls; a call that is there already stays as it is. Raises StoreAway."""
    for first in range(0, len(records), AT_ONCE):
        with database.writing() as write:
            insert = INSERTS[write.dialect.name](table).on_conflict_do_nothing()
            write.execute(insert, [_row(each) for each in records[first : first + AT_ONCE]])


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

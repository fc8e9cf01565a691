"""Sends the traces of this host's spool to the database. Removes a spool file once all calls in it are over.

So the database has all traces of a call, whichever hosts answered it. No HTTP, no clock.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from ivr.reports.call_records import is_over
from ivr.reports.spool import Segment, Spool, is_held
from ivr.reports.traces.call_traces import CallTraces


class TraceShipper:
    """Sends the traces of this host's spool to the database. Each sending process has one object of this class.

    A trace that two processes send is stored once.
    """

    def __init__(self, store: CallTraces, spool: Spool, host: Callable[[], str]) -> None:
        self._store = store
        self._spool = spool
        self._host = host
        self._sent: dict[Path, int] = {}
        """The bytes of each file of the spool that this process has sent. A new process sends them once more."""
        self._calls: dict[Path, set[str]] = {}
        """The marks of the calls that have traces in each file of the spool."""
        self._ended: dict[str, datetime] = {}
        self._last: dict[str, datetime] = {}
        """When each call's end was first reported (`_ended`), and its last trace left, as far as this process knows."""

    def ship(self, now: datetime, *, removes: bool = True) -> bool:
        """Send new traces from the spool to the database; return True if the spool holds more unsent traces.

        A file of the spool is removed once all its calls are over, because the paths of calls are read from the file.
        `removes` is False while the system clock may be wrong: no file is removed. Raises StoreAway, SpoolAway.
        """
        segments, more = self._spool.read(self._sent)
        self._store.take([trace for segment in segments for trace in segment.traces], self._host(), now)
        for each in segments:
            self._note(each)
        if not more:
            self._forget({each.path for each in segments})
        if removes:
            self._remove([each for each in segments if not is_held(each, now) and self._is_over(each, now)], now)
        return more

    def _is_over(self, segment: Segment, now: datetime) -> bool:
        calls = self._calls[segment.path]
        return all(is_over(self._ended.get(mark), self._last[mark], now) for mark in calls)

    def _remove(self, segments: Sequence[Segment], now: datetime) -> None:
        """Remove these segments of the spool, once all their traces were sent to the database again.

        The database may have lost traces by a restore or a new PostgreSQL server. Traces that it has do not change.
        """
        for segment in segments:
            self._store.take(self._spool.whole(segment).traces, self._host(), now)
            self._spool.remove(segment, now)

    def _note(self, segment: Segment) -> None:
        self._sent[segment.path] = segment.upto
        marks = self._calls.setdefault(segment.path, set())
        for each in segment.traces:
            marks.add(each.mark)
            self._last[each.mark] = max(each.at, self._last.get(each.mark, each.at))
            if each.over:
                self._ended[each.mark] = min(each.at, self._ended.get(each.mark, each.at))

    def _forget(self, there: set[Path]) -> None:
        """Forget segments missing from `there`, the existing ones, and calls without any trace in the existing ones."""
        for path in self._sent.keys() - there:
            del self._sent[path], self._calls[path]
        known = set[str]().union(*self._calls.values())
        for moments in (self._ended, self._last):
            for mark in moments.keys() - known:
                del moments[mark]

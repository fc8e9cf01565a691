"""Records the finished calls from the traces that all hosts have sent, and corrects a record when more traces come.

Each call has one record, even if several clock processes collect it. Also notes the caller's language. No HTTP, no
clock.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from ivr.desk.callers.languages import ERASED_FOR, UsedLanguage, remember
from ivr.reports.call_records import CallRecord, Trace, record
from ivr.reports.traces.call_traces import (
    CORRECTS,
    RECORDED_CALLER,
    CallTraces,
    SentTrace,
    mark_recorded,
    traces_of,
)
from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.encryption import KeyedIds
from ivr.storage.upsert import INSERTS

table = schema.calls

AT_ONCE = 200
"""The most calls recorded in one transaction: few, so that no caller waits long for the lock of the transaction."""


@dataclass(frozen=True)
class Corrected:
    """A call whose record was corrected because more traces of the call came after the record was made."""

    mark: str
    began: tuple[Any, datetime]
    """The moments at which the call began, by the former record and by the new one."""


Follow = Callable[[Connection, Sequence[Corrected], datetime], None]
"""A function that revises decisions that were based on call records, after these records have been corrected.

It takes the transaction of the correction, the corrected calls and the present moment.
"""


@dataclass(frozen=True)
class CallCollector:
    """Records the finished calls, from the traces that hosts have sent."""

    traces: CallTraces
    keyed_ids: KeyedIds
    follows: Sequence[Follow] = ()

    def collect(self, now: datetime) -> int:
        """Record the finished calls that have new traces, and return how many there were. Raises StoreAway.

        After an error, what was not written is collected next time.
        """
        over = self.traces.over(now)
        for first in range(0, len(over), AT_ONCE):
            with self.traces.database.writing() as write:
                self._record(write, over[first : first + AT_ONCE], now)
        return len(over)

    def _record(self, write: Connection, marks: Sequence[str], now: datetime) -> None:
        found = traces_of(write, marks, locked=True)
        # Another clock may have recorded a call since it was looked up: then none of its traces is new.
        calls = {mark: sent for mark, sent in found.items() if not all(each.recorded for each in sent)}
        records = {mark: made for mark, sent in calls.items() if (made := _record_of(sent)) is not None}
        new = _insert(write, list(records.values()))
        late = [made for mark, made in records.items() if mark not in new and _corrects(calls[mark], now)]
        corrected = _correct(write, late)
        learnt = {*new, *(each.mark for each in corrected)}
        used = (_used(calls[mark]) for mark in sorted(learnt))
        # What a host sends later than that may be of somebody who was erased since: nothing would hold it back.
        taught = [each for each in used if each is not None and now - each.began < ERASED_FOR]
        remember(write, taught, self.keyed_ids)
        mark_recorded(write, [each for sent in calls.values() for each in sent if not each.recorded])
        for follow in self.follows if corrected else ():
            follow(write, corrected, now)


def write_down(database: Database, records: Sequence[CallRecord]) -> None:
    """Store the records of those calls that have no record yet. Raises StoreAway."""
    for first in range(0, len(records), AT_ONCE):
        with database.writing() as write:
            _insert(write, records[first : first + AT_ONCE])


def _insert(write: Connection, records: Sequence[CallRecord]) -> Collection[str]:
    """Store the records of those calls that have none yet, and return their marks."""
    insert = INSERTS[write.dialect.name](table).on_conflict_do_nothing().returning(table.c.mark)
    return set(write.scalars(insert, [_row(each) for each in records])) if records else set()


def _correct(write: Connection, records: Sequence[CallRecord]) -> list[Corrected]:
    """Correct the stored records that differ from these new records, and return the calls whose records changed."""
    known = select(table).where(table.c.mark.in_([each.mark for each in records]))
    before = {row.mark: row for row in write.execute(known)} if records else {}
    wrong = [each for each in records if each.mark in before and not _is_same(before[each.mark], _row(each))]
    for each in wrong:
        write.execute(update(table).where(table.c.mark == each.mark).values(_row(each)))
    return [Corrected(each.mark, (before[each.mark].began, each.began)) for each in wrong]


def _is_same(stored: Any, row: Mapping[str, object]) -> bool:
    return all(getattr(stored, name) == value for name, value in row.items())


def _corrects(sent: Sequence[SentTrace], now: datetime) -> bool:
    """Return whether these traces of a call may correct its stored record.

    False if the record was made without any of these traces, by an older program that knew one host only. Also
    False once the oldest trace may have been deleted, because the remaining traces show less of the call.
    """
    return any(each.recorded for each in sent) and abs(now - min(each.arrived for each in sent)) < CORRECTS


def _record_of(sent: Sequence[SentTrace]) -> CallRecord | None:
    return record([each.trace for each in sent])


def _used(sent: Sequence[SentTrace]) -> UsedLanguage | None:
    """Return the language to store for a call's caller; None if there is none, or if recorded traces gave the same."""
    found = used_language([each.trace for each in sent])
    taught = used_language([each.trace for each in sent if each.recorded])
    caller = next((each.trace.caller for each in sent if each.trace.caller not in {"", RECORDED_CALLER}), "")
    if found is None or not caller or (taught and (taught.language, taught.chosen) == (found.language, found.chosen)):
        return None
    return replace(found, mark=caller)


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


def used_language(traces: Sequence[Trace]) -> UsedLanguage | None:
    """Return the language in which a call's caller last pressed a key; None if no language is to be remembered.

    Only the last key counts, so a language that the caller left again, as after a mistaken 9, is not returned.
    """
    ordered = sorted(traces, key=lambda each: each.at)
    pressed = [each for each in ordered if each.caller]
    if not pressed:
        return None
    last, begun_in = pressed[-1], next((each.language for each in ordered if each.language), "")
    return UsedLanguage(last.caller, last.language, chosen=last.language != begun_in, began=ordered[0].at)

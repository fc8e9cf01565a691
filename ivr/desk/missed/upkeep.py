"""Keeps missed calls true: stores those that wait in Redis, corrects how far each call came, and deletes old calls.

The clock process runs this every few seconds. No HTTP, no clock.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, or_, select, update

from ivr.desk.missed.how_far import RANKS, CallPath, PathReader
from ivr.desk.missed.missed_calls import MOST, MissedCalls, dealt_with
from ivr.desk.missed.sealed import SealedMissedCalls
from ivr.desk.move_parts import UNDO_WITHIN
from ivr.storage import schema
from ivr.storage.odd import text_of
from ivr.storage.upsert import in_turn

RECORDED = timedelta(hours=2)
"""The longest time from a missed call to its record. Without a record by then, the record counts as lost."""

table, calls = schema.missed_calls, schema.calls

Correction = Mapping[str, Any] | None
"""The new values of a missed call's row, by column; empty if the row is right, None if nothing was missed."""


@dataclass(frozen=True)
class MissedCallUpkeep:
    """Moves missed calls from Redis to the database, corrects them by the calls' records, and deletes old ones."""

    store: MissedCalls
    sealed: SealedMissedCalls
    mark_of: Callable[[str], str]
    """The function that returns the mark of a call from the call's id. The call's record has this mark."""
    paths_so_far: Callable[[Collection[str]], Mapping[str, CallPath]]
    """The function that returns the paths of the calls with these marks, by mark, as far as hosts have sent traces.

    Raises StoreAway.
    """
    reader: PathReader = field(default_factory=PathReader)

    def bring(self) -> int:
        """Store the missed calls that wait in Redis in the database, and return how many waited.

        Raises QueueAway, StoreAway.
        """
        waiting = self.sealed.all()
        for each in waiting:
            if each.new:
                self.store.keep(each.new)
            self.sealed.leave([each])
        return len(waiting)

    def check(self, now: datetime) -> int:
        """Correct the missed calls by the traces and records of their calls; return how many rows changed.

        The last step of a call may be unknown at first, for example while another host has its trace. A later check can
        then take the missed call off the list, or store that the caller came further in the menu. A correction by the
        call's record is final. Raises StoreAway.
        """
        columns: tuple[Any, ...] = (table.c.id, table.c.call_sid, table.c.at, table.c.kind, table.c.reached)
        unchecked = select(*columns).where(table.c.checked.is_(False)).order_by(table.c.id).limit(MOST)
        with self.store.database.reading() as read:
            rows = {self.mark_of(text_of(row.call_sid)): row for row in read.execute(unchecked)}
            recorded = _recorded(read, list(rows))
        left = [mark for mark in rows if mark not in recorded]
        known = {**recorded, **(self.paths_so_far(left) if left else {})}
        found = {}
        for mark, row in rows.items():
            last = mark in recorded or _is_lost(row, now)
            found[row.id] = self._correction(row, known.get(mark), last)
        wrong = {row_id: each for row_id, each in found.items() if each != {}}
        if wrong:
            in_turn(self.store.database, lambda write: _correct(write, wrong))
        return len(wrong)

    def _correction(self, row: Row[Any], path: CallPath | None, last: bool) -> Correction:
        """Return the correction of a missed call's row, by the places that the call passed; final if `last` is True."""
        how_far = self.reader.how_far(path.path) if path else None
        if path and how_far is None:
            # Whoever heard an answer may have asked for more on a host that has still to send it.
            unsure = not last and not self.reader.is_served(path.path)
            return ({"kind": None, "reached": ""} if row.kind is not None else {}) if unsure else None
        if last and how_far is None and row.kind is None:
            return None
        changed: dict[str, Any] = {"checked": True} if last else {}
        if path and how_far:
            before = RANKS.index(row.kind) if row.kind in set(RANKS) else -1
            if how_far.rank >= before and (how_far.kind, how_far.reached) != (row.kind, row.reached):
                changed |= {"kind": how_far.kind, "reached": how_far.reached}
                changed |= {"line": path.line, "language": path.language} if path.line and path.language else {}
        return changed

    def look_again(self, write: Connection, marks: Collection[str]) -> None:
        """Have the missed calls with these marks checked again, because the records of their calls were corrected."""
        rows = write.execute(select(table.c.id, table.c.call_sid).where(table.c.checked.is_(True))).all()
        ids = [row.id for row in rows if self.mark_of(text_of(row.call_sid)) in marks]
        if ids:
            write.execute(update(table).where(table.c.id.in_(ids)).values(checked=False))

    def purge(self, lived: datetime) -> int:
        """Delete the missed calls for which nobody need be called back any more; return their number.

        `lived` is a moment of lived time. Raises StoreAway.
        """
        with self.store.database.reading() as read:
            over = or_(
                self.store.gone(read, lived),
                dealt_with(),
                # Whoever has called may take that back for some seconds.
                table.c.called_at <= lived - UNDO_WITHIN,
                table.c.kind.not_in(self.store.clinic.missed_calls),
            )
            ids = read.scalars(select(table.c.id).where(over).order_by(table.c.id).limit(MOST)).all()
        if ids:
            in_turn(self.store.database, lambda write: write.execute(delete(table).where(table.c.id.in_(ids))))
        return len(ids)


def _correct(write: Connection, wrong: Mapping[int, Correction]) -> None:
    for row_id, change in wrong.items():
        same = table.c.id == row_id
        write.execute(delete(table).where(same) if change is None else update(table).where(same).values(change))


def _recorded(read: Connection, marks: Sequence[str]) -> Mapping[str, CallPath]:
    columns: tuple[Any, ...] = (calls.c.mark, calls.c.path, calls.c.line, calls.c.language, calls.c.began)
    rows = read.execute(select(*columns).where(calls.c.mark.in_(marks))).all() if marks else []
    return {row.mark: CallPath(str(row.path).split(" "), row.line, row.language, row.began) for row in rows}


def _is_lost(row: Row[Any], now: datetime) -> bool:
    """Return whether a missed call is so old that no record of the call will come any more.

    A moment in the far future was written by a wrong clock, and counts as old.
    """
    return not isinstance(row.at, datetime) or abs(now - row.at) >= RECORDED

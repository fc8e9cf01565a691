"""Keeps the missed calls true: brings those that wait in Redis, checks each by its call's record, deletes what is over.

The clock does it every few seconds. No HTTP, no clock.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, or_, select, update

from ivr.desk.missed.how_far import PathReader
from ivr.desk.missed.missed_calls import MOST, MissedCalls, dealt_with
from ivr.desk.missed.sealed import SealedMissedCalls
from ivr.desk.move_parts import UNDO_WITHIN
from ivr.storage import schema
from ivr.storage.upsert import in_turn

RECORDED = timedelta(hours=2)
"""The time after which a call without a record counts as one whose record was lost."""

table, calls = schema.missed_calls, schema.calls


@dataclass(frozen=True)
class MissedCallUpkeep:
    """Keeps the missed calls true."""

    store: MissedCalls
    sealed: SealedMissedCalls
    mark_of: Callable[[str], str]
    """Returns the mark of a call's record, by the call's id."""
    reader: PathReader = field(default_factory=PathReader)

    def bring(self) -> int:
        """Bring to the desk what waits in Redis, and return how many. Raises QueueAway, StoreAway."""
        waiting = self.sealed.all()
        for each in waiting:
            if each.new:
                self.store.keep(each.new)
            self.sealed.leave([each])
        return len(waiting)

    def check(self, now: datetime) -> int:
        """Correct the missed calls by the records of their calls, each once; return how many. Raises StoreAway.

        The first look may have been too early for the caller's last step, or on another machine than the call.
        """
        columns: tuple[Any, ...] = (table.c.id, table.c.call_sid, table.c.at)
        unchecked = select(*columns).where(table.c.checked.is_(False))
        with self.store.database.reading() as read:
            rows = read.execute(unchecked.order_by(table.c.id).limit(MOST)).all()
            paths = _paths(read, [self.mark_of(row.call_sid) for row in rows])
        found = [(row, paths.get(self.mark_of(row.call_sid))) for row in rows]
        known = [(row, call) for row, call in found if call is not None]
        lost = [row.id for row, call in found if call is None and _is_lost(row, now)]
        if known or lost:
            in_turn(self.store.database, lambda write: self._correct(write, known, lost))
        return len(known)

    def _correct(self, write: Connection, known: Sequence[tuple[Row[Any], Row[Any]]], lost: Sequence[int]) -> None:
        # What is still not known of a call whose record was lost is let go.
        write.execute(delete(table).where(table.c.id.in_(lost), table.c.kind.is_(None)))
        write.execute(update(table).where(table.c.id.in_(lost)).values(checked=True))
        for row, call in known:
            how_far = self.reader.how_far(str(call.path).split(" "))
            same = table.c.id == row.id
            if how_far is None:
                write.execute(delete(table).where(same))
                continue
            spoken = {name: words for name in ("line", "language") if (words := getattr(call, name))}
            told = {"kind": how_far.kind, "reached": how_far.reached, **spoken}
            write.execute(update(table).where(same).values(checked=True, **told))

    def purge(self, lived: datetime) -> int:
        """Delete what does not stand any more at the lived time, and return how many. Raises StoreAway."""
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


def _paths(read: Connection, marks: Sequence[str]) -> Mapping[str, Row[Any]]:
    columns: tuple[Any, ...] = (calls.c.mark, calls.c.path, calls.c.line, calls.c.language)
    return {row.mark: row for row in read.execute(select(*columns).where(calls.c.mark.in_(marks)))} if marks else {}


def _is_lost(row: Row[Any], now: datetime) -> bool:
    """Return whether the record of the call should be there by now. A time far off was written by a wrong clock."""
    return not isinstance(row.at, datetime) or abs(now - row.at) >= RECORDED

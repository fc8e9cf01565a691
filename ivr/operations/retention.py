"""Deletes what has been kept for as long as the clinic keeps it, a little at a time.

A request that is live is never deleted, however old it is. No HTTP, no clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, or_, select

from ivr.desk.merge_links import let_go
from ivr.desk.requests import Status
from ivr.line.clinic import Retention
from ivr.storage import schema
from ivr.storage.database import Database

AT_ONCE = 200
"""Rows of a kind that one transaction deletes: no caller waits for the lock of it."""

EVERY = timedelta(hours=1)

CHILDREN_OF_A_REQUEST = (schema.errands, schema.history, schema.promises)
"""What is deleted together with a request."""


@dataclass(frozen=True)
class Expired:
    """Rows that have been kept long enough, and what to call them."""

    called: str
    table: Table
    condition: ColumnElement[bool]


class Purge:
    """Looks once an hour, and goes on at the next look where there was more than it deletes at once."""

    def __init__(self, database: Database, kept: Retention) -> None:
        self._database = database
        self._kept = kept
        self._next: datetime | None = None

    def run(self, now: datetime) -> Mapping[str, int]:
        """Deletes a little where it is time to; how many rows of what. Raises StoreAway."""
        if self._next is not None and now < self._next:
            return {}
        gone = dict(self._gone(now))
        self._next = now if AT_ONCE in gone.values() else now + EVERY
        return gone

    def _gone(self, now: datetime) -> Iterator[tuple[str, int]]:
        for each in expired(self._kept, now):
            with self._database.writing() as write:
                count = _shred(write, each)
            if count:
                yield each.called, count


def expired(kept: Retention, now: datetime) -> tuple[Expired, ...]:
    """What is deleted now."""
    closed_before, logged_before = now - kept.closed_requests, now - kept.log
    blocked, closures, audit, links = schema.blocked, schema.closures, schema.audit, schema.invitations
    return (
        Expired("requests", schema.requests, _closed_for_long(closed_before, now)),
        Expired("lifted blocks", blocked, blocked.c.lifted_at <= closed_before),
        Expired("closures", closures, closures.c.day < logged_before.date()),
        Expired("invitations", links, links.c.expires <= logged_before),
        Expired("lines of the audit", audit, audit.c.at <= logged_before),
        Expired("calls", schema.calls, schema.calls.c.began <= logged_before),
    )


def _closed_for_long(before: datetime, now: datetime) -> ColumnElement[bool]:
    """Closed before then, with no appointment still ahead; what was merged stays as long as what it leads to."""
    table, lines = schema.requests, schema.history
    later = exists().where(lines.c.request_id == table.c.id, lines.c.at > before)
    # The first version wrote no moment of closing: there the last line of history tells it.
    closed = or_(table.c.touched <= before, and_(table.c.touched.is_(None), table.c.created <= before, ~later))
    no_more_ahead = or_(table.c.appointment.is_(None), table.c.appointment <= now)
    return and_(table.c.status == Status.CLOSED, closed, no_more_ahead, table.c.merged_into.is_(None))


def _shred(write: Connection, which: Expired) -> int:
    table = which.table
    # Locked before they are deleted: an undo in that very moment finds the request gone, or keeps it.
    found = select(table.c.id).where(which.condition).limit(AT_ONCE).with_for_update(skip_locked=True)
    ids = write.scalars(found).all()
    remove(write, table, ids)
    return len(ids)


def remove(write: Connection, table: Table, ids: Any) -> None:
    """Deletes these rows, and with requests all that hangs on them."""
    if not ids:
        return
    if table is schema.requests:
        let_go(write, ids)
    for about in CHILDREN_OF_A_REQUEST if table is schema.requests else ():
        write.execute(delete(about).where(about.c.request_id.in_(ids)))
    write.execute(delete(table).where(table.c.id.in_(ids)))

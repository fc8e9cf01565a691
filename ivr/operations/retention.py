"""Deletes rows after the clinic's retention times, in small batches.

A live request is never deleted, however old it is. No HTTP, no clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, or_, select, update

from ivr.desk.merge_links import let_go
from ivr.desk.requests import Status
from ivr.operations.personal_rows import (
    CHILDREN_OF_AN_APPOINTMENT,
    blocked_for_nothing,
    languages_of_long_ago,
    nobodys,
    over_for_long,
)
from ivr.reports.counts.stale_counts import deleted, moments_of
from ivr.staff import drafts, sessions
from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.schema import LONG_AGO

AT_ONCE = 200
"""The most rows that one transaction deletes, so that no caller waits for its lock."""

EVERY = timedelta(hours=1)

CHILDREN_OF_A_REQUEST = (schema.errands, schema.history, schema.promises)
"""The tables whose rows are deleted together with their request."""


class KeptFor(Protocol):
    """The clinic's retention times, as far as deleting needs them."""

    @property
    def closed_requests(self) -> timedelta:
        """The time for which closed requests and appointments that are over are kept."""

    @property
    def log(self) -> timedelta:
        """The time for which calls and the audit are kept."""


@dataclass(frozen=True)
class Expired:
    """The expired rows of a table: their SQL condition, and their name in the log."""

    called: str
    table: Table
    condition: ColumnElement[bool]


class Purge:
    """Deletes expired rows: once an hour, or at the next `run` if the last one deleted a full batch."""

    def __init__(self, database: Database, kept: KeptFor) -> None:
        self._database = database
        self._kept = kept
        self._next: datetime | None = None

    def run(self, now: datetime) -> Mapping[str, int]:
        """If it is time, delete a batch of each kind of expired row. Return the number by kind. Raises StoreAway."""
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


def newest_row(database: Database, besides: datetime) -> datetime | None:
    """Return the moment of the desk's newest row; None if there is no row. Raises StoreAway.

    Rows within an hour of `besides`, the clock's time, are ignored: a wrong clock may have dated them.
    """
    columns = (schema.requests.c.created, schema.history.c.at, schema.audit.c.at, schema.calls.c.began)
    newest = (select(func.max(each)).where(or_(each < besides - EVERY, each > besides + EVERY)) for each in columns)
    with database.reading() as read:
        return max((at for each in newest if (at := read.scalar(each)) is not None), default=None)


def expired(kept: KeptFor, now: datetime) -> tuple[Expired, ...]:
    """Return, for each kind of row, the SQL condition of the rows whose retention time is over."""
    closed_before, logged_before = now - kept.closed_requests, now - kept.log
    blocked, closures, audit, links = schema.blocked, schema.closures, schema.audit, schema.invitations
    return (
        Expired("requests", schema.requests, _closed_for_long(closed_before, now)),
        Expired("appointments", schema.appointments, over_for_long(closed_before)),
        Expired("patients", schema.patients, nobodys(now)),
        Expired("blocked times", schema.blocked_times, blocked_for_nothing(logged_before)),
        Expired("lifted blocks", blocked, blocked.c.lifted_at <= closed_before),
        Expired("closures", closures, closures.c.day < logged_before.date()),
        Expired("sessions", schema.sessions, schema.sessions.c.began <= now - sessions.KEPT_FOR),
        Expired("drafts", schema.drafts, schema.drafts.c.at <= now - drafts.KEPT_FOR),
        Expired("invitations", links, links.c.expires <= logged_before),
        Expired("lines of the audit", audit, audit.c.at <= logged_before),
        Expired("calls", schema.calls, schema.calls.c.began <= logged_before),
        Expired("languages of callers", schema.caller_languages, languages_of_long_ago(closed_before, now)),
    )


def _closed_for_long(before: datetime, now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition of requests closed before a moment, without a future appointment, and not merged.

    A merged request stays as long as the request that it leads to.
    """
    table, lines = schema.requests, schema.history
    later = exists().where(lines.c.request_id == table.c.id, lines.c.at > before)
    # The first version did not store the moment of closing: there the last line of history tells it.
    # A moment that cannot be read is not long ago: SQLite sorts some of them before every other.
    made_before = table.c.created.between(LONG_AGO, before)
    closed = or_(table.c.touched.between(LONG_AGO, before), and_(table.c.touched.is_(None), made_before, ~later))
    no_more_ahead = or_(table.c.appointment.is_(None), table.c.appointment <= now)
    return and_(table.c.status == Status.CLOSED, closed, no_more_ahead, table.c.merged_into.is_(None))


def _shred(write: Connection, which: Expired) -> int:
    table = which.table
    # The rows are locked before they are deleted, so that a simultaneous undo keeps the request or finds it gone.
    found = select(table.c.id).where(which.condition).limit(AT_ONCE).with_for_update(skip_locked=True)
    ids = write.scalars(found).all()
    remove(write, table, ids)
    return len(ids)


def remove(write: Connection, table: Table, ids: Any) -> None:
    """Delete the rows with these ids, their rows in child tables, and the links to deleted requests and patients."""
    if not ids:
        return
    if table is schema.patients:
        for each in (schema.requests, schema.appointments):  # also of another number, with which the desk has merged
            write.execute(update(each).where(each.c.patient_id.in_(ids)).values(patient_id=None))
    if table is schema.requests:
        let_go(write, ids)
        fulfilled = update(schema.appointments).where(schema.appointments.c.request_id.in_(ids))
        write.execute(fulfilled.values(request_id=None))
    counted = moments_of(write, table, ids)
    for child, column in _children(table):
        write.execute(delete(child).where(child.c[column].in_(ids)))
    write.execute(delete(table).where(table.c.id.in_(ids)))
    if counted:
        deleted(write, counted)


def _children(table: Table) -> Iterator[tuple[Table, str]]:
    """Yield the child tables of requests or of appointments, each with the column that names its parent row."""
    if table is schema.requests:
        yield from ((each, "request_id") for each in CHILDREN_OF_A_REQUEST)
    if table is schema.appointments:
        yield from ((each, "appointment_id") for each in CHILDREN_OF_AN_APPOINTMENT)

"""Errands: the work about a request, each a row that stands until it is done or has failed for good.

The queue only rings the bell for them; a row that nobody rang for, or whose worker died, is rung for again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update

from ivr.desk import schema
from ivr.desk.database import Database
from ivr.desk.requests import Request
from ivr.desk.store import request_of

LEASE = timedelta(seconds=45)
"""How long the sweep leaves an errand that it rang for, or that a worker has begun: longer than a job may take."""

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 300, 900, 1800, 3600))
"""How long after each failure an errand is tried again; after the last it has failed for good."""

AT_ONCE = 100
"""Errands that one sweep rings for."""

table = schema.errands


@dataclass(frozen=True)
class Bell:
    """One ring for an errand: the number makes each ring's job distinct."""

    errand: int
    ring: int


@dataclass(frozen=True)
class Errand:
    """An errand that a worker has begun."""

    id: int
    task: str
    attempt: int
    request: Request


class Errands:
    """The errands of the desk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, now: datetime) -> list[Bell]:
        """Takes a lease on the errands that nobody is at and numbers their next ring. Raises StoreAway."""
        with self._database.reading() as read:
            found = read.scalars(
                select(table.c.id).where(*_waiting(now)).order_by(table.c.next_at).limit(AT_ONCE)
            ).all()
        return list(self._leased(list(found), now))

    def _leased(self, ids: list[int], now: datetime) -> Iterator[Bell]:
        """Two sweeps that found the same errand: one of them gets its lease."""
        if not ids:
            return
        with self._database.writing() as write:
            taken = update(table).where(table.c.id.in_(ids), *_waiting(now)).returning(table.c.id, table.c.rings)
            rows = write.execute(taken.values(leased_until=now + LEASE, rings=table.c.rings + 1)).all()
        yield from (Bell(row.id, row.rings) for row in rows)

    def begin(self, errand_id: int, now: datetime) -> Errand | None:
        """Begins an errand: counts the attempt and takes its lease. None where it is done. Raises StoreAway."""
        undone = (table.c.id == errand_id, table.c.done_at.is_(None), table.c.failed_at.is_(None))
        begun = update(table).where(*undone).values(attempts=table.c.attempts + 1, leased_until=now + LEASE)
        with self._database.writing() as write:
            row = write.execute(begun.returning(table.c.task, table.c.attempts, table.c.request_id)).one_or_none()
            if row is None:
                return None
            request = write.execute(select(schema.requests).where(schema.requests.c.id == row.request_id)).one()
        return Errand(errand_id, row.task, row.attempts, request_of(request))

    def done(self, errand: Errand, now: datetime) -> None:
        """The errand is done. Raises StoreAway."""
        self._set(errand, done_at=now, error="")

    def failed(self, errand: Errand, reason: str, now: datetime) -> None:
        """It failed; it is tried again after a pause, or has failed for good. Raises StoreAway."""
        if errand.attempt > len(PAUSES):
            self._set(errand, failed_at=now, error=reason[:80])
        else:
            again = now + PAUSES[errand.attempt - 1]
            self._set(errand, next_at=again, leased_until=now, error=reason[:80])

    def _set(self, errand: Errand, **values: Any) -> None:
        with self._database.writing() as write:
            write.execute(update(table).where(table.c.id == errand.id).values(values))


def _waiting(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Not done, its pause over, nobody at it. What lies further ahead than we ever set it was set by a wrong clock."""
    pause_over = or_(table.c.next_at <= now, table.c.next_at > now + PAUSES[-1] + LEASE)
    nobody_at_it = or_(table.c.leased_until <= now, table.c.leased_until > now + PAUSES[-1] + LEASE)
    return (table.c.done_at.is_(None), table.c.failed_at.is_(None), pause_over, nobody_at_it)

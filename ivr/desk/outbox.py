"""The outbox: the work about requests, each task a row that stands until it is done or has failed for good.

The queue only carries their ids; a row that was never queued, or whose worker died, is queued again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from ivr.desk.requests import LIVE, THE_CLOCK, HistoryEntry, HistoryEvent, Request
from ivr.desk.store import note, request_of
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database

TELL_STAFF = "tell_staff"
CONFIRM_TO_CALLER = "confirm_to_caller"
TASKS = (TELL_STAFF, CONFIRM_TO_CALLER)
"""What there is to do about a request, as the table stores it."""

LEASE = timedelta(seconds=45)
"""How long the sweep leaves a task that it has queued, or that a worker has begun: longer than a job may take."""

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 300, 900, 1800, 3600))
"""How long after each failure a task is tried again; after the last it has failed for good."""

WORKER_DIED = "WorkerDied"
"""The reason of a task that was begun as often as one may be, and that no worker came back from."""

AT_ONCE = 100
"""Tasks that one sweep queues."""

table = schema.errands


@dataclass(frozen=True)
class Dispatch:
    """One way of a task to the queue: the number makes each job's id distinct."""

    task_id: int
    number: int


@dataclass(frozen=True)
class OutboxTask:
    """A task that a worker has begun."""

    id: int
    name: str
    attempt: int
    request: Request


@dataclass(frozen=True)
class FailedTask:
    """A task that has failed for good, and the request that it was about."""

    id: int
    name: str
    reason: str
    """The kind of the error; never its words."""
    request_id: int
    reference: str = ""


def tasks_of_a_request(text_confirmations: bool) -> tuple[str, ...]:
    """Return the tasks that a new request makes."""
    return (TELL_STAFF, CONFIRM_TO_CALLER) if text_confirmations else (TELL_STAFF,)


class Outbox:
    """The tasks that are to be done about requests."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, now: datetime) -> list[Dispatch]:
        """Lease the tasks that nobody is at, and number their next way to the queue. Raises StoreAway."""
        with self._database.reading() as read:
            found = read.scalars(
                select(table.c.id).where(*_waiting(now)).order_by(table.c.next_at).limit(AT_ONCE)
            ).all()
        return list(self._leased(list(found), now))

    def _leased(self, ids: list[int], now: datetime) -> Iterator[Dispatch]:
        """Lease each once, though two sweeps found it."""
        if not ids:
            return
        with self._database.writing() as write:
            taken = update(table).where(table.c.id.in_(ids), *_waiting(now)).returning(table.c.id, table.c.rings)
            rows = write.execute(taken.values(leased_until=now + LEASE, rings=table.c.rings + 1)).all()
        yield from (Dispatch(row.id, row.rings) for row in rows)

    def begin(self, task_id: int, now: datetime) -> OutboxTask | None:
        """Begin a task: count the attempt and lease it. None where it is done. Raises StoreAway."""
        undone = (table.c.id == task_id, table.c.done_at.is_(None), table.c.failed_at.is_(None))
        begun = update(table).where(*undone).values(attempts=table.c.attempts + 1, leased_until=now + LEASE)
        with self._database.writing() as write:
            row = write.execute(begun.returning(table.c.task, table.c.attempts, table.c.request_id)).one_or_none()
            if row is None:
                return None
            if row.attempts > len(PAUSES) + 1:
                _fail_for_good(write, FailedTask(task_id, row.task, WORKER_DIED, row.request_id), now)
                return None
            request = write.execute(select(schema.requests).where(schema.requests.c.id == row.request_id)).one()
        return OutboxTask(task_id, row.task, row.attempts, request_of(request))

    def done(self, task: OutboxTask, now: datetime) -> None:
        """Note that the task is done. Raises StoreAway."""
        self._set(task, done_at=now, error="")

    def failed(self, task: OutboxTask, reason: str, now: datetime) -> None:
        """Note that it failed: it is tried again after a pause, or has failed for good. Raises StoreAway."""
        if task.attempt > len(PAUSES):
            with self._database.writing() as write:
                _fail_for_good(write, FailedTask(task.id, task.name, reason[:80], task.request.id), now)
        else:
            again = now + PAUSES[task.attempt - 1]
            self._set(task, next_at=again, leased_until=now, error=reason[:80])

    def failed_for_good(self) -> list[FailedTask]:
        """Those about requests that still wait, the latest first. Raises StoreAway."""
        requests = schema.requests
        query = select(table.c.id, table.c.task, table.c.error, requests.c.id, requests.c.reference)
        query = query.join_from(table, requests).where(table.c.failed_at.is_not(None), requests.c.status.in_(LIVE))
        with self._database.reading() as read:
            return [FailedTask(*row) for row in read.execute(query.order_by(table.c.failed_at.desc()).limit(AT_ONCE))]

    def begin_again(self, task_id: int, by: By) -> bool:
        """Try a task that has failed for good once more, from the beginning; False where it had not failed.

        Raises StoreAway.
        """
        failed = (table.c.id == task_id, table.c.failed_at.is_not(None))
        anew = update(table).where(*failed).values(failed_at=None, attempts=0, next_at=by.at, leased_until=by.at)
        with self._database.writing() as write:
            request_id = write.execute(anew.returning(table.c.request_id)).scalar()
            if request_id is not None:
                note(write, request_id, HistoryEntry.of(by, HistoryEvent.TRIED_AGAIN))
        return request_id is not None

    def _set(self, task: OutboxTask, **values: Any) -> None:
        with self._database.writing() as write:
            write.execute(update(table).where(table.c.id == task.id).values(values))


def withdraw(write: Connection, request_id: int, now: datetime) -> list[int]:
    """End the telling of the staff about this request, and return the tasks that this ends."""
    untold = (table.c.request_id == request_id, table.c.task == TELL_STAFF, table.c.done_at.is_(None))
    ended = update(table).where(*untold).values(done_at=now).returning(table.c.id)
    return list(write.scalars(ended).all())


def give_back(write: Connection, ids: list[int]) -> None:
    """Begin these again: the staff are to be told after all."""
    write.execute(update(table).where(table.c.id.in_(ids)).values(done_at=None))


def _fail_for_good(write: Connection, failed: FailedTask, now: datetime) -> None:
    """It stands on the desk, with its reason: nobody else would know that nobody was told."""
    write.execute(update(table).where(table.c.id == failed.id).values(failed_at=now, error=failed.reason))
    note(write, failed.request_id, HistoryEntry(now, THE_CLOCK, HISTORY_OF_FAILURE[failed.name], failed.reason))


HISTORY_OF_FAILURE = {TELL_STAFF: HistoryEvent.NOT_TOLD, CONFIRM_TO_CALLER: HistoryEvent.NOT_CONFIRMED}
"""What the history says of a task that has failed for good."""


def _waiting(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Not done, its pause over, nobody at it. What lies further ahead than we ever set it was set by a wrong clock."""
    pause_over = or_(table.c.next_at <= now, table.c.next_at > now + PAUSES[-1] + LEASE)
    nobody_at_it = or_(table.c.leased_until <= now, table.c.leased_until > now + PAUSES[-1] + LEASE)
    return (table.c.done_at.is_(None), table.c.failed_at.is_(None), pause_over, nobody_at_it)

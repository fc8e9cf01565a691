"""The outbox: tasks about requests, each a row of the table `errands` until it is done or has failed for good.

The job queue carries only the ids. The sweep enqueues a task again that was never queued or whose worker died. No
HTTP, no clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from ivr.desk.request_rows import CANNOT_READ, OddRequest, any_request
from ivr.desk.requests import THE_CLOCK, HistoryEntry, HistoryEvent, Request
from ivr.desk.store import note
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database

TELL_STAFF = "tell_staff"
CONFIRM_TO_CALLER = "confirm_to_caller"
TASKS = (TELL_STAFF, CONFIRM_TO_CALLER)
"""The names of the tasks, as the table stores them."""

LEASE = timedelta(seconds=45)
"""Time for which a queued or begun task is not queued again: longer than a job may take."""

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 300, 900, 1800, 3600))
"""The pause before the next attempt after each failure; after the last pause a task fails for good."""

WORKER_DIED = "WorkerDied"
"""The reason of a failed task whose last attempt neither succeeded nor failed: its worker died."""

AT_ONCE = 100
"""The most tasks that one sweep queues."""

table = schema.errands


@dataclass(frozen=True)
class Dispatch:
    """A task to be enqueued. Its number grows with each enqueuing, so that every job's id is distinct."""

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
    """The kind of the error, never its message."""
    request_id: int
    reference: str = ""


def tasks_of_a_request(text_confirmations: bool) -> tuple[str, ...]:
    """Return the names of the tasks that a new request makes."""
    return (TELL_STAFF, CONFIRM_TO_CALLER) if text_confirmations else (TELL_STAFF,)


class Outbox:
    """The store of tasks: leasing, beginning and ending them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, now: datetime) -> list[Dispatch]:
        """Lease the due tasks that are not leased, and return them for the queue. Raises StoreAway."""
        with self._database.reading() as read:
            found = read.scalars(
                select(table.c.id).where(*_waiting(now)).order_by(table.c.next_at).limit(AT_ONCE)
            ).all()
        return list(self._leased(list(found), now))

    def _leased(self, ids: list[int], now: datetime) -> Iterator[Dispatch]:
        """Lease each task once, even if two sweeps found it."""
        if not ids:
            return
        with self._database.writing() as write:
            taken = update(table).where(table.c.id.in_(ids), *_waiting(now)).returning(table.c.id, table.c.rings)
            rows = write.execute(taken.values(leased_until=now + LEASE, rings=table.c.rings + 1)).all()
        yield from (Dispatch(row.id, row.rings) for row in rows)

    def begin(self, task_id: int, now: datetime) -> OutboxTask | None:
        """Begin a task: count the attempt and lease it. Return None where it is done or failed. Raises StoreAway."""
        undone = (table.c.id == task_id, table.c.done_at.is_(None), table.c.failed_at.is_(None))
        begun = update(table).where(*undone).values(attempts=table.c.attempts + 1, leased_until=now + LEASE)
        with self._database.writing() as write:
            row = write.execute(begun.returning(table.c.task, table.c.attempts, table.c.request_id)).one_or_none()
            if row is None:
                return None
            if row.attempts > len(PAUSES) + 1:
                _fail_for_good(write, FailedTask(task_id, row.task, WORKER_DIED, row.request_id), now)
                return None
            found = write.execute(select(schema.requests).where(schema.requests.c.id == row.request_id)).one()
            request = any_request(found)
            if isinstance(request, OddRequest):  # the desk shows it, and that nobody could be told of it
                _fail_for_good(write, FailedTask(task_id, row.task, CANNOT_READ, row.request_id), now)
                return None
        return OutboxTask(task_id, row.task, row.attempts, request)

    def done(self, task: OutboxTask, now: datetime) -> None:
        """Mark the task as done. Raises StoreAway."""
        self._set(task, done_at=now, error="")

    def failed(self, task: OutboxTask, reason: str, now: datetime) -> None:
        """Record a failed attempt: the task is tried again after a pause, or fails for good. Raises StoreAway."""
        if task.attempt > len(PAUSES):
            with self._database.writing() as write:
                _fail_for_good(write, FailedTask(task.id, task.name, reason[:80], task.request.id), now)
        else:
            again = now + PAUSES[task.attempt - 1]
            self._set(task, next_at=again, leased_until=now, error=reason[:80])

    def failed_for_good(self) -> list[FailedTask]:
        """Return the failed tasks of live requests, the latest failure first. Raises StoreAway."""
        requests = schema.requests
        query = select(table.c.id, table.c.task, table.c.error, requests.c.id, requests.c.reference)
        query = query.join_from(table, requests).where(table.c.failed_at.is_not(None), schema.IS_LIVE)
        with self._database.reading() as read:
            return [FailedTask(*row) for row in read.execute(query.order_by(table.c.failed_at.desc()).limit(AT_ONCE))]

    def begin_again(self, task_id: int, by: By) -> bool:
        """Reset a task that has failed for good, and return whether it had failed. Raises StoreAway.

        Its attempts are counted from the beginning.
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
    """Mark the unfinished notices to the staff about this request as done, and return their task ids."""
    untold = (table.c.request_id == request_id, table.c.task == TELL_STAFF, table.c.done_at.is_(None))
    ended = update(table).where(*untold).values(done_at=now).returning(table.c.id)
    return list(write.scalars(ended).all())


def give_back(write: Connection, ids: list[int]) -> None:
    """Make these withdrawn tasks unfinished again."""
    write.execute(update(table).where(table.c.id.in_(ids)).values(done_at=None))


def _fail_for_good(write: Connection, failed: FailedTask, now: datetime) -> None:
    """Mark the task as failed, with its reason, and note it in the history, where the desk sees it."""
    write.execute(update(table).where(table.c.id == failed.id).values(failed_at=now, error=failed.reason))
    note(write, failed.request_id, HistoryEntry(now, THE_CLOCK, history_of_failure(failed.name), failed.reason))


def history_of_failure(name: str) -> HistoryEvent:
    """Return the event in the history for a task of this name that has failed for good."""
    # A task that another version of the program made is about telling somebody too.
    return HistoryEvent.NOT_CONFIRMED if name == CONFIRM_TO_CALLER else HistoryEvent.NOT_TOLD


def _waiting(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a task that is unfinished, due and not leased.

    A time further ahead than the longest pause and lease comes from a wrong clock, and counts as over.
    """
    pause_over = or_(table.c.next_at <= now, table.c.next_at > now + PAUSES[-1] + LEASE)
    nobody_at_it = or_(table.c.leased_until <= now, table.c.leased_until > now + PAUSES[-1] + LEASE)
    return (table.c.done_at.is_(None), table.c.failed_at.is_(None), pause_over, nobody_at_it)

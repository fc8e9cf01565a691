"""The outbox: tasks about requests and appointments, each a row of the table `errands` until done or failed for good.

Each channel to the staff has a row of its own, and so a delivery of its own. The job queue carries only the ids. The
sweep enqueues a task again that was never queued or whose worker died. No HTTP, no clock.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, exists, or_, select, update

from ivr.desk.request_rows import CANNOT_READ, any_request
from ivr.desk.requests import THE_CLOCK, HistoryEntry, HistoryEvent, Request
from ivr.desk.store import add_task, note
from ivr.desk.tasks import (
    LONGEST_REASON,
    TELL_STAFF,
    UNANSWERED,
    WORKER_DIED,
    AboutIds,
    Dispatch,
    FailedTask,
    NewTask,
    OutboxTask,
    diary_event_of_failure,
    history_of_failure,
    may_be_done,
)
from ivr.diary import diary
from ivr.diary.appointments import DiaryEntry, DiaryEvent
from ivr.diary.rows import with_last_change
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database

LEASE = timedelta(seconds=45)
"""The time for which a task that is queued or begun is not queued again: longer than a job may take."""

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 300, 900, 1800, 3600))
"""The pauses before the next attempt at a task, one after each failure; after the last a task fails for good."""

AT_ONCE = 100
"""The most tasks that one sweep puts on their queues."""

TOO_FAR = PAUSES[-1] + LEASE
"""The farthest ahead that a task's next attempt or lease can be. A later time is a clock's fault: it counts as past."""

table = schema.errands
other = table.alias()

BESIDE = and_(
    other.c.task == table.c.task,
    or_(
        other.c.request_id == table.c.request_id,
        and_(other.c.appointment_id == table.c.appointment_id, other.c.created >= table.c.created),
    ),
)
"""The SQL condition that a task in `other` is for the same notice as one in `table`, or for a later one.

Older tasks count only for a request: of an appointment they told an earlier change.
"""
IS_WELL = exists().where(BESIDE, other.c.failed_at.is_(None))
"""The SQL condition that a channel has delivered the notice of a task in `table`, or a later one, or still may."""


class Outbox:
    """Stores the tasks: leases them to a sweep or worker, begins them, and records how they end."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, now: datetime, queued: Collection[int] = ()) -> list[Dispatch]:
        """Lease the due tasks that are not `queued` nor leased, and return their dispatches. Raises StoreAway."""
        query = select(table.c.id).where(*_waiting(now)).order_by(table.c.next_at).limit(AT_ONCE + len(queued))
        with self._database.reading() as read:
            found = [each for each in read.scalars(query) if each not in queued]
        return list(self._leased(found[:AT_ONCE], now))

    def _leased(self, ids: list[int], now: datetime) -> Iterator[Dispatch]:
        """Lease the tasks with these ids and yield their dispatches. Leave out a task that another sweep has leased."""
        if not ids:
            return
        taken = update(table).where(table.c.id.in_(ids), *_waiting(now))
        taken = taken.values(leased_until=now + LEASE, rings=table.c.rings + 1)
        with self._database.writing() as write:
            rows = write.execute(taken.returning(table.c.id, table.c.rings, table.c.task, table.c.channel)).all()
        yield from (Dispatch(row.id, row.rings, row.task, row.channel) for row in rows)

    def begin(self, task_id: int, now: datetime, number: int | None = None) -> OutboxTask | None:
        """Begin a task for a worker, and return the task; None if the task has ended or cannot begin. Raises StoreAway.

        Counts the attempt and leases the task. With the `number` of a dispatch, the task begins only if it is due soon,
        and if neither this dispatch nor a later one has begun the task. So a repeated, late or forged job does nothing.
        """
        values = {"task_id": task_id, "number": number, "until": now + LEASE, "too_far": now + LEASE + TOO_FAR}
        with self._database.writing() as write:
            row = write.execute(BEGIN if number is None else BEGIN_DISPATCHED, values).one_or_none()
            if row is None:
                return None
            task = None if row.attempts > len(PAUSES) + 1 else _begun(row, write)
            if task is None:
                # What cannot be read, the desk shows, and that nobody could be told of it.
                why = WORKER_DIED if row.attempts > len(PAUSES) + 1 else CANNOT_READ
                _fail_for_good(write, FailedTask(task_id, row.task, why, **_ids(row)), now)
            return task

    def spread(self, task: OutboxTask, channels: Collection[str], now: datetime) -> tuple[str | None, list[Dispatch]]:
        """Spread a notice that has no configured channel over all `channels`, each of which gets a task of its own.

        Return the channel that this task is for from now on, and the dispatches of the new tasks for the others. The
        channel is None if every channel has a task for the same notice already. Raises StoreAway.
        """
        about = schema.requests if isinstance(task.about, Request) else schema.appointments
        with self._database.writing() as write:
            write.execute(select(about.c.id).where(about.c.id == task.about.id).with_for_update())
            has = set(write.scalars(select(other.c.channel).where(BESIDE, table.c.id == task.id)))
            lacking = [key for key in channels if key not in has]
            if not lacking:
                return None, []
            write.execute(update(table).where(table.c.id == task.id).values(channel=lacking[0]))
            made = [add_task(write, task=NewTask(task.name, key), now=now, **task.ids) for key in lacking[1:]]
            when = select(other.c.created).where(other.c.id == task.id).scalar_subquery()  # all are for one notice
            write.execute(update(table).where(table.c.id.in_([each.task_id for each in made])).values(created=when))
            return lacking[0], made

    def done(self, task: OutboxTask, now: datetime) -> None:
        """Mark a task of the outbox as done. Raises StoreAway."""
        self._set(task, done_at=now, error="")

    def failed(self, task: OutboxTask, reason: str, now: datetime, *, for_good: bool = False) -> None:
        """Record a failed attempt at a task: it is tried again after a pause, or fails for good. Raises StoreAway."""
        if for_good or task.attempt > len(PAUSES):
            with self._database.writing() as write:
                _fail_for_good(write, FailedTask(task.id, task.name, reason[:LONGEST_REASON], **task.ids), now)
        else:
            self._set(task, next_at=now + PAUSES[task.attempt - 1], leased_until=now, error=reason[:LONGEST_REASON])

    def failed_for_good(self, now: datetime) -> list[FailedTask]:
        """Return the tasks that failed for good, first those about live requests, then those about coming appointments.

        Each group begins with the latest failure. A notice is listed once, if every channel failed. Raises StoreAway.
        """
        with self._database.reading() as read:
            found = [FailedTask(*row) for query in _failures(now) for row in read.execute(query)]
        keyed = {(each.request_id, each.appointment_id, each.name): each for each in reversed(found)}
        return list(keyed.values())[::-1]

    def begin_again(self, task_id: int, by: By) -> bool:
        """Have a task that failed for good tried again. Return False if it has not failed for good. Raises StoreAway.

        The attempts are counted from zero again. A notice is tried again on every channel that failed to deliver it.
        """
        with self._database.writing() as write:
            chosen = select(table).where(table.c.id == task_id, table.c.failed_at.is_not(None))
            row = write.execute(chosen).one_or_none()
            if row is None:
                return False
            failed = select(other.c.id).where(BESIDE, table.c.id == task_id, other.c.failed_at.is_not(None))
            anew = {"failed_at": None, "attempts": 0, "next_at": by.at, "leased_until": by.at}
            write.execute(update(table).where(table.c.id.in_(list(write.scalars(failed)))).values(anew))
            if row.appointment_id is None:
                note(write, row.request_id, HistoryEntry.of(by, HistoryEvent.TRIED_AGAIN))
            else:
                diary.note(write, row.appointment_id, DiaryEntry(by.at, by.who, DiaryEvent.TRIED_AGAIN))
        return True

    def _set(self, task: OutboxTask, **values: Any) -> None:
        with self._database.writing() as write:
            write.execute(update(table).where(table.c.id == task.id).values(values))


def withdraw(write: Connection, request_id: int, now: datetime) -> list[int]:
    """Mark the unfinished notices to the staff about this request as done, and return the ids of these tasks."""
    untold = (table.c.request_id == request_id, table.c.task == TELL_STAFF, table.c.done_at.is_(None))
    ended = update(table).where(*untold).values(done_at=now).returning(table.c.id)
    return list(write.scalars(ended).all())


def give_back(write: Connection, ids: Iterable[int]) -> None:
    """Make unfinished again the tasks with these ids, which `withdraw` had marked as done."""
    write.execute(update(table).where(table.c.id.in_(list(ids))).values(done_at=None))


def _begun(row: Row[Any], write: Connection) -> OutboxTask | None:
    """Return the task of this row, for a worker to do; None if its request or appointment is gone or unreadable."""
    about, last = with_last_change(write, row.appointment_id) if row.appointment_id else (_request(row, write), None)
    if about is None:
        return None
    in_doubt = max(row.attempts, row.rings) > 1 and may_be_done(row.error)
    made = row.created if isinstance(row.created, datetime) else schema.LONG_AGO
    return OutboxTask(row.id, row.task, row.attempts, about, row.channel, made if in_doubt else None, last)


def _request(row: Row[Any], write: Connection) -> Request | None:
    requests = schema.requests
    found = any_request(write.execute(select(requests).where(requests.c.id == row.request_id)).one())
    return found if isinstance(found, Request) else None


def _fail_for_good(write: Connection, failed: FailedTask, now: datetime) -> None:
    """Mark a task as failed for good, with its reason, and note this in the history, where the desk sees it.

    Nothing is noted if another channel has delivered the notice, or may still deliver it.
    """
    write.execute(update(table).where(table.c.id == failed.id).values(failed_at=now, error=failed.reason))
    if write.scalar(select(IS_WELL).where(table.c.id == failed.id)):
        return
    if failed.request_id is not None:
        entry = HistoryEntry(now, THE_CLOCK, history_of_failure(failed.name), failed.reason)
        note(write, failed.request_id, entry)
    elif write.scalar(select(schema.appointments.c.id).where(schema.appointments.c.id == failed.appointment_id)):
        event = diary_event_of_failure(failed.name)
        diary.note(write, failed.appointment_id or 0, DiaryEntry(now, THE_CLOCK, event, failed.reason))


def _failures(now: datetime) -> Iterator[Select[Any]]:
    """Yield the queries of tasks that failed for good and that concern live requests or coming appointments."""
    requests, appointments = schema.requests, schema.appointments
    kinds = (
        (requests, schema.IS_LIVE, table.c.request_id),
        (appointments, appointments.c.starts >= now, table.c.appointment_id),
    )
    for about, wanted, column in kinds:
        columns = (table.c.id, table.c.task, table.c.error, table.c.request_id, about.c.reference)
        query = select(*columns, table.c.appointment_id).join_from(table, about, about.c.id == column)
        failed = query.where(table.c.failed_at.is_not(None), wanted, ~IS_WELL)
        yield failed.order_by(table.c.failed_at.desc(), table.c.id).limit(AT_ONCE)


def _ids(row: Row[Any]) -> AboutIds:
    return {"request_id": row.request_id, "appointment_id": row.appointment_id}


def _waiting(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the SQL conditions of a task that is unfinished, due and not leased."""
    nobody_at_it = or_(table.c.leased_until <= now, table.c.leased_until > now + TOO_FAR)
    return (table.c.done_at.is_(None), table.c.failed_at.is_(None), _pause_over(now, now + TOO_FAR), nobody_at_it)


def _pause_over(now: Any, too_far: Any) -> ColumnElement[bool]:
    """Return the SQL condition that a task's time has come, or is after `too_far` and so from a wrong clock."""
    return or_(table.c.next_at <= now, table.c.next_at > too_far)


BEGIN = (
    update(table)
    .where(table.c.id == bindparam("task_id"), table.c.done_at.is_(None), table.c.failed_at.is_(None))
    .values(attempts=table.c.attempts + 1, begun=table.c.rings, leased_until=bindparam("until"))
    .values(error=table.c.error + UNANSWERED)
    .returning(table)
)
"""The SQL statement that begins a task. Built once, on import, because building takes six times as long as running."""
DISPATCHED = (table.c.begun < bindparam("number"), table.c.rings >= bindparam("number"))
BEGIN_DISPATCHED = BEGIN.where(*DISPATCHED, _pause_over(bindparam("until"), bindparam("too_far")))

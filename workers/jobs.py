"""The jobs on the queues. They take ids, are safe to repeat, and raise their errors.

The outbox decides what is tried again and when; RQ only carries ids.
"""

import logging
from collections.abc import Callable
from functools import partial
from threading import Event

from config import logs
from ivr.desk.job_queue import saves_pending, task_of
from ivr.desk.pending import PendingRequest, SealedRequest
from ivr.desk.tasks import OutboxTask
from ivr.storage.database import StoreAway, StoreBusy
from ivr.storage.encryption import Unreadable
from workers.services import WorkerServices
from workers.tasks import TASKS, AddressNotUnderstood

log = logging.getLogger(__name__)

RECORD_AGAIN = (0.2, 1.0, 4.0)
"""Seconds before each further attempt to record that a task is done. A task without this record would be done again."""


class TaskFailed(Exception):
    """A task of the outbox was tried and failed. The message has its id, the kind of the error and of its cause."""


def known(job_id: str) -> Callable[[WorkerServices], None] | None:
    """Return the function that does the job with this id; None for an id that names no job of ours.

    The job runs an outbox task or saves pending requests. Only the id is read, so that a forged job runs no code.
    """
    task = task_of(job_id)
    if task is not None:
        return partial(run, task_id=task[0], number=task[1])
    return save if saves_pending(job_id) else None


def run(worker: WorkerServices, task_id: int, number: int | None = None) -> None:
    """Run a task of the outbox. With the `number` of a dispatch, run it only if it has not begun since that dispatch.

    A failure is recorded before it is raised. Raises TaskFailed, StoreAway.
    """
    task = worker.desk.outbox.begin(task_id, worker.clock(), number)
    if task is None:
        log.info("errand %s: is done already, or dispatched anew", task_id)
        return
    # Not reset at the end: what is logged about a failed job belongs to its call too.
    logs.begin(call=task.about.call_id, errand=task_id)
    try:
        TASKS[task.name](worker, task)
    except Exception as error:
        reason = _reason(error)
        worker.desk.outbox.failed(task, reason, worker.clock(), for_good=isinstance(error, AddressNotUnderstood))
        # The error's message may hold the number that the carrier refused.
        raise TaskFailed(f"errand {task_id}: {reason}{_cause(error)}") from None
    _record_done(worker, task)
    log.info("errand %s: %s is done", task_id, task.name)


def _record_done(worker: WorkerServices, task: OutboxTask) -> None:
    """Mark the task as done in the outbox; while the database is away, try for some seconds. Raises StoreAway."""
    for pause in RECORD_AGAIN:
        try:
            return worker.desk.outbox.done(task, worker.clock())
        except StoreAway as away:
            log.warning("errand %s: it is done, and could not be recorded (%s)", task.id, away)
            Event().wait(pause)
    return worker.desk.outbox.done(task, worker.clock())


def _reason(error: Exception) -> str:
    """Return the reason why a task failed: the kind of the error, and the carrier's error number where it has one."""
    code = getattr(error, "code", None)
    return f"{type(error).__name__} {code}" if isinstance(code, int) else type(error).__name__


def _cause(error: Exception) -> str:
    """Return the kind and number of what led to an error, for the log; an empty text if nothing did."""
    return f" (after {_reason(error.__cause__)})" if isinstance(error.__cause__, Exception) else ""


def save(worker: WorkerServices) -> None:
    """Save the pending requests from Redis at the desk, one by one. Each leaves Redis only once it is saved.

    A request that cannot be read, or that the database refuses, goes to a separate hash in Redis. Raises StoreAway
    where the database is away.
    """
    aside = [each for each in worker.desk.pending.sealed() if not _saved(worker, each)]
    if aside:
        log.error("%s promised requests cannot be saved and stand aside: see docs/runbook.md", len(aside))


def _saved(worker: WorkerServices, sealed: SealedRequest) -> bool:
    """Save a pending request, or leave it where somebody has locked its rows; return False if it went to `ASIDE`.

    Raises StoreAway.
    """
    try:
        waiting = worker.desk.pending.open(sealed)
    except Unreadable:
        worker.desk.pending.set_aside(sealed)
        return False
    with logs.about(call=waiting.new.call_id):
        refused = _refusal(worker, waiting)
        if isinstance(refused, StoreBusy):
            log.warning("call %s: its request goes on waiting (%s)", waiting.new.call_id, refused)
        elif refused:
            log.error("call %s: the database refuses its request (%s)", waiting.new.call_id, refused)
            worker.desk.pending.set_aside(sealed)
            return False
        else:
            worker.desk.pending.leave(waiting)
            log.info("call %s: its request has reached the desk", waiting.new.call_id)
    return True


def _refusal(worker: WorkerServices, waiting: PendingRequest, *, again: bool = True) -> StoreAway | None:
    """Save a pending request; return None, or the error by which a database that takes other writes refuses this one.

    Raises StoreAway where the database takes no write at all.
    """
    try:
        worker.desk.store.keep(waiting.new, waiting.mark, waiting.reference, promised=True)
    except StoreAway as refused:
        worker.readiness.check()  # where the database takes no write at all, every request goes on waiting
        if again and not isinstance(refused, StoreBusy):  # a connection that broke in passing does not break again
            return _refusal(worker, waiting, again=False)
        return refused
    return None

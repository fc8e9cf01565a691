"""The jobs on the queue. They take ids, are safe to repeat, and raise their errors so that RQ counts them.

The outbox decides what is tried again and when; RQ only carries ids.
"""

import logging

from config import logs
from ivr.storage.encryption import Unreadable
from workers.services import WorkerServices, services
from workers.tasks import TASKS

log = logging.getLogger(__name__)


class TaskFailed(Exception):
    """A task was tried and failed. The message has its id and the kind of the error."""


def run_errand(errand_id: int) -> None:
    """Run an outbox task that is not done yet. Queued jobs have this function's name: do not rename it."""
    run(services(), errand_id)


def save_waiting() -> None:
    """Save the pending requests in Redis. Queued jobs have this function's name: do not rename it."""
    save(services())


def run(worker: WorkerServices, task_id: int) -> None:
    """Run an outbox task with these services. A failure is recorded first. Raises TaskFailed."""
    task = worker.desk.outbox.begin(task_id, worker.clock())
    if task is None:
        log.info("errand %s: is done already", task_id)
        return
    # Not reset at the end: what RQ logs about a failed job belongs to its call too.
    logs.begin(call=task.request.call_id, errand=task_id)
    try:
        TASKS[task.name](worker, task)
    except Exception as error:
        reason = _reason(error)
        worker.desk.outbox.failed(task, reason, worker.clock())
        # RQ stores and logs what is raised; the error's message may hold the number that the carrier refused.
        raise TaskFailed(f"errand {task_id}: {reason}") from None
    worker.desk.outbox.done(task, worker.clock())
    log.info("errand %s: %s is done", task_id, task.name)


def _reason(error: Exception) -> str:
    """Return the kind of the error, with the carrier's error number where it has one."""
    code = getattr(error, "code", None)
    return f"{type(error).__name__} {code}" if isinstance(code, int) else type(error).__name__


def save(worker: WorkerServices) -> None:
    """Save the pending requests at the desk. Each leaves Redis only once it is saved.

    Raises StoreAway where the database is still away, Unreadable for requests sealed under another SECRET_KEY.
    """
    unreadable = 0
    for sealed in worker.desk.pending.sealed():
        try:
            waiting = worker.desk.pending.open(sealed)
        except Unreadable:
            unreadable += 1
            continue
        with logs.about(call=waiting.new.call_id):
            worker.desk.store.keep(waiting.new, waiting.mark, waiting.reference, promised=True)
            worker.desk.pending.leave(waiting)
            log.info("call %s: its request has reached the desk", waiting.new.call_id)
    if unreadable:
        raise Unreadable(f"{unreadable} waiting requests were sealed under another SECRET_KEY")

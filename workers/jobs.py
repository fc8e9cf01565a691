"""The jobs on the queue: ids in, safe to repeat, errors let out so that RQ counts them.

What is tried again, and when, stands in the outbox; RQ only carries ids.
"""

import logging

from config import logs
from ivr.storage.encryption import Unreadable
from workers.services import WorkerServices, services
from workers.tasks import TASKS

log = logging.getLogger(__name__)


class TaskFailed(Exception):
    """A task was tried and failed; the message names it and the kind of the error."""


def run_errand(errand_id: int) -> None:
    """Run a task of the outbox that is not done yet. Queued jobs name this function: it keeps its name."""
    run(services(), errand_id)


def save_waiting() -> None:
    """Save the requests that wait in Redis. Queued jobs name this function: it keeps its name."""
    save(services())


def run(worker: WorkerServices, task_id: int) -> None:
    """Runs an errand with these services; a failure is written down, then let out by its kind. Raises TaskFailed."""
    task = worker.desk.outbox.begin(task_id, worker.clock())
    if task is None:
        log.info("errand %s: is done already", task_id)
        return
    # Not taken back at the end: what RQ says of a job that failed belongs to its call as well.
    logs.begin(call=task.request.call_id, errand=task_id)
    try:
        TASKS[task.name](worker, task)
    except Exception as error:
        reason = _reason(error)
        worker.desk.outbox.failed(task, reason, worker.clock())
        # RQ keeps and logs what is raised; the error's own words can quote the number that the carrier refused.
        raise TaskFailed(f"errand {task_id}: {reason}") from None
    worker.desk.outbox.done(task, worker.clock())
    log.info("errand %s: %s is done", task_id, task.name)


def _reason(error: Exception) -> str:
    """The kind of the error, and the carrier's number of it where it has one."""
    code = getattr(error, "code", None)
    return f"{type(error).__name__} {code}" if isinstance(code, int) else type(error).__name__


def save(worker: WorkerServices) -> None:
    """Save what is pending; each leaves Redis only once it is on the desk.

    Raises StoreAway where the database is still away, Unreadable for what was sealed under another secret.
    """
    unreadable = 0
    for sealed in worker.desk.pending.sealed():
        try:
            waiting = worker.desk.pending.open(sealed)
        except Unreadable:
            unreadable += 1
            continue
        with logs.about(call=waiting.new.call_id):
            worker.desk.store.keep(waiting.new, waiting.mark, waiting.reference)
            worker.desk.pending.leave(waiting)
            log.info("call %s: its request has reached the desk", waiting.new.call_id)
    if unreadable:
        raise Unreadable(f"{unreadable} waiting requests were sealed under another SECRET_KEY")

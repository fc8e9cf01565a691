"""The jobs on the queue. They take ids, are safe to repeat, and raise their errors so that RQ counts them.

The outbox decides what is tried again and when; RQ only carries ids.
"""

import logging

from config import logs
from ivr.desk.pending import SealedRequest
from ivr.storage.database import StoreAway
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
    """Save the pending requests at the desk, one by one. Each leaves Redis only once it is saved.

    One that cannot be read, or that the database refuses, stands aside. Raises StoreAway where the database is away.
    """
    aside = [each for each in worker.desk.pending.sealed() if not _saved(worker, each)]
    if aside:
        log.error("%s promised requests cannot be saved and stand aside: see docs/runbook.md", len(aside))


def _saved(worker: WorkerServices, sealed: SealedRequest) -> bool:
    """Save one pending request, or set it aside. Raises StoreAway."""
    try:
        waiting = worker.desk.pending.open(sealed)
    except Unreadable:
        worker.desk.pending.set_aside(sealed)
        return False
    with logs.about(call=waiting.new.call_id):
        try:
            worker.desk.store.keep(waiting.new, waiting.mark, waiting.reference, promised=True)
        except StoreAway as refused:
            worker.readiness.check()  # where the database takes no write at all, every request goes on waiting
            log.error("call %s: the database refuses its request (%s)", waiting.new.call_id, refused)  # noqa: TRY400 - the kind is all that may be logged
            worker.desk.pending.set_aside(sealed)
            return False
        worker.desk.pending.leave(waiting)
        log.info("call %s: its request has reached the desk", waiting.new.call_id)
    return True

"""What happens by the clock: every few seconds, whatever is due and nobody is at is queued.

Run as `python -m workers.clock`. One is meant to run; a second does no harm, since each task is leased.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

from config import logs
from config.settings import BadSettings, read
from config.toml_file import BadFile
from ivr.hours.closures_file import ClosuresFileAway
from ivr.operations.clock_jumps import ClockJumps
from ivr.reports.spool import SpoolAway
from ivr.storage.database import StoreAway
from ivr.storage.redis import QueueAway
from ivr.wiring.carriers import SETTINGS
from workers.services import WorkerServices, build

log = logging.getLogger("workers.clock")

EVERY_SECONDS = 5
"""How often the clock looks."""


def sweep(worker: WorkerServices) -> None:
    """Give back what was taken and left alone, and queue what waits or is due. Raises QueueAway, StoreAway."""
    worker.desk.moves.return_untouched(worker.clock())
    worker.lockout.purge(worker.clock())
    enqueue_due(worker)


def enqueue_due(worker: WorkerServices) -> None:
    """Queue what waits in Redis and every task that is due. Raises QueueAway, StoreAway."""
    if worker.desk.pending.count():
        worker.desk.job_queue.enqueue_saving_pending()
    # Redis is asked first: a task must not be leased while it cannot be queued.
    queued = worker.desk.job_queue.queued_tasks()
    due = worker.desk.outbox.due(worker.clock())
    worker.desk.job_queue.enqueue(each for each in due if each.task_id not in queued)


def run(worker: WorkerServices, stop: threading.Event) -> None:
    """Sweeps until told to stop; a store that is away is named once, not every few seconds."""
    log.info("the clock runs and looks every %s seconds", EVERY_SECONDS)
    trouble = ""
    jumps = ClockJumps(worker.clock, time.monotonic)
    while True:
        # On the word of a clock that has just jumped, nothing is deleted, and no call is taken for over.
        before, trouble = trouble, _swept(worker, steady=jumps.last() is None)
        if trouble != before:
            log.warning("the sweep: %s", trouble or "all is well again")
        if stop.wait(EVERY_SECONDS):
            return


def write_closures_file(worker: WorkerServices) -> None:
    """Let this machine's telephone know what the desk has set anywhere. Raises StoreAway, ClosuresFileAway."""
    today = worker.clinic.line("").hours.local(worker.clock()).date()
    worker.hours.closures_file.follow(worker.hours.closures, today)


def purge_expired(worker: WorkerServices) -> None:
    """Deletes what has been kept long enough. Raises StoreAway."""
    gone = worker.purge.run(worker.clock())
    if gone:
        counts = ", ".join(f"{count} {called}" for called, count in gone.items())
        log.info("kept long enough and deleted: %s", counts)


def record_calls(worker: WorkerServices) -> None:
    """Writes down the calls that are over, of those that this machine has answered. Raises StoreAway, SpoolAway."""
    worker.call_collector.collect(worker.clock())


def _swept(worker: WorkerServices, *, steady: bool = True) -> str:
    """What went wrong: none of them waits for what another needs."""
    works = (write_closures_file, sweep, *((record_calls, purge_expired) if steady else ()))
    return "; ".join(dict.fromkeys(filter(None, (_trouble(each, worker) for each in works))))


def _trouble(work: Callable[[WorkerServices], None], worker: WorkerServices) -> str:
    try:
        work(worker)
    except (StoreAway, QueueAway, ClosuresFileAway, SpoolAway) as away:
        return f"{type(away).__name__} {away}"
    return ""


def main() -> None:
    """The clock's process; SIGTERM and SIGINT end it between two sweeps."""
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, end)
    try:
        settings = read(os.environ, carriers=SETTINGS)
        logs.configure(production=settings.production)
        run(build(settings), stop)
    except (BadSettings, BadFile) as refused:
        sys.exit(str(refused))


if __name__ == "__main__":
    main()

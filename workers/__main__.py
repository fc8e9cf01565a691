"""Runs the workers of this host: processes for each queue, forked after all that a job needs has been loaded.

Run as `python -m workers`; with --burst, the workers end when the queues are empty.
"""

import gc
import os
import sys
import time
from functools import partial

from config import logs
from config.settings import BadSettings, read
from config.toml_file import BadFile
from ivr.desk.job_queue import PROMISES, QUEUE, TEXTS
from ivr.notices.senders import is_understood, use_roots_of_the_machine
from ivr.notices.troubles import TroubleKind
from ivr.storage.database import StoreAway
from ivr.storage.redis import QueueAway, client_for_workers, queue_errors
from ivr.wiring.carriers import SETTINGS, texts
from workers.processes import JobProcess, JobProcesses, log
from workers.queue_worker import QueueWorker, end_with
from workers.services import WorkerServices, build

PROCESSES = {PROMISES: 1, QUEUE: 1, TEXTS: 2}
"""The number of processes for each queue, by the queue's name. TEXTS has two: a silent carrier holds up only one."""

PROCESSES_OF_A_CHANNEL = 3
"""The number of processes for the queue of each channel to the staff: if one hangs in a job, the others go on."""


def main(arguments: list[str]) -> None:
    """Run the workers until they are told to stop; with --burst, until the queues are empty."""
    burst = "--burst" in arguments
    try:
        settings = read(os.environ, carriers=SETTINGS)
        logs.configure(production=settings.production)
        worker = build(settings)  # a configuration error stops the workers here, not their first job
    except (BadSettings, BadFile) as refused:
        sys.exit(str(refused))
    use_roots_of_the_machine(os.environ)
    name_bad_addresses(worker)
    if settings.text_confirmations:
        texts(settings.carrier)  # loads the carrier's library, so that no job waits for it
    gc.freeze()  # what is loaded by now is shared with the processes, and stays so
    JobProcesses(queues(worker), partial(work, worker, burst), time.monotonic).keep(until_empty=burst)


def queues(worker: WorkerServices) -> list[str]:
    """Return the names of the queues. Each name is repeated, once for each process that takes the queue's jobs."""
    wanted = PROCESSES if worker.settings.text_confirmations else PROCESSES | {TEXTS: 1}  # what was queued before
    counted = ((name, wanted.get(name, PROCESSES_OF_A_CHANNEL)) for name in worker.desk.job_queue.names)
    return [name for name, count in counted for _ in range(count)]


def name_bad_addresses(worker: WorkerServices) -> None:
    """Log which channels have an address that nothing understands. This loads the senders too, before any fork."""
    for each in worker.channels.values():
        if not is_understood(each.address):
            log.error("STAFF_NOTIFY_URLS, address %s: is not understood; nobody is told over it. Correct it", each.name)


def work(worker: WorkerServices, burst: bool, process: JobProcess, lifeline: int) -> None:
    """Run the jobs of one queue until the pipe `lifeline` is closed; with `burst`, only until the queue is empty."""
    end_with(lifeline)
    try:
        if process.queue == QUEUE:
            note_bad_addresses(worker)
        with queue_errors():
            redis = client_for_workers(worker.settings.redis_url)
            QueueWorker(worker, process, redis).work(burst=burst, logging_level="WARNING")
    except (StoreAway, QueueAway) as away:
        log.warning("the queue %s: %s %s", process.queue, type(away).__name__, away)
        sys.exit(1)


def note_bad_addresses(worker: WorkerServices) -> None:
    """Store for the desk which channels have bad addresses, and forget channels that are gone. Raises StoreAway."""
    troubles = worker.desk.channel_troubles
    troubles.forget_others()
    stored = {each.channel.key: each.kind for each in troubles.now()}
    for key, each in worker.channels.items():
        if not is_understood(each.address):
            troubles.note(key, TroubleKind.NOT_UNDERSTOOD, worker.clock())
        elif stored.get(key) is TroubleKind.NOT_UNDERSTOOD:
            troubles.note(key, None, worker.clock())


if __name__ == "__main__":
    main(sys.argv[1:])

"""The clock process: every few seconds it queues what is due and not in progress, and does regular work.

Run as `python -m workers.clock`. One should run; a second does no harm, since each task is leased.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from types import FrameType

from config import logs
from config.settings import BadSettings, read
from config.toml_file import BadFile
from ivr.desk.requests import THE_CLOCK
from ivr.diary.listing import Listing, SheetAway
from ivr.hours.mirror_file import MirrorFileAway
from ivr.operations.clock_jumps import ClockJumps
from ivr.reports.counts.reports import longest
from ivr.reports.spool import SpoolAway
from ivr.storage.audit import By
from ivr.storage.database import StoreAway
from ivr.storage.lived_time import LivedTimeAway
from ivr.storage.redis import QueueAway
from ivr.wiring.carriers import SETTINGS
from workers.services import WorkerServices, build

log = logging.getLogger("workers.clock")

EVERY_SECONDS = 5
"""Seconds between two sweeps."""


def sweep(worker: WorkerServices) -> None:
    """Put back to the list the requests that somebody took and left alone, and queue every task that is due.

    Raises QueueAway, StoreAway.
    """
    worker.desk.moves.return_untouched(worker.clock())
    enqueue_due(worker)


def enqueue_due(worker: WorkerServices) -> None:
    """Queue the saving of pending requests, and every outbox task that is due. Raises QueueAway, StoreAway."""
    worker.desk.pending.try_again()
    if worker.desk.pending.count():
        worker.desk.job_queue.enqueue_saving_pending()
    # Redis is asked first: a task must not be leased while it cannot be queued.
    queued = worker.desk.job_queue.queued_tasks()
    worker.desk.job_queue.enqueue(worker.desk.outbox.due(worker.clock(), queued))


def run(worker: WorkerServices, stop: threading.Event) -> None:
    """Sweep again and again until told to stop. A store that is away is logged once, not at every sweep."""
    log.info("the clock runs and looks every %s seconds", EVERY_SECONDS)
    trouble = ""
    jumps = ClockJumps(worker.clock, time.monotonic)
    while True:
        # While the clock has just jumped, nothing is deleted and no call is taken as over.
        before, trouble = trouble, _swept(worker, steady=jumps.last() is None)
        if trouble != before:
            log.warning("the sweep: %s", trouble or "all is well again")
        if stop.wait(EVERY_SECONDS):
            return


def check_redis(worker: WorkerServices) -> None:
    """Check that Redis keeps what it is given, so that a fault is logged before it does harm. Raises QueueAway."""
    worker.desk.job_queue.check()


def write_closures_file(worker: WorkerServices) -> None:
    """Write the desk's closures to the file that calls on this host read. Raises StoreAway, MirrorFileAway."""
    worker.host.write_closures_file()


def write_phone_booking_file(worker: WorkerServices) -> None:
    """Write to a file whether telephone booking is on, for the calls on this host. Raises StoreAway, MirrorFileAway."""
    worker.host.write_phone_booking_file()


def send_traces(worker: WorkerServices, *, steady: bool = True) -> None:
    """Send the traces of this host's calls to the database, unless a web process does. Raises StoreAway, SpoolAway."""
    try:
        if worker.host_lock.take():
            worker.host.send_traces(removes=steady)
    except OSError as refused:
        raise SpoolAway(refused.strerror) from None
    finally:
        worker.host_lock.leave()


def adopt_bookings(worker: WorkerServices) -> None:
    """Enter into the diary the bookings that an older version of the program has made. Raises StoreAway."""
    found = worker.desk.adoption.run(worker.clinic, worker.clock())
    if found:
        log.info("%s bookings of an older version are in the diary now", found)


def keep_promises(worker: WorkerServices) -> None:
    """Move due times out of closed hours, and list the patients whose visits lie in closed hours. Raises StoreAway."""
    worker.desk.upkeep.keep(worker.hours.clinic_stored(), By(THE_CLOCK, worker.clock()), notify=True)


def keep_sheet(worker: WorkerServices) -> None:
    """Write today's and tomorrow's appointments to a file, for when the desk is down. Raises StoreAway, SheetAway."""
    listing = Listing(worker.diary.reads, worker.diary.patients, worker.hours.clinic_now())
    listing.keep_sheet(worker.settings.state_dir, worker.clock())


def purge_expired(worker: WorkerServices) -> None:
    """Delete the rows that are older than their retention time, by the lived time. Raises StoreAway, LivedTimeAway."""
    lived = worker.lived_time.now()
    worker.lockout.purge(lived)
    worker.desk.missed_upkeep.purge(lived)
    worker.call_collector.traces.forget(lived)
    worker.host.hosts.forget(lived)
    gone = worker.purge.run(lived)
    if gone:
        counts = ", ".join(f"{count} {called}" for called, count in gone.items())
        log.info("kept long enough and deleted: %s", counts)


def record_calls(worker: WorkerServices) -> None:
    """Make the records of finished calls, of all hosts. Raises StoreAway."""
    worker.call_collector.collect(worker.clock())


def name_silent_hosts(worker: WorkerServices) -> None:
    """Log which hosts that answer calls are not seen any more, and which are back. Raises StoreAway."""
    worker.silent_hosts.tell(worker.host.hosts.silent(worker.clock()))


def keep_counts(worker: WorkerServices) -> None:
    """Count the days that reports need, so that nobody who opens a report waits for the counts. Raises StoreAway."""
    now = worker.clock()
    first = longest(worker.clinic, now).before.first
    set_by_the_desk = [each.closure for each in worker.hours.closures.current(first)]
    worker.reports.keep_counts(worker.clinic.with_closures(set_by_the_desk), now)


def check_heard(worker: WorkerServices) -> None:
    """Put on the list each patient who did not hear that their booking or change was made. Raises StoreAway."""
    worker.desk.unheard.check(worker.hours.clinic_stored(), By(THE_CLOCK, worker.clock()))


def bring_missed_calls(worker: WorkerServices) -> None:
    """Bring to the desk the missed calls that wait in Redis. Raises QueueAway, StoreAway."""
    worker.desk.missed_upkeep.bring()


def check_missed_calls(worker: WorkerServices) -> None:
    """Correct or remove missed calls once the records of these calls have been made. Raises StoreAway."""
    worker.desk.missed_upkeep.check(worker.clock())


OF_THIS_HOST = (write_closures_file, write_phone_booking_file, keep_sheet)
"""The works of the clock process for its own host. The web process does the first two as well, which does no harm."""

OF_THE_CLINIC = (adopt_bookings, keep_promises, check_redis, sweep, bring_missed_calls)
"""The works for the whole clinic, of which one clock process on any host is enough; several may do them at once."""

WITH_A_STEADY_CLOCK = (record_calls, check_heard, check_missed_calls, name_silent_hosts, purge_expired, keep_counts)
"""The pieces of regular work for the whole clinic that are left out while the system's clock has just jumped."""


def _swept(worker: WorkerServices, *, steady: bool = True) -> str:
    """Do the clock's pieces of work once; return their errors in words. Without `steady`, skip WITH_A_STEADY_CLOCK."""
    of_this_host = (*OF_THIS_HOST, partial(send_traces, steady=steady))
    works = (*of_this_host, *OF_THE_CLINIC, *(WITH_A_STEADY_CLOCK if steady else ()))
    return "; ".join(dict.fromkeys(filter(None, (_trouble(each, worker) for each in works))))


def _trouble(work: Callable[[WorkerServices], None], worker: WorkerServices) -> str:
    try:
        work(worker)
    except (StoreAway, QueueAway, MirrorFileAway, SheetAway, SpoolAway, LivedTimeAway) as away:
        return f"{type(away).__name__} {away}"
    return ""


def main() -> None:
    """Run the clock process. SIGTERM and SIGINT end it between two sweeps."""
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

"""What happens by the clock: every few seconds, whatever is due and nobody is at gets its bell rung.

Run as `python -m workers.clock`. One is meant to run; a second does no harm, since each errand is leased.
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
from ivr.carrier.configured import SETTINGS
from ivr.hours.closures_file import MirrorAway
from ivr.operations.clock_jumps import Jumps
from ivr.reports.spool import JournalAway
from ivr.storage.database import StoreAway
from ivr.storage.redis import QueueAway
from workers.services import Tools, build

log = logging.getLogger("workers.clock")

EVERY_SECONDS = 5
"""How often the clock looks."""


def sweep(tools: Tools) -> None:
    """Gives back what was taken and left alone, and rings for what waits or is due. Raises QueueAway, StoreAway."""
    tools.moves.return_untouched(tools.clock())
    tools.lockout.purge(tools.clock())
    ring(tools)


def ring(tools: Tools) -> None:
    """Rings for what waits in Redis and for every errand that is due. Raises QueueAway, StoreAway."""
    if tools.waiting_room.count():
        tools.doorbell.ring_for_waiting()
    # Redis is asked first: an errand must not be leased while nobody can be rung for.
    rung = tools.doorbell.rung_for()
    due = tools.errands.due(tools.clock())
    tools.doorbell.ring(bell for bell in due if bell.errand not in rung)


def run(tools: Tools, stop: threading.Event) -> None:
    """Sweeps until told to stop; a store that is away is named once, not every few seconds."""
    log.info("the clock runs and looks every %s seconds", EVERY_SECONDS)
    trouble = ""
    jumps = Jumps(tools.clock, time.monotonic)
    while True:
        # On the word of a clock that has just jumped, nothing is deleted, and no call is taken for over.
        before, trouble = trouble, _swept(tools, steady=jumps.last() is None)
        if trouble != before:
            log.warning("the sweep: %s", trouble or "all is well again")
        if stop.wait(EVERY_SECONDS):
            return


def mirror_closures(tools: Tools) -> None:
    """Lets this machine's telephone know what the desk has set, on whichever machine. Raises StoreAway, MirrorAway."""
    today = tools.clinic.line("").hours.local(tools.clock()).date()
    tools.mirror.follow(tools.closures, today)


def forget(tools: Tools) -> None:
    """Deletes what has been kept long enough. Raises StoreAway."""
    gone = tools.shredder.look(tools.clock())
    if gone:
        counts = ", ".join(f"{count} {called}" for called, count in gone.items())
        log.info("kept long enough and deleted: %s", counts)


def record_calls(tools: Tools) -> None:
    """Writes down the calls that are over, of those that this machine has answered. Raises StoreAway, JournalAway."""
    tools.ledger.collect(tools.clock())


def _swept(tools: Tools, *, steady: bool = True) -> str:
    """What went wrong: none of them waits for what another needs."""
    works = (mirror_closures, sweep, *((record_calls, forget) if steady else ()))
    return "; ".join(dict.fromkeys(filter(None, (_trouble(each, tools) for each in works))))


def _trouble(work: Callable[[Tools], None], tools: Tools) -> str:
    try:
        work(tools)
    except (StoreAway, QueueAway, MirrorAway, JournalAway) as away:
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

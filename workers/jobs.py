"""The jobs on the queue: ids in, safe to repeat, errors let out so that RQ counts them.

RQ only rings the bell. What is tried again, and when, stands in the errand's row.
"""

import logging

from config import logs
from ivr.storage.encryption import Unreadable
from workers.services import Tools, tools
from workers.tasks import ERRANDS

log = logging.getLogger(__name__)


class ErrandFailed(Exception):
    """An errand was tried and failed; the message names it and the kind of the error."""


def run_errand(errand_id: int) -> None:
    """Runs an errand that is not done yet."""
    run(tools(), errand_id)


def save_waiting() -> None:
    """Takes the requests that wait in Redis to the desk."""
    save(tools())


def run(with_tools: Tools, errand_id: int) -> None:
    """Runs an errand with these tools; a failure is written down, then let out by its kind. Raises ErrandFailed."""
    errand = with_tools.errands.begin(errand_id, with_tools.clock())
    if errand is None:
        log.info("errand %s: is done already", errand_id)
        return
    # Not taken back at the end: what RQ says of a job that failed belongs to its call as well.
    logs.begin(call=errand.request.call_id, errand=errand_id)
    try:
        ERRANDS[errand.task](with_tools, errand)
    except Exception as error:
        reason = _reason(error)
        with_tools.errands.failed(errand, reason, with_tools.clock())
        # RQ keeps and logs what is raised; the error's own words can quote the number that the carrier refused.
        raise ErrandFailed(f"errand {errand_id}: {reason}") from None
    with_tools.errands.done(errand, with_tools.clock())
    log.info("errand %s: %s is done", errand_id, errand.task)


def _reason(error: Exception) -> str:
    """The kind of the error, and the carrier's number of it where it has one."""
    code = getattr(error, "code", None)
    return f"{type(error).__name__} {code}" if isinstance(code, int) else type(error).__name__


def save(with_tools: Tools) -> None:
    """Saves what waits; each leaves the room only once it is on the desk.

    Raises StoreAway where the database is still away, Unreadable for what was sealed under another secret.
    """
    unreadable = 0
    for sealed in with_tools.waiting_room.sealed():
        try:
            waiting = with_tools.waiting_room.open(sealed)
        except Unreadable:
            unreadable += 1
            continue
        with logs.about(call=waiting.new.call_id):
            with_tools.desk.keep(waiting.new, waiting.mark, waiting.reference)
            with_tools.waiting_room.leave(waiting)
            log.info("call %s: its request has reached the desk", waiting.new.call_id)
    if unreadable:
        raise Unreadable(f"{unreadable} waiting requests were sealed under another SECRET_KEY")

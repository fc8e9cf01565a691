"""Limits the time that a caller waits for work on a store. No SQL, no rules.

A store's own timeouts are not enough: they do not work if its server is frozen or the network loses packets.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import TypeVar

from ivr.storage.database import StoreAway

log = logging.getLogger(__name__)

THREADS = 8
"""The number of threads for work on a store, more than the requests that a web process answers at a time."""

Result = TypeVar("Result")


class Deadline:
    """Runs work on a store, and waits for its result no longer than `seconds`.

    The work may still be done after the deadline, so it must be safe to repeat.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="store")

    def wait_for(self, work: Callable[[], Result], late: Callable[[Result], None] | None = None) -> Result:
        """Return the result of the work on a store. Raises what the work raises, and StoreAway if it takes too long.

        `late` is called with a result that comes too late, so that the caller of this method can undo the work.
        """
        under_way = self._threads.submit(copy_context().run, work)
        try:
            return under_way.result(self._seconds)
        except TimeoutError:
            if late is not None:
                under_way.add_done_callback(partial(_hand_over, late))
            raise StoreAway("no answer in time") from None

    def close(self) -> None:
        """Accept no more work, and wait for the work that has begun. The stores' timeouts end it within seconds."""
        self._threads.shutdown(wait=True, cancel_futures=True)


def _hand_over(late: Callable[[Result], None], done: Future[Result]) -> None:
    if done.cancelled() or done.exception() is not None:
        return
    try:
        late(done.result())
    except StoreAway as away:
        log.warning("what came too late could not be taken back (%s)", away)

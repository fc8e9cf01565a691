"""Gives up on a store that has stalled, when the caller has waited long enough. No SQL, no rules.

A server that is frozen, or a network that swallows packets, answers nothing at all: no timeout of its own ends that.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from ivr.storage.database import StoreAway

THREADS = 8
"""Threads: as many as one web process serves callers at a time."""

Result = TypeVar("Result")


class Deadline:
    """Waits so many seconds for work on a store, and no longer.

    What was given up on may still be done when the store comes to itself, so the work must bear being done twice.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._hands = ThreadPoolExecutor(THREADS, thread_name_prefix="store")

    def wait_for(self, work: Callable[[], Result]) -> Result:
        """The result of the work. Raises what it raises, and StoreAway where it takes too long."""
        try:
            return self._hands.submit(copy_context().run, work).result(self._seconds)
        except TimeoutError:
            raise StoreAway("no answer in time") from None

    def close(self) -> None:
        """Takes no more work, and waits for what is under way: the stores have limits of their own, of seconds."""
        self._hands.shutdown(wait=True, cancel_futures=True)

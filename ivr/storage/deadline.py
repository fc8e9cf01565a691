"""Limits the time that a caller waits for work on a store. No SQL, no rules.

The store's own timeouts do not end the wait where its server is frozen or the network loses packets.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from ivr.storage.database import StoreAway

THREADS = 8
"""The number of threads: as many as one web process serves callers at a time."""

Result = TypeVar("Result")


class Deadline:
    """Runs work on a store, and waits for its result no longer than `seconds`.

    The work may still be done after the deadline, so it must be safe to repeat.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="store")

    def wait_for(self, work: Callable[[], Result]) -> Result:
        """Return the result of the work. Raises what the work raises, and StoreAway where it takes too long."""
        try:
            return self._threads.submit(copy_context().run, work).result(self._seconds)
        except TimeoutError:
            raise StoreAway("no answer in time") from None

    def close(self) -> None:
        """Take no more work, and wait for the work under way, which the stores' own timeouts end within seconds."""
        self._threads.shutdown(wait=True, cancel_futures=True)

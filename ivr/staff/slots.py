"""Limits the logins that a process checks at once, so that a flood of logins does not block all threads.

No people, no passwords, no HTTP.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

AT_ONCE = 1
"""The most logins of one kind that a process checks at the same time."""

WAITING = 1
"""The most logins of one kind that may wait for a slot. Each holds a web thread, so any further login is refused."""

PATIENCE = 2.0
"""The longest time, in seconds, that a login waits to be checked. After that, the login is refused as Busy."""


class Busy(Exception):
    """Too many logins are being checked: this login was not looked at, and may be tried again in a moment."""


class Slots:
    """A limit on the logins of one kind that are checked at the same time."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._places = BoundedSemaphore(AT_ONCE + WAITING)
        self._turns = BoundedSemaphore(AT_ONCE)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold one slot for a login until the end of the block. Raises Busy."""
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            if not self._turns.acquire(timeout=self._patience):
                raise Busy
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._places.release()

"""Remembers that a store has stalled, so that the next callers do not each find it out anew.

Knows time, and that something was attempted; no store, no SQL, no Redis.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

REST_SECONDS = 3.0
"""For how long a store that has stalled is left alone before one attempt sees whether it is well again."""


class CircuitOpen(Exception):
    """The store has stalled a moment ago; it was not asked."""


class Breaker:
    """Lets attempts through while the store answers; holds them back while it is known to have stalled.

    An error that comes at once costs a caller nothing and changes nothing. Safe to share between threads.
    """

    def __init__(
        self, slow: float, rest: float = REST_SECONDS, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._slow = slow
        """Seconds: an attempt that fails after more than these, or lasts longer, is a stall."""
        self._rest = rest
        self._now = monotonic
        self._lock = threading.Lock()
        self._under_way: dict[object, float] = {}
        self._rests_until: float | None = None

    @contextmanager
    def attempt(self, *troubles: type[Exception]) -> Iterator[None]:
        """Around an attempt on the store, whose own errors are `troubles`. Raises Resting, and what is raised in it."""
        attempt = self._begin()
        try:
            yield
        except troubles:
            self._end(attempt, well=False)
            raise
        finally:
            self._end(attempt, well=True)

    def _begin(self) -> object:
        with self._lock:
            now, attempt = self._now(), object()
            # One that is still under way will itself tell when the store is well again: no second one need wait.
            if any(now - began > self._slow for began in self._under_way.values()):
                raise CircuitOpen
            if self._rests_until is not None:
                if now < self._rests_until:
                    raise CircuitOpen
                self._rests_until = now + self._rest  # this attempt looks, the others wait for what it finds
            self._under_way[attempt] = now
            return attempt

    def _end(self, attempt: object, *, well: bool) -> None:
        with self._lock:
            began = self._under_way.pop(attempt, None)
            if began is None:
                return
            stalled = not well and self._now() - began > self._slow
            self._rests_until = self._now() + self._rest if stalled else None

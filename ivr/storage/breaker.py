"""A circuit breaker: remembers that a store has stalled, so that not every caller waits for it.

Knows only attempts and their times; no store, no SQL, no Redis.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

REST_SECONDS = 3.0
"""The seconds for which a stalled store gets no work. After that, one attempt tests whether the store answers."""


class CircuitOpen(Exception):
    """The store stalled a moment ago, so that it was not asked."""


class Breaker:
    """Allows attempts on a store while the store answers, and refuses them for some seconds after it has stalled.

    An error that comes quickly is no stall, because no caller waits for it. Safe to share between threads.
    """

    def __init__(
        self, slow: float, rest: float = REST_SECONDS, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._slow = slow
        """Seconds: an attempt on the store that lasts longer, or fails after a longer time, is a stall."""
        self._rest = rest
        self._now = monotonic
        self._lock = threading.Lock()
        self._under_way: dict[object, float] = {}
        self._rests_until: float | None = None

    @contextmanager
    def attempt(self, *troubles: type[Exception]) -> Iterator[None]:
        """Wrap an attempt on the store that may raise `troubles`. Raises CircuitOpen if the store has just stalled."""
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
            # An attempt that is still under way shows when the store answers again, so no second one has to wait.
            if any(now - began > self._slow for began in self._under_way.values()):
                raise CircuitOpen
            if self._rests_until is not None:
                if now < self._rests_until:
                    raise CircuitOpen
                self._rests_until = now + self._rest  # this attempt tries the store; others are refused meanwhile
            self._under_way[attempt] = now
            return attempt

    def _end(self, attempt: object, *, well: bool) -> None:
        with self._lock:
            began = self._under_way.pop(attempt, None)
            if began is None:
                return
            stalled = not well and self._now() - began > self._slow
            self._rests_until = self._now() + self._rest if stalled else None

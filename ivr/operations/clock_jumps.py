"""Detects jumps of the system clock by comparing it with the monotonic clock. Takes no action."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

log = logging.getLogger(__name__)

NOTICED_SECONDS = 30.0
"""The smallest jump of the system clock that is reported, in seconds. A working time service corrects less at once."""

TOLD_SECONDS = 600.0
"""The time for which a jump of the clock is reported, in seconds from the jump."""


@dataclass
class ClockJumps:
    """Compares the system clock with the monotonic clock. One object for each process."""

    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    _offset: float | None = field(default=None, init=False)
    _last: tuple[float, float] | None = field(default=None, init=False)

    def last(self) -> float | None:
        """Return the last jump of the system clock in seconds, negative if backwards; None without a recent jump.

        Each call also checks for a new jump, so the method must be called regularly.
        """
        now = self.monotonic()
        offset = self.clock().timestamp() - now
        jumped = offset - (offset if self._offset is None else self._offset)
        if self._offset is None or abs(jumped) > NOTICED_SECONDS:
            self._offset = offset
        if abs(jumped) > NOTICED_SECONDS:
            self._last = (now, jumped)
            log.error(
                "the clock has jumped by %+.0f s; hours and due times follow it: look at the time service", jumped
            )
        if self._last is None or now - self._last[0] > TOLD_SECONDS:
            return None
        return self._last[1]

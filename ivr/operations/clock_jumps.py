"""Notices that the machine's clock has jumped, by a second one that cannot. Decides nothing."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

log = logging.getLogger(__name__)

NOTICED_SECONDS = 30.0
"""A time service that works corrects by less than this at once."""

TOLD_SECONDS = 600.0
"""For how long a jump is told of."""


@dataclass
class ClockJumps:
    """Compares what the clock says with how much time has passed. One for each process."""

    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    _offset: float | None = field(default=None, init=False)
    _last: tuple[float, float] | None = field(default=None, init=False)

    def last(self) -> float | None:
        """By how many seconds the clock has jumped, lately; negative for back; None where it has not.

        Looks, too: it is to be asked every now and then.
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

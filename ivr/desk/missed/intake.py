"""Stores missed calls in the database, or in Redis while it is away. With both away they are lost, and only logged.

No HTTP, no sentences, no clock.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass

from ivr.desk.missed.missed_calls import MissedCalls, NewMissedCall
from ivr.desk.missed.sealed import SealedMissedCalls
from ivr.line.clinic import MissedKind
from ivr.storage.database import StoreAway
from ivr.storage.deadline import Deadline
from ivr.storage.redis import QueueAway

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MissedCallIntake:
    """Takes the missed calls of the kinds that the desk wants to see."""

    store: MissedCalls
    sealed: SealedMissedCalls
    deadline: Deadline
    shown: Collection[MissedKind]

    def take(self, new: NewMissedCall) -> None:
        """Store a missed call, in Redis while the database is away. Drop a call of a kind that is not shown."""
        if not self.shown or (new.how_far and new.how_far.kind not in self.shown):
            return
        try:
            # The write may still happen after the deadline: the id of the call makes it the same missed call.
            self.deadline.wait_for(lambda: self.store.keep(new))
        except StoreAway as away:
            log.warning("call %s: the database is away (%s); the missed call waits in Redis", new.call_id, away)
            self._seal(new)

    def _seal(self, new: NewMissedCall) -> None:
        try:
            self.sealed.keep(new)
        except QueueAway as away:
            log.warning("call %s: Redis is away too (%s); the desk hears of no missed call", new.call_id, away)

"""Accepting a request: the database first, then Redis, else the truth. A promise is returned only once it is kept.

Knows both stores and their order; no HTTP, no sentences, no clock.
"""

import logging
from dataclasses import dataclass

from ivr.desk.blocked import Blocked
from ivr.desk.intake_rules import Refused
from ivr.desk.job_queue import Doorbell
from ivr.desk.outbox import Bell
from ivr.desk.pending import Waiting, WaitingRoom
from ivr.desk.requests import Kept, NewRequest
from ivr.desk.store import Desk, Saved
from ivr.line.phones import Phone
from ivr.storage.database import StoreAway
from ivr.storage.deadline import Patience
from ivr.storage.encryption import Marker
from ivr.storage.redis import QueueAway

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FrontDoor:
    """Where a call leaves its request."""

    desk: Desk
    waiting_room: WaitingRoom
    doorbell: Doorbell
    marker: Marker
    patience: Patience
    blocked: Blocked

    def accept(self, new: NewRequest) -> Kept | None:
        """What may be promised to the caller; None where neither store could keep the request.

        Raises Refused where no request is taken from this caller, unless this very one was promised before.
        """
        mark, reference = self.marker.mark(new.promise), self.marker.reference(new.promise)
        try:
            # Given up on and yet done later is no harm: the mark makes it the same promise.
            saved = self.patience.wait_for(lambda: self.desk.keep(new, mark, reference))
        except StoreAway as away:
            log.warning("call %s: the database is away (%s); the request goes to Redis", new.call_id, away)
            return self._leave_waiting(Waiting(mark, reference, new))
        except Refused:
            if self._waits(mark):
                return Kept(reference, joined=False)
            raise
        self._ring(saved, new)
        return saved.kept

    def bars(self, caller: Phone | None) -> bool:
        """Whether the desk has blocked this telephone. With the database away nobody knows, and nobody is kept out."""
        if caller is None:
            return False
        try:
            return self.patience.wait_for(lambda: self.blocked.has(caller))
        except StoreAway as away:
            log.warning("the database is away (%s); nobody is kept from the reception", away)
            return False

    def _waits(self, mark: str) -> bool:
        """Whether this was promised while the database was away, and has not reached the desk yet."""
        try:
            return self.waiting_room.has(mark)
        except QueueAway:
            return False

    def _leave_waiting(self, waiting: Waiting) -> Kept | None:
        try:
            self.waiting_room.keep(waiting)
        except QueueAway as away:
            log.error("call %s: Redis is away too (%s); nothing is promised", waiting.new.call_id, away)  # noqa: TRY400 - the kind is all that may be logged
            return None
        return Kept(waiting.reference, joined=False, waits=True)

    def _ring(self, saved: Saved, new: NewRequest) -> None:
        """After the commit; if the bell fails, the sweep rings within half a minute."""
        try:
            self.doorbell.ring(Bell(errand, ring=1) for errand in saved.errands)
        except QueueAway as away:
            log.warning("call %s: Redis is away (%s); the sweep will ring for its errands", new.call_id, away)

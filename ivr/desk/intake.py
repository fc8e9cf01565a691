"""Accepts a request: stores it in the database, or in Redis while the database is away.

A promise is returned only once the request is stored. Knows both stores (store.py, pending.py) and their order. No
HTTP, no sentences, no clock.
"""

import logging
from dataclasses import dataclass

from ivr.desk.blocked import Blocked
from ivr.desk.intake_rules import RequestRefused
from ivr.desk.job_queue import JobQueue
from ivr.desk.pending import PendingRequest, PendingRequests
from ivr.desk.requests import Kept, NewRequest
from ivr.desk.store import RequestStore
from ivr.line.phones import Phone
from ivr.storage.database import StoreAway
from ivr.storage.deadline import Deadline
from ivr.storage.encryption import KeyedIds
from ivr.storage.redis import QueueAway

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Intake:
    """Accepts the requests that calls make, and gives their promises."""

    store: RequestStore
    pending: PendingRequests
    job_queue: JobQueue
    keyed_ids: KeyedIds
    deadline: Deadline
    blocked: Blocked

    def accept(self, new: NewRequest) -> Kept | None:
        """Store a caller's request and return its promise; None if neither the database nor Redis could store it.

        Raises RequestRefused if this caller may file no request, unless this very request was promised before.
        """
        mark, reference = self.keyed_ids.mark(new.promise), self.keyed_ids.reference(new.promise)
        try:
            # The write may still happen after the deadline. That does no harm: the mark makes it the same promise.
            saved = self.deadline.wait_for(lambda: self.store.keep(new, mark, reference))
        except StoreAway as away:
            log.warning("call %s: the database is away (%s); the request goes to Redis", new.call_id, away)
            return self._leave_waiting(PendingRequest(mark, reference, new))
        except RequestRefused:
            if self._waits(mark):
                return Kept(reference, joined=False, is_new=False)
            raise
        self.job_queue.enqueue_after_commit(new.call_id, saved.tasks)
        return saved.kept

    def is_barred(self, caller: Phone | None) -> bool:
        """Return whether the desk has blocked the caller's number; False while the database is away."""
        if caller is None:
            return False
        try:
            return self.deadline.wait_for(lambda: self.blocked.has(caller))
        except StoreAway as away:
            log.warning("the database is away (%s); nobody is kept from the reception", away)
            return False

    def _waits(self, mark: str) -> bool:
        """Return whether the request with this mark was promised and is pending in Redis; False while Redis is away."""
        try:
            return self.pending.has(mark)
        except QueueAway:
            return False

    def _leave_waiting(self, waiting: PendingRequest) -> Kept | None:
        try:
            is_new = self.pending.keep(waiting)
        except QueueAway as away:
            log.error("call %s: Redis is away too (%s); nothing is promised", waiting.new.call_id, away)  # noqa: TRY400 - the kind is all that may be logged
            return None
        return Kept(waiting.reference, joined=False, waits=True, is_new=is_new)

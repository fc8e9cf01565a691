"""Tells of a call that has just ended where it came, from the spool of this machine, before the clock collects it.

No HTTP, no clock, no number.
"""

import logging
from dataclasses import dataclass

from ivr.reports.call_records import CallRecord, record
from ivr.reports.spool import Spool, SpoolAway
from ivr.storage.database import StoreAway
from ivr.storage.deadline import Deadline

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LastCalls:
    """The calls of the last minutes."""

    spool: Spool
    deadline: Deadline
    """Its own, so that a disk that has stalled holds up nobody else."""

    def record(self, mark: str) -> CallRecord | None:
        """Return the record of the call with this mark so far.

        None where another machine has answered it, or the disk does not answer.
        """
        try:
            return record(self.deadline.wait_for(lambda: self.spool.of_call(mark)))
        except (SpoolAway, StoreAway) as away:
            log.warning("the spool of calls cannot be read (%s)", away)
            return None

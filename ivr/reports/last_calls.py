"""Tells to which places calls came that have just ended, from this host's spool, before the clock collects it.

No HTTP, no clock, no number.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ivr.desk.missed.how_far import CallPath
from ivr.reports.call_records import Trace, record
from ivr.reports.spool import Spool, SpoolAway
from ivr.storage.database import StoreAway
from ivr.storage.deadline import Deadline

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LastCalls:
    """Finds the path of a call of the last minutes, for a webhook that asks."""

    spool: Spool
    """The spool of this host. Where another host has answered a part of a call too, the clock corrects it later."""
    deadline: Deadline
    """A deadline that no caller's answer needs, so that a disk that has stalled holds up nobody."""

    def path(self, mark: str) -> CallPath | None:
        """Return the path of the call with this mark, as far as this host has answered it.

        None where another machine has answered it, or the disk does not answer.
        """
        try:
            return self.deadline.wait_for(lambda: paths_here(self.spool, [mark])).get(mark)
        except (SpoolAway, StoreAway) as away:
            log.warning("the spool of calls cannot be read (%s)", away)
            return None


def paths_here(spool: Spool, marks: Collection[str]) -> Mapping[str, CallPath]:
    """Return the paths of the calls with these marks, by mark, as far as this host has answered them.

    Calls that it has not answered are left out. Raises SpoolAway.
    """
    traces: dict[str, list[Trace]] = {}
    for each in spool.of_calls(marks):
        traces.setdefault(each.mark, []).append(each)
    records = filter(None, map(record, traces.values()))
    return {each.mark: CallPath(each.path, each.line, each.language, each.began) for each in records}

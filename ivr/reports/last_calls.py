"""Finds the places that just-ended calls passed, in this host's spool, before the clock process collects the traces.

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
    """Finds the path of a call that ended within the last minutes, for the webhook that reports the end."""

    spool: Spool
    """This host's spool. If another host answered a part of the call too, the clock corrects the path later."""
    deadline: Deadline
    """The deadline for reading the spool. The call is over by then, so a stalled disk delays no caller."""

    def path(self, mark: str) -> CallPath | None:
        """Return the places that the call with this mark has passed on this host.

        None if this host has answered no step of the call, or if the disk does not answer.
        """
        try:
            return self.deadline.wait_for(lambda: paths_here(self.spool, [mark])).get(mark)
        except (SpoolAway, StoreAway) as away:
            log.warning("the spool of calls cannot be read (%s)", away)
            return None


def paths_here(spool: Spool, marks: Collection[str]) -> Mapping[str, CallPath]:
    """Return the places that the calls with these marks have passed on this host, by mark.

    A call is left out if this host has answered no step of it. Raises SpoolAway.
    """
    traces: dict[str, list[Trace]] = {}
    for each in spool.of_calls(marks):
        traces.setdefault(each.mark, []).append(each)
    records = filter(None, map(record, traces.values()))
    return {each.mark: CallPath(each.path, each.line, each.language, each.began) for each in records}

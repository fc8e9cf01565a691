"""Tells the desk of a call that has ended with nothing for its caller, or that the reception took.

The carrier's word of the end names the number, and the spool where the call came. Of a withheld number, or one that the
clinic would not call, nothing is kept.
"""

from datetime import timedelta

from ivr.carrier.call_event import CallEvent
from ivr.desk.missed.how_far import FAULTS, PathReader
from ivr.desk.missed.missed_calls import NewMissedCall
from ivr.line.phones import Phone
from ivr.reports.call_records import FAILED, CallRecord
from ivr.web.services import services

READER = PathReader()


def note_missed(ended: CallEvent) -> None:
    """Have the desk told of a call that has ended, if it was missed. Stores that are away are only logged."""
    caller = services().clinic.dialling.caller_id(ended.sender)
    if caller is None:
        return
    here = services().reports
    found = here.last_calls.record(here.keyed_ids.call(ended.call_id))
    new = _of_record(ended, caller, found) if found else _of_unknown(ended, caller)
    if new is not None:
        services().telephone.missed.take(new)


def _of_record(ended: CallEvent, caller: Phone, found: CallRecord) -> NewMissedCall | None:
    failed = (FAILED,) if ended.failed and not FAULTS.intersection(found.path[-1:]) else ()
    how_far = READER.how_far((*found.path, *failed))
    if how_far is None:
        return None
    return NewMissedCall(ended.call_id, caller, found.line, found.language, found.began, how_far)


def _of_unknown(ended: CallEvent, caller: Phone) -> NewMissedCall:
    """Return the missed call of which this machine knows nothing: it is shown when its record is there."""
    line = services().clinic.line_rung(ended.called, ended.forwarded_from)
    began = services().clock() - timedelta(seconds=ended.lasted or 0)
    return NewMissedCall(ended.call_id, caller, line.key, line.language, began, None)

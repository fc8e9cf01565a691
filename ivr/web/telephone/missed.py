"""Tells the desk of an ended call if its caller got nothing, or if the reception took the call.

The number is in the carrier's report of the end. The spool has the places that the call passed. Nothing is kept of a
withheld number, or of a number that the clinic would not call.
"""

from datetime import datetime, timedelta

from ivr.carrier.port import CallEvent
from ivr.desk.missed.how_far import CallPath, HowFar, PathReader
from ivr.desk.missed.missed_calls import NewMissedCall
from ivr.reports.call_records import FAILED
from ivr.web.services import Services

READER = PathReader()


def note_missed(here: Services, ended: CallEvent) -> None:
    """Tell the desk of a call that has ended, if it was missed. If a store is away, write only a log line."""
    caller, reports = here.clinic.dialling.caller_id(ended.sender), here.reports
    found = reports.last_calls.path(reports.keyed_ids.call(ended.call_id)) if caller else None
    how_far = _how_far(ended, found) if found else None
    # Whoever heard an answer here may have asked for more on another host: the record of the call decides.
    if caller is None or (found and how_far is None and READER.is_served(found.path)):
        return
    line, language, began = (found.line, found.language, found.began) if found else _unknown(here, ended)
    here.telephone.missed.take(NewMissedCall(ended.call_id, caller, line, language, began, how_far))


def _how_far(ended: CallEvent, found: CallPath) -> HowFar | None:
    return READER.how_far((*found.path, FAILED) if ended.failed else found.path)


def _unknown(here: Services, ended: CallEvent) -> tuple[str, str, datetime]:
    """Guess the line, the language and the beginning of a call that has no trace in this host's spool.

    The guess is made from the carrier's report of the call's end. The record of the call is exact, but comes later.
    """
    line = here.clinic.line_rung(ended.called, ended.forwarded_from)
    return line.key, line.language, here.clock() - timedelta(seconds=ended.lasted or 0)

"""Records each step of a call in the spool for the reports: the places it passed and how it ended, never a key.

Records nothing of the reception's own leg, and nothing that the carrier has not signed.
"""

from collections.abc import Sequence
from typing import Any

from flask import request

from ivr.carrier.call_event import CallEvent
from ivr.line.turn import Turn
from ivr.reports.call_records import FAILED, FAULT, Trace
from ivr.web.services import services
from ivr.web.telephone.retry import AGAIN

UNHEARD = frozenset({"answered", "screen", "status"})
"""Last parts of the URLs that no caller hears: those of the reception's own leg and of the call's status."""


def leave(happened: CallEvent, turn: Turn, before: Sequence[str] = ()) -> None:
    """Record the places and outcomes that a call passed, and the place at which it is now."""
    again = (FAULT,) if request.path.startswith(AGAIN) else ()  # an earlier answer of this call was an apology
    what = (*again, *before, *turn.through, turn.call.place)
    _write(happened, request.full_path, what, (turn.call.line, turn.call.language))


def leave_fault(happened: CallEvent | None, failed: str) -> None:
    """Record that the caller hears an apology for a fault; `failed` is the URL of the step."""
    place = failed.partition("?")[0].rpartition("/")[2]
    if happened is not None and place not in UNHEARD:
        line = services().clinic.line_rung(happened.called, happened.forwarded_from)
        _write(happened, failed, (FAULT,), (line.key, ""))


def leave_end(happened: CallEvent) -> None:
    """Record the end of a call."""
    what = (FAILED,) if happened.failed else ()
    _write(happened, "", what, ("", ""), over=True, lasted=happened.lasted)


def _write(happened: CallEvent, address: str, what: tuple[str, ...], spoken: tuple[str, str], **end: Any) -> None:
    """Write a trace with the line and the language; both are empty where they are not known."""
    here, (line, language) = services(), spoken
    mark, step = here.reports.keyed_ids.call(happened.call_id), here.reports.keyed_ids.step(address)
    here.reports.spool_writer.write(Trace(mark, here.clock(), line, language, what, step, **end))

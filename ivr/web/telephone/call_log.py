"""What each webhook leaves of its call for the journal: the places it came to and what became of it, never a key.

Nothing of the reception's own leg is left, and nothing that the carrier has not signed.
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
"""What the addresses end on whose answer no caller hears: those of the reception's own leg, and of the call's end."""


def leave(happened: CallEvent, turn: Turn, before: Sequence[str] = ()) -> None:
    """A caller has come to a place."""
    again = (FAULT,) if request.path.startswith(AGAIN) else ()  # they have heard of one
    what = (*again, *before, *turn.through, turn.call.place)
    _write(happened, request.full_path, what, (turn.call.line, turn.call.language))


def leave_fault(happened: CallEvent | None, failed: str) -> None:
    """A caller hears that the line has a fault; `failed` is the address of the step."""
    place = failed.partition("?")[0].rpartition("/")[2]
    if happened is not None and place not in UNHEARD:
        line = services().clinic.line_rung(happened.called, happened.forwarded_from)
        _write(happened, failed, (FAULT,), (line.key, ""))


def leave_end(happened: CallEvent) -> None:
    """A call is over."""
    what = (FAILED,) if happened.failed else ()
    _write(happened, "", what, ("", ""), over=True, lasted=happened.lasted)


def _write(happened: CallEvent, address: str, what: tuple[str, ...], spoken: tuple[str, str], **end: Any) -> None:
    """Leaves a trace of the line and the language in which it was spoken; both are empty where nobody knows them."""
    here, (line, language) = services(), spoken
    mark, step = here.reports.keyed_ids.call(happened.call_id), here.reports.keyed_ids.step(address)
    here.reports.spool_writer.write(Trace(mark, here.clock(), line, language, what, step, **end))

"""Records each step of a call in the spool: the places it passed, how it ended, whose language it was; never a key.

Records nothing of the reception's own leg, and nothing that the carrier has not signed.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import Response, request

from ivr.carrier.call_event import CallEvent
from ivr.line.menu import LANGUAGES_PLACE
from ivr.line.turn import Turn
from ivr.reports.call_records import FAILED, FAULT, Trace
from ivr.web.services import services
from ivr.web.telephone.retry import AGAIN

UNHEARD = frozenset({"answered", "screen", "status"})
"""Last parts of the URLs that no caller hears: those of the reception's own leg and of the call's status."""


def trace_of(happened: CallEvent, turn: Turn, before: Sequence[str] = ()) -> Trace:
    """Return the trace of a step: the places and outcomes that a call passed, and the place at which it is now."""
    again = (FAULT,) if request.path.startswith(AGAIN) else ()  # an earlier answer of this call was an apology
    what = (*again, *before, *turn.through, turn.call.place)
    spoken = (turn.call.line, turn.call.language)
    return _trace(happened, request.full_path, what, spoken, caller=_caller(happened, turn))


def leave(trace: Trace, answer: Response) -> None:
    """Record the trace when the answer has left: who dies before has told the caller nothing, and leaves none."""
    answer.call_on_close(partial(services().reports.spool_writer.write, trace))


def leave_fault(happened: CallEvent | None, failed: str) -> None:
    """Record that the caller hears an apology for a fault; `failed` is the URL of the step."""
    place = failed.partition("?")[0].rpartition("/")[2]
    if happened is not None and place not in UNHEARD:
        line = services().clinic.line_rung(happened.called, happened.forwarded_from)
        services().reports.spool_writer.write(_trace(happened, failed, (FAULT,), (line.key, "")))


def leave_end(happened: CallEvent) -> None:
    """Record the end of a call."""
    what = (FAILED,) if happened.failed else ()
    ended = _trace(happened, "", what, ("", ""), over=True, lasted=happened.lasted)
    services().reports.spool_writer.write(ended)


def _caller(happened: CallEvent, turn: Turn) -> str:
    """Return the keyed hash of the number whose caller has used the language of this turn; else an empty string.

    Who presses a key uses it, unless that key has only asked for the menu of languages.
    """
    pressed = happened.keys is not None and not request.args.get("silent")
    if not pressed or turn.call.place == LANGUAGES_PLACE or turn.call.over_limit:
        return ""
    clinic = services().clinic
    number = clinic.dialling.caller_id(happened.sender) if clinic.line(turn.call.line).remembers_language else None
    return services().reports.keyed_ids.telephone(number.e164) if number else ""


def _trace(happened: CallEvent, address: str, what: tuple[str, ...], spoken: tuple[str, str], **more: Any) -> Trace:
    """Return a trace with the line and the language; both are empty where they are not known."""
    here, (line, language) = services(), spoken
    mark, step = here.reports.keyed_ids.call(happened.call_id), here.reports.keyed_ids.step(address)
    return Trace(mark, here.clock(), line, language, what, step, **more)

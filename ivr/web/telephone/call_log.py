"""Records each step of a call in the spool: the places passed, the end and the language used, but never a key.

Records nothing of the reception's own leg, and nothing that the carrier has not signed.
"""

from collections.abc import Sequence
from typing import Any

from ivr.carrier.port import CallEvent
from ivr.line.menu import LANGUAGES_PLACE
from ivr.line.turn import Turn
from ivr.reports.call_records import FAILED, FAULT, Trace
from ivr.web.services import Services
from ivr.web.telephone.retry import AGAIN
from ivr.web.telephone.webhook import VerifiedWebhook

UNHEARD = frozenset({"answered", "screen", "status"})
"""The last parts of the paths of webhooks on the reception's leg or a call's status, whose answer no caller hears."""


def trace_of(here: Services, asked: VerifiedWebhook, turn: Turn, before: Sequence[str] = ()) -> Trace:
    """Return the trace of a step: the places and outcomes that the call passed, and the place at which it is now.

    The trace must be written only after the answer is sent, because it says that the caller heard the answer.
    """
    again = (FAULT,) if asked.webhook.path.startswith(AGAIN) else ()  # an earlier answer of this call was an apology
    what = (*again, *before, *turn.through, turn.call.place)
    spoken = (turn.call.line, turn.call.language)
    return _trace(here, asked.event, asked.webhook.address, what, spoken, caller=_caller(here, asked, turn))


def leave_fault(here: Services, happened: CallEvent | None, failed: str) -> None:
    """Record in the spool that a caller hears an apology for a fault; `failed` is the URL of the step that failed."""
    place = failed.partition("?")[0].rpartition("/")[2]
    if happened is not None and place not in UNHEARD:
        line = here.clinic.line_rung(happened.called, happened.forwarded_from)
        here.reports.spool_writer.write(_trace(here, happened, failed, (FAULT,), (line.key, "")))


def leave_end(here: Services, happened: CallEvent) -> None:
    """Record in the spool that a call has ended."""
    what = (FAILED,) if happened.failed else ()
    ended = _trace(here, happened, "", what, ("", ""), over=True, lasted=happened.lasted)
    here.reports.spool_writer.write(ended)


def _caller(here: Services, asked: VerifiedWebhook, turn: Turn) -> str:
    """Return the keyed hash of the caller's number, if they have used the language of this turn; else an empty text.

    Whoever presses a key has used the language, unless the key has only asked for the menu of languages.
    """
    if asked.keys is None or turn.call.place == LANGUAGES_PLACE or turn.call.over_limit:
        return ""
    remembers = here.clinic.line(turn.call.line).remembers_language
    number = here.clinic.dialling.caller_id(asked.event.sender) if remembers else None
    return here.reports.keyed_ids.telephone(number.e164) if number else ""


def _trace(
    here: Services, happened: CallEvent, address: str, what: tuple[str, ...], spoken: tuple[str, str], **more: Any
) -> Trace:
    """Return a trace of a call: `what` has its places and outcomes, `spoken` its line and language (may be empty)."""
    ids, (line, language) = here.reports.keyed_ids, spoken
    return Trace(ids.call(happened.call_id), here.clock(), line, language, what, ids.step(address), **more)

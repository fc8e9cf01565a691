"""The missed calls at the desk: each number's calls in words, and the taps that call it or make a request.

The number is never in a URL: the URL has the id of the number's latest call.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from ivr.desk.missed.callbacks import callback_for
from ivr.desk.missed.how_far import CLOSED, RINGING
from ivr.desk.missed.missed_calls import MissedCall
from ivr.line.clinic import MissedKind
from ivr.storage.audit import AuditAction
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _, hour, language, local, moment
from ivr.web.services import services
from ivr.web.sessions import by
from ivr.web.wording import language_words

missed = Blueprint("missed", __name__, url_prefix="/desk/missed")

UNDO_SHOWN = timedelta(seconds=10)
"""The time for which the list offers to undo that a number was marked as called."""

LAST_CALLED = "last_called"
"""The session key for the missed call that the logged-in person last marked as called, and the time of marking."""


@dataclass(frozen=True)
class MissedLine:
    """The words of one entry in the desk's list, for the missed calls of one telephone number."""

    call: MissedCall
    name: str
    """The name of the latest patient that is known for the number; empty without one."""
    when: str
    how_far: str
    line: str
    language: str


def lines(of_line: str = "") -> list[MissedLine]:
    """Return the missed calls of a telephone line, or of all lines; callers already reached last. Raises StoreAway."""
    standing = services().desk.missed.standing(services().clock())
    found = [each for each in standing if of_line in {"", each.line}]
    names = services().diary.patients.names({each.phone.e164 for each in found})
    return [_line(each, names) for each in found]


def _line(call: MissedCall, names: Mapping[str, str]) -> MissedLine:
    return MissedLine(
        call=call,
        name=names.get(call.phone.e164, ""),
        when=when(call.at),
        how_far=how_far_words(call),
        line=services().clinic.line(call.line).name[language()],
        language=language_words(call.language),
    )


def when(at: datetime) -> str:
    """Return the moment of a call in words: the hour, and before it the day unless that is today."""
    return hour(at) if local(at).date() == local(services().clock()).date() else moment(at)


def how_far_words(call: MissedCall) -> str:
    """Return in words how far a missed call came. All options that a clinic has added share the same general words."""
    match call.how_far.kind:
        case MissedKind.TALKED:
            return _("Talked at %(when)s", when=when(call.at))
        case MissedKind.RECEPTION:
            return _reception_words().get(call.how_far.reached, _("Asked for the reception, and nobody could answer"))
        case MissedKind.MIDWAY:
            return _midway_words().get(call.how_far.reached, _("Chose something, and hung up before the end"))
        case MissedKind.FAULT:
            return _("The telephone line had a fault")
    return _("Hung up without choosing anything")


def _reception_words() -> Mapping[str, str]:
    return {
        RINGING: _("Hung up while the reception's telephone was ringing"),
        CLOSED: _("Asked for the reception while the clinic was closed"),
    }


def _midway_words() -> Mapping[str, str]:
    return {
        "book": _("Hung up while booking an appointment"),
        "callback": _("Hung up while asking for a call back"),
        "own": _("Hung up while asking about their own appointment"),
        "advice": _("Hung up before hearing the advice"),
    }


@missed.post("/<int(max=2147483647):missed_id>/call")
@guarded_by(staff_only)
def call(missed_id: int) -> ResponseReturnValue:
    """Mark the missed calls of a number as called. The page then calls the number."""
    if not services().desk.missed.call(missed_id, by()):
        return _gone()
    session[LAST_CALLED] = {"id": missed_id, "at": services().clock().isoformat()}
    return redirect(url_for("console.worklist"))


@missed.post("/<int(max=2147483647):missed_id>/undo")
@guarded_by(staff_only)
def undo(missed_id: int) -> ResponseReturnValue:
    """Put back on the list the missed call that this person has just marked as called."""
    session.pop(LAST_CALLED, None)
    if not services().desk.missed.undo(missed_id, by()):
        flash(_("It is too late to take that back, or something has happened since. It stays as it is."), "trouble")
    return redirect(url_for("console.worklist"))


@missed.post("/<int(max=2147483647):missed_id>/request")
@guarded_by(staff_only)
def make_request(missed_id: int) -> ResponseReturnValue:
    """Make a request to call back the number of a missed call, in the call's line and language."""
    found = services().desk.missed.find(missed_id)
    if found is None:
        return _gone()
    session.pop(LAST_CALLED, None)
    reference = _requested(found)
    services().staff.audit.write(by(), AuditAction.WROTE_DOWN_REQUEST, reference)
    flash(_("It is on the waiting list: reference %(reference)s.", reference=reference), "done")
    return redirect(url_for("console.worklist"))


def _requested(found: MissedCall) -> str:
    """Return the reference of the request made from a missed call. Repeating this returns the same request."""
    new = callback_for(found, services().hours.clinic_now().line(found.line), by())
    promise, keyed_ids = ("missed call", *new.promise), services().reports.keyed_ids
    saved = services().desk.store.keep(new, keyed_ids.mark(promise), keyed_ids.reference(promise))
    return services().desk.store.request(saved.request_id).reference


def _gone() -> ResponseReturnValue:
    words = _("A colleague has called this number already, or it has booked or left a request since.")
    return render_template("refused.html", title=_("This missed call is gone"), words=words), 409


def called_just_now() -> MissedCall | None:
    """Return the missed call that this person has just marked as called, while that may be undone; else None."""
    last: Mapping[str, str] | None = session.get(LAST_CALLED)
    if not last or services().clock() - datetime.fromisoformat(last["at"]) > UNDO_SHOWN:
        return None
    return services().desk.missed.find(int(last["id"]))

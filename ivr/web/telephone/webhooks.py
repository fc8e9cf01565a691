"""The carrier's webhooks: an incoming call, its steps, its end, and the fallback where we cannot be reached.

Each reads an event, asks the pure call for the next turn, saves the request that the turn has, and answers with the
carrier's document.
"""

import logging
import traceback
from dataclasses import replace

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException

from ivr.carrier.addresses import Addresses
from ivr.carrier.call_event import CallEvent
from ivr.carrier.leg import Leg
from ivr.carrier.port import Answer
from ivr.desk.call_limits import IncomingCall
from ivr.desk.missed.how_far import OVER_LIMIT
from ivr.line.engine.call import begin, press, resume
from ivr.line.menu import MENU, SCREENING, START
from ivr.line.places import Ringing
from ivr.line.turn import Call, Turn
from ivr.metrics.table import CALLS
from ivr.web.guards import carrier, event, event_if_signed, guarded_by, open_to_all, public_base, signed_by_carrier
from ivr.web.services import services
from ivr.web.telephone.actions import done_for, facts_of, sender
from ivr.web.telephone.call_log import leave, leave_end, leave_fault, trace_of
from ivr.web.telephone.call_urls import CallUrls
from ivr.web.telephone.missed import note_missed
from ivr.web.telephone.retry import once_more

log = logging.getLogger(__name__)
voice = Blueprint("voice", __name__)

LEG = "screen"
"""Last part of the URLs of the reception's own leg. It is no place of the menu, and no caller comes there."""


@voice.post("/voice")
@voice.post("/voice/again")
@guarded_by(signed_by_carrier)
def ring() -> Response:
    """Answer an incoming call."""
    called = event()
    line = services().clinic.line_rung(called.called, called.forwarded_from)
    log.info("call %s: comes in on line %s", called.call_id, line.key)
    forwarded = services().clinic.dialling.is_ours(called.sender)
    incoming = IncomingCall(called.call_id, line.key, sender(called), forwarded)
    over = services().telephone.limits.over(incoming, services().clock())
    call = Call(line.key, line.language, START, over_limit=over)
    facts = facts_of(call, called)
    known = services().telephone.callers.of(facts.caller, line, facts.now)
    call = replace(call, own=known.own, language=_spoken(known.language) or line.language)
    services().operations.counters.count(CALLS, line=line.key, language=call.language)
    return _heard(begin(call, facts), *((OVER_LIMIT,) if over else ()))


@voice.post("/voice/<place>")
@voice.post("/voice/again/<place>")
@guarded_by(signed_by_carrier)
def step(place: str) -> Response:
    """Go on after a key, after silence, or after the reception was called."""
    happened = event()
    call = _call(place)
    facts = facts_of(call, happened)
    if isinstance(MENU.get(call.place), Ringing):
        outcome = "talked" if happened.talked else "unanswered"
        return _heard(resume(call, outcome, facts), outcome)
    turn = press(call, _pressed(happened), facts)
    done = done_for(turn, facts, happened)
    return _heard(done, *(turn.through if done is not turn else ()))


@voice.post("/voice/answered")
@guarded_by(signed_by_carrier)
def answered() -> Response:
    """Ask whoever has picked up at the reception to accept the call."""
    return _answer(Leg(_call(LEG).at(LEG), SCREENING, begins=True))


@voice.post(f"/voice/{LEG}")
@voice.post(f"/voice/again/{LEG}")
@guarded_by(signed_by_carrier)
def screened() -> Response:
    """Go on with the reception's leg after a key or silence."""
    return _answer(Leg(_call(LEG), SCREENING, pressed=_pressed(event())))


@voice.post("/voice/status")
@guarded_by(signed_by_carrier)
def status() -> tuple[str, int]:
    """Take the status of a call, record its end, and tell the desk of one that was missed."""
    told = event()
    log.info("call %s: is %s", told.call_id, _word(told.status))
    if told.ended:
        leave_end(told)
        note_missed(told)
    return "", 204


@voice.post("/voice/fallback")
@guarded_by(open_to_all)
def fallback() -> Response:
    """Answer where the carrier could not reach or understand us: an apology, then the step once more.

    Needs nothing but this process. Anybody may call it, and gets no more than this.
    """
    failed = _failed_at()
    leave_fault(event_if_signed(), failed)
    return _sorry(failed)


@voice.errorhandler(Exception)
def fault(error: Exception) -> Response | HTTPException:
    """Answer an error of ours with an apology. The log gets its kind and place; its message may be personal."""
    if isinstance(error, HTTPException):
        return error
    g.at_fault = True
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("a webhook of place %s failed: %s\n%s", _word(request.path), type(error).__name__, where)
    leave_fault(g.get("event"), request.full_path)
    return _sorry(request.full_path)


def _sorry(failed: str) -> Response:
    again = once_more(failed)
    return _response(carrier().fault(public_base() + again if again else None))


def _failed_at() -> str:
    """Return the URL that the carrier says has failed, or an empty string. A body over the limit counts as empty."""
    try:
        return carrier().failed_step(request.form)
    except HTTPException:
        return ""


def _call(place: str) -> Call:
    """Return the call that this URL describes, with a line and a language that exist."""
    call = _urls().call(place, request.args)
    line = services().clinic.line(call.line)
    return replace(call, line=line.key, language=_spoken(call.language) or line.language)


def _spoken(language: str) -> str:
    """Return the language if the line speaks it, else an empty string."""
    return language if language in services().script.languages else ""


def _heard(turn: Turn, *before: str) -> Response:
    """Return the answer to the caller. `before` are the places and outcomes that the call passed.

    The step is recorded when the answer has left, so that the record tells what was heard.
    """
    answer = _answer(turn)
    leave(trace_of(event(), turn, before), answer)
    return answer


def _answer(heard: Turn | Leg) -> Response:
    urls = _urls()
    return _response(carrier().document(heard, Addresses(urls.step, urls.silence, urls.answered)))


def _urls() -> CallUrls:
    return CallUrls(services().telephone.cipher, public_base())


def _response(answer: Answer) -> Response:
    return Response(answer.body, content_type=answer.content_type)


def _pressed(happened: CallEvent) -> str | None:
    """Return the pressed keys; None where there were none, as the URL also says."""
    return None if request.args.get("silent") else happened.keys


def _word(written: str) -> str:
    """Return a word of the request for the log, without characters that could forge a log line."""
    return "".join(letter for letter in written if letter.isalnum() or letter in "-/_")[:40]

"""The carrier's webhooks: a call comes in, its steps, its end, and what is heard when we cannot be reached.

Reads an event, asks the pure call what happens, files what it wants filed, and answers in TwiML.
"""

import logging
import traceback
from dataclasses import replace

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from ivr.carrier.event import Event
from ivr.carrier.twiml import CONTENT_TYPE, Addresses
from ivr.desk.requests import NewRequest
from ivr.line.call import begin, enter, press, resume
from ivr.line.menu import MENU, SCREEN, START
from ivr.line.places import Ringing
from ivr.line.turn import Call, Facts, File, Turn
from ivr.web.addresses import Steps
from ivr.web.guards import event, guarded_by, open_to_all, signed_by_carrier
from ivr.web.house import house
from ivr.web.retry import once_more

log = logging.getLogger(__name__)
voice = Blueprint("voice", __name__)


@voice.post("/voice")
@voice.post("/voice/again")
@guarded_by(signed_by_carrier)
def ring() -> Response:
    """A call comes in."""
    called = event()
    line = house().clinic.line_rung(called.called, called.forwarded_from)
    log.info("call %s: comes in on line %s", called.call_sid, line.key)
    call = Call(line.key, line.language, START)
    return _answer(begin(call, _facts(call, called)))


@voice.post("/voice/<place>")
@voice.post("/voice/again/<place>")
@guarded_by(signed_by_carrier)
def step(place: str) -> Response:
    """A key was pressed, or none; or the reception was rung."""
    happened = event()
    call = _call(place)
    facts = _facts(call, happened)
    if isinstance(MENU.get(call.place), Ringing):
        return _answer(resume(call, "talked" if happened.talked else "unanswered", facts))
    keys = None if request.args.get("silent") else happened.keys
    return _answer(_filed(press(call, keys, facts), facts, happened))


@voice.post("/voice/answered")
@guarded_by(signed_by_carrier)
def answered() -> Response:
    """Somebody or something picked up one of the reception's telephones."""
    call = _call("answered")
    return _answer(enter(call, SCREEN, _facts(call, event())))


@voice.post("/voice/status")
@guarded_by(signed_by_carrier)
def status() -> tuple[str, int]:
    """The carrier says what became of a call."""
    log.info("call %s: is %s", event().call_sid, _word(event().status))
    return "", 204


@voice.post("/voice/fallback")
@guarded_by(open_to_all)
def fallback() -> Response:
    """The carrier could not reach or understand us: the caller is asked to wait, and the step is tried once more.

    It needs nothing but this process. Anybody may ask, and hears no more than this.
    """
    return _sorry(_failed_at())


@voice.errorhandler(Exception)
def fault(error: Exception) -> Response | HTTPException:
    """Our own mistake: the caller hears an apology, the log says where. An error's own words may be personal."""
    if isinstance(error, HTTPException):
        return error
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("a webhook of place %s failed: %s\n%s", _word(request.path), type(error).__name__, where)
    return _sorry(request.full_path)


def _sorry(failed: str) -> Response:
    return _xml(house().renderer.fault(once_more(failed)))


def _failed_at() -> str:
    """The address that the carrier says has failed; empty where it says none, or more than we read."""
    try:
        return request.form.get("ErrorUrl", "")
    except HTTPException:
        return ""


def _call(place: str) -> Call:
    """The call that this URL describes, on a line and in a language that exist."""
    call = _steps().call(place, request.args)
    line = house().clinic.line(call.line)
    language = call.language if call.language in house().script.languages else line.language
    return replace(call, line=line.key, language=language)


def _facts(call: Call, happened: Event) -> Facts:
    clinic = house().clinic_now()
    return Facts(clinic, clinic.line(call.line), clinic.dialling.caller_id(happened.sender), house().clock())


def _filed(turn: Turn, facts: Facts, happened: Event) -> Turn:
    """Leaves the request of a turn that has one at the desk, and goes on with what became of it."""
    if not isinstance(turn.wait, File):
        return turn
    kept = house().front_door.accept(_new_request(turn.call, turn.wait, facts, happened))
    if kept is None:
        return resume(turn.call, "lost", facts)
    log.info("call %s: a %s is promised", happened.call_sid, turn.wait.wish.kind)
    return resume(replace(turn.call, reference=kept.reference, joined=kept.joined), "kept", facts)


def _new_request(call: Call, file: File, facts: Facts, happened: Event) -> NewRequest:
    return NewRequest(
        kind=file.wish.kind,
        line=call.line,
        phone=file.number,
        language=call.language,
        day=file.wish.day,
        part=file.wish.part,
        due=file.due,
        call_sid=happened.call_sid,
        created=facts.now,
        asked=file.asked,
        own_number=file.number == facts.caller,
    )


def _answer(turn: Turn) -> Response:
    steps = _steps()
    return _xml(house().renderer.document(turn, Addresses(steps.step, steps.silence, steps.answered)))


def _steps() -> Steps:
    return Steps(house().call_seal)


def _xml(document: str) -> Response:
    return Response(document, content_type=CONTENT_TYPE)


def _word(written: str) -> str:
    """A word of the request's for the log, with nothing in it that could forge a line."""
    return "".join(letter for letter in written if letter.isalnum() or letter in "-/_")[:40]

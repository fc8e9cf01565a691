"""`/phone`: a telephone in the browser that calls the running service, in development only.

Stores nothing about a call. The browser holds the call's state, encrypted, so that nobody can make up another state.
ivr/phone makes the steps of the call, as for `flask phone`.
"""

import re
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, jsonify, make_response, render_template, request

from ivr.line.clinic import Line
from ivr.line.phones import NumberRefused, Phone, typed
from ivr.phone.call_state import CallState, receiver, shown
from ivr.phone.handset import MOST_MOMENTS, CallFailed, Handset, NobodyAnswers
from ivr.phone.ringing import MADE_UP_CALLER, WITHHELD, Dialect, dialect, handset, number_of, reception_keys
from ivr.storage.encryption import Cipher, Unreadable
from ivr.web.guards import KEY_COOKIE, guarded_by, in_development
from ivr.web.services import services

PREFIX = "/phone"
browser_phone = Blueprint("browser_phone", __name__, url_prefix=PREFIX)

PRESSED = re.compile(r"[0-9*#]{0,40}")

NOT_HERE = "Is PUBLIC_BASE_URL in .env the address of this service? For this telephone it may stay unset."
LOOK_THERE = (
    "What `make run` prints says why. A 403 means that another service answers there, or one with another token."
)


@browser_phone.get("")
@guarded_by(in_development)
def page() -> Response:
    """Show the telephone in the browser, and set a cookie with the secret that the page's requests must bring."""
    shown_page = make_response(_page())
    shown_page.set_cookie(KEY_COOKIE, services().settings.phone_key, path=PREFIX, httponly=True, samesite="Lax")
    return shown_page


def _page() -> str:
    clinic = services().clinic
    return render_template(
        "phone.html",
        lines={line.key: _called(line) for line in clinic.lines.values()},
        default_line=clinic.default_line,
        carriers=list(services().telephone.carriers.by_name),
        made_up=_written(Phone(MADE_UP_CALLER)),
        withheld=WITHHELD,
        has_reception=clinic.reception.caller_id and any(line.reception for line in clinic.lines.values()),
        reception=reception_keys(),
        locales=[about.locale for about in map(services().script.about, services().script.languages) if about],
    )


@browser_phone.post("/ring")
@guarded_by(in_development)
def ring() -> Response:
    """Call a line from the browser, and return what is heard first."""
    line = services().clinic.lines.get(request.form.get("line", ""))
    if line is None:
        abort(400)
    caller = _caller(request.form.get("caller", ""))
    if caller is None:
        return jsonify(trouble="This is no telephone number.", hint="Write it as people do, such as 99999 00002.")
    name = request.form.get("carrier", "")
    if name not in {"", *services().telephone.carriers.by_name}:
        abort(400)
    began, telephone = (
        services().clock().timestamp(),
        handset(services().settings, _dialect(name), number_of(line), caller),
    )
    call = telephone.call
    return _held(CallState(call.call_id, call.called, call.sender, began, 1, telephone.begin(), name))


@browser_phone.post("/go-on")
@guarded_by(in_development)
def go_on() -> Response:
    """Send keys or silence of the caller or the reception in the browser's call; return what is heard next."""
    call, pressed = _call(), request.form.get("pressed", "")
    if not PRESSED.fullmatch(pressed):
        abort(400)
    if call.moments >= MOST_MOMENTS:
        raise CallFailed(f"the call goes round in circles: {MOST_MOMENTS} moments")
    moment = _handset(call).after(call.moment, pressed)
    return _held(replace(call, moments=call.moments + 1, moment=moment))


@browser_phone.post("/hang-up")
@guarded_by(in_development)
def hang_up() -> Response:
    """End the browser's call, and report the end to the service as a carrier does."""
    call = _call()
    _handset(call).hang_up(services().clock().timestamp() - call.began)
    return jsonify({})


@browser_phone.errorhandler(CallFailed)
def failed(error: CallFailed) -> Response:
    """Return, as JSON, the error message of the browser's failed call and a hint on what to check."""
    return jsonify(
        trouble=f"The call failed: {error}.", hint=NOT_HERE if isinstance(error, NobodyAnswers) else LOOK_THERE
    )


def _held(call: CallState) -> Response:
    answer: dict[str, Any] = {**shown(call.moment), "call": _cipher().encrypt(call.words())}
    return jsonify(answer)


def _call() -> CallState:
    """Return the state of the browser's call, which each request of the browser has. Aborts with 400 if unreadable."""
    try:
        return receiver(_cipher().decrypt(request.form.get("call", "")))
    except (Unreadable, LookupError, TypeError, ValueError):
        abort(400)


def _handset(call: CallState) -> Handset:
    return handset(services().settings, _dialect(call.carrier), call.called, call.sender, call.call_id)


def _dialect(name: str) -> Dialect:
    return dialect(services().settings, services().telephone.carriers, name)


def _cipher() -> Cipher:
    return Cipher(services().settings.secret_key, "a call in the browser")


def _caller(written: str) -> str | None:
    """Return the number from which the browser calls, as a carrier writes it; None if the typed text is no number."""
    try:
        return WITHHELD if written == WITHHELD else typed(written or MADE_UP_CALLER).e164
    except NumberRefused:
        return None


def _called(line: Line) -> str:
    words = f"{line.name['en']}, {_written(min(line.reached_by))}"
    return words[:1].upper() + words[1:]


def _written(number: Phone) -> str:
    return " ".join(number.groups)

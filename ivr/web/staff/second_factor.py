"""One's own second factor: setting it up with the telephone, its recovery codes, and switching it off.

A secret that is not confirmed yet, and codes that are not shown yet, travel sealed in the session of whose they are.
"""

import json

import segno
from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ivr.staff.people import Person
from ivr.staff.second_factor import AlreadyOn, StillRequired, WrongCode
from ivr.staff.totp import FEW, RECOVERY_CODES, address_of, new_secret
from ivr.storage.encryption import Unreadable
from ivr.web import sessions
from ivr.web.guards import guarded_by, logged_in_only, staff_only
from ivr.web.i18n import _
from ivr.web.services import services
from ivr.web.staff.second_step import CodeForm, NotProved, prove, tell

second_factor = Blueprint("second_factor", __name__)

PENDING, CODES = "pending_secret", "recovery_codes"
"""Where the session keeps what a telephone has still to confirm, and what is still to be shown, once."""


@second_factor.get("/desk/me/second-factor")
@guarded_by(logged_in_only)
def page() -> ResponseReturnValue:
    """What one has, and what can be changed about it; how to set it up where one has none."""
    return _page()


@second_factor.post("/desk/me/second-factor")
@guarded_by(logged_in_only)
def switch_on() -> ResponseReturnValue:
    """Takes on the telephone that shows the right code, ends all other sessions, and leads to the recovery codes."""
    form, secret = CodeForm(), _opened(PENDING)
    if not secret:
        return redirect(url_for("second_factor.page"))
    try:
        codes = services().staff.second_factors.switch_on(_me().id, secret, form.code.data or "", services().clock())
    except WrongCode:
        trouble = _("This is not the code that the app shows now. Please type the six digits that stand there now.")
        return _page(trouble), 400
    except AlreadyOn:
        return redirect(url_for("second_factor.page"))
    sessions.begin(services().staff.people.person(_me().id) or _me())
    flash(_("It is switched on. From now on the desk asks you for a code when you log in."), "done")
    return _shown_once(codes)


@second_factor.get("/desk/me/second-factor/codes")
@guarded_by(staff_only)
def codes() -> ResponseReturnValue:
    """Shows new recovery codes, once."""
    shown = _opened(CODES)
    session.pop(CODES, None)
    return render_template("recovery_codes.html", codes=json.loads(shown) if shown else [])


@second_factor.post("/desk/me/second-factor/codes")
@guarded_by(staff_only)
def make_codes() -> ResponseReturnValue:
    """Makes new recovery codes for somebody who shows a code."""
    me = _me()
    if not me.second_factor:
        return redirect(url_for("second_factor.page"))
    try:
        prove(me, CodeForm())
    except NotProved as refused:
        return _page(refused.trouble), refused.status, refused.headers
    return _shown_once(services().staff.second_factors.new_codes(me.id, services().clock()))


@second_factor.post("/desk/me/second-factor/off")
@guarded_by(staff_only)
def switch_off() -> ResponseReturnValue:
    """Switches it off for somebody who shows a code, unless a manager requires it."""
    me = _me()
    if me.required or not me.second_factor:
        return redirect(url_for("second_factor.page"))
    try:
        proof = prove(me, CodeForm())
    except NotProved as refused:
        return _page(refused.trouble), refused.status, refused.headers
    try:
        services().staff.second_factors.switch_off(me.id, services().clock())
    except StillRequired:
        tell(proof)
        return redirect(url_for("second_factor.page"))
    flash(
        _("It is switched off, and your recovery codes no longer work. You log in with your password alone now."),
        "done",
    )
    return redirect(url_for("people.me"))


def _me() -> Person:
    person: Person = current_user.person
    return person


def _page(trouble: str = "") -> str:
    """Where one's own second factor stands."""
    me, form = _me(), CodeForm(formdata=None)
    if me.second_factor:
        left = services().staff.second_factors.codes_left(me.id)
        return render_template("second_factor.html", me=me, form=form, trouble=trouble, left=left, few=FEW)
    secret = _opened(PENDING) or new_secret()
    session[PENDING] = services().staff.shown_once.encrypt(secret)
    square = segno.make(address_of(secret, me.name, _issuer()), micro=False)
    return render_template(
        "second_factor_set_up.html",
        me=me,
        form=form,
        trouble=trouble,
        square=square.svg_inline(omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None),
        key=secret,
        count=RECOVERY_CODES,
    )


def _issuer() -> str:
    """What the app calls the desk."""
    return services().clinic.name["en"]


def _shown_once(codes: list[str]) -> ResponseReturnValue:
    """Leads to the page that shows them: loading that again must not send the form again."""
    session[CODES] = services().staff.shown_once.encrypt(json.dumps(codes))
    return redirect(url_for("second_factor.codes"))


def _opened(key: str) -> str:
    """What the session keeps there, if it can be read."""
    try:
        return services().staff.shown_once.decrypt(session[key]) if key in session else ""
    except Unreadable:
        return ""

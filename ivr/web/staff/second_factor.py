"""A person's own second factor: setting it up in an authenticator app, its recovery codes, and switching it off.

A secret that is not confirmed yet, and codes that are not shown yet, are kept encrypted in the person's session.
"""

import json

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
"""The keys, in Flask's session, of an app's secret that awaits its first code, and of recovery codes to show once."""


@second_factor.get("/desk/me/second-factor")
@guarded_by(logged_in_only)
def page() -> ResponseReturnValue:
    """Show the state of a person's second factor, or how to set it up."""
    return _page()


@second_factor.post("/desk/me/second-factor")
@guarded_by(logged_in_only)
def switch_on() -> ResponseReturnValue:
    """Switch a person's second factor on if the code is right, end other sessions, and show the recovery codes."""
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
    """Show a person's new recovery codes, once."""
    shown = _opened(CODES)
    session.pop(CODES, None)
    return render_template("recovery_codes.html", codes=json.loads(shown) if shown else [])


@second_factor.post("/desk/me/second-factor/codes")
@guarded_by(staff_only)
def make_codes() -> ResponseReturnValue:
    """Make new recovery codes for a person who has entered a valid code of their second factor."""
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
    """Switch a person's second factor off if the entered code is right and no manager requires the factor."""
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
    """Return the page of a person's second factor, or the page on which they set it up."""
    import segno  # noqa: PLC0415 - seldom needed

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
    """Return the name under which the authenticator app lists this desk."""
    return services().clinic.name["en"]


def _shown_once(codes: list[str]) -> ResponseReturnValue:
    """Redirect to the page that shows the recovery codes once, so that a reload does not send the form again."""
    session[CODES] = services().staff.shown_once.encrypt(json.dumps(codes))
    return redirect(url_for("second_factor.codes"))


def _opened(key: str) -> str:
    """Return the decrypted text of a field of the session; "" if the field is missing or cannot be decrypted."""
    try:
        return services().staff.shown_once.decrypt(session[key]) if key in session else ""
    except Unreadable:
        return ""

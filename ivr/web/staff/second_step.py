"""The second step of a login: a code from the authenticator app on the person's telephone, or a recovery code.

The half session (sessions.py) names the person; nobody is logged in before the code is right.
"""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired

from ivr.metrics.table import LOCKED_OUT, LOGINS, WRONG_CODE
from ivr.staff.lockout import LockedOut
from ivr.staff.people import Person
from ivr.staff.second_factor import KeyChanged, Proof, WrongCode
from ivr.staff.totp import FEW
from ivr.web import devices, sessions
from ivr.web.guards import guarded_by, open_to_all
from ivr.web.i18n import _, recovery_codes_left
from ivr.web.services import services
from ivr.web.staff.login import minutes_until, wanted

second_step = Blueprint("second_step", __name__)


class CodeForm(FlaskForm):
    """The form for a code from the authenticator app, or a recovery code."""

    code = StringField("Code", validators=[InputRequired()])


class NotProved(Exception):
    """The code of the second factor was not accepted. Holds the words, status and headers of the answer."""

    def __init__(self, trouble: str, status: int, minutes: int = 0) -> None:
        super().__init__("not proved")
        self.trouble, self.status = trouble, status
        self.headers = {"Retry-After": str(minutes * 60)} if minutes else {}


@second_step.get("/login/code")
@guarded_by(open_to_all)
def ask() -> ResponseReturnValue:
    """Ask for the code of the second factor, after a right password."""
    person = sessions.half_way()
    if person is None:
        return _from_the_beginning()
    services().staff.second_factors.check(person.id)
    return render_template("code.html", form=CodeForm(formdata=None), person=person)


@second_step.post("/login/code")
@guarded_by(open_to_all)
def enter() -> ResponseReturnValue:
    """Check the code of the second factor and begin a session."""
    person = sessions.half_way()
    if person is None:
        return _from_the_beginning()
    try:
        proof = prove(person, CodeForm())
    except NotProved as refused:
        page = render_template("code.html", form=CodeForm(formdata=None), person=person, trouble=refused.trouble)
        return page, refused.status, refused.headers
    device = devices.known_to(person.id)
    services().staff.authentication.came_in(person, request.remote_addr or "", services().clock(), device)
    sessions.begin(person)
    tell(proof)
    return redirect(wanted())


@second_step.app_errorhandler(KeyChanged)
def key_changed(_error: KeyChanged) -> ResponseReturnValue:
    """Return the page that says no code can be checked, as SECRET_KEY has changed. Nobody is logged in."""
    return render_template("key_changed.html"), 409


def prove(person: Person, form: CodeForm) -> Proof:
    """Check and use up the code that was typed in this form. Raises NotProved, KeyChanged, StoreAway."""
    if not form.validate_on_submit():
        raise NotProved(_("Please write the code."), 400)
    try:
        return services().staff.authentication.prove(
            person, form.code.data or "", request.remote_addr or "", services().clock(), devices.known_to(person.id)
        )
    except LockedOut as locked:
        services().operations.counters.count(LOGINS, reason=LOCKED_OUT)
        minutes = minutes_until(locked)
        words = _("Too many codes or passwords were wrong. Please wait %(count)s min.", count=minutes)
        raise NotProved(words, 429, minutes) from None
    except WrongCode:
        services().operations.counters.count(LOGINS, reason=WRONG_CODE)
        words = _(
            "This code is not right, or it has been used already. Please wait for the next one on your telephone."
        )
        raise NotProved(words, 401) from None


def tell(proof: Proof) -> None:
    """Tell the person, after use of a recovery code, that it is used up and how many are left."""
    if proof.recovery:
        words = _("You have used a recovery code. Please cross it out on your list.")
        flash(f"{words} {recovery_codes_left(proof.left)}", "trouble" if proof.left <= FEW else "done")


def _from_the_beginning() -> ResponseReturnValue:
    if session.pop(sessions.HALF, None):
        flash(_("That took too long, or something has changed since. Please log in again."), "trouble")
    return redirect(url_for("login.ask", next=request.args.get("next") or None))

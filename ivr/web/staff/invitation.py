"""The page of an invitation's link: the person chooses a password, and is then logged in or asked for a code.

The code is that of their second factor, if they have one.
"""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired

from ivr.staff.invitations import LinkVoid
from ivr.staff.passwords import LONGEST, SHORTEST, BadPassword, EasyPassword
from ivr.web import sessions
from ivr.web.guards import guarded_by, open_to_all
from ivr.web.i18n import _
from ivr.web.services import services

invitation = Blueprint("invitation", __name__)


class PasswordForm(FlaskForm):
    """The form in which an invited person enters a new password, twice."""

    password = PasswordField("Password", validators=[InputRequired()])
    again = PasswordField("Again", validators=[EqualTo("password")])


# Opening a link does not use it up, since mail and chat programs open links for a preview.
@invitation.get("/invitation/<token>")
@guarded_by(open_to_all)
def ask(token: str) -> ResponseReturnValue:
    """Show the form in which the person whom the link invites types a new password."""
    return _form(PasswordForm(), token)


@invitation.post("/invitation/<token>")
@guarded_by(open_to_all)
def use(token: str) -> ResponseReturnValue:
    """Set the password that the invited person typed, and begin a session or ask for the second factor's code."""
    form, now = PasswordForm(), services().clock()
    if not form.validate_on_submit():
        return _form(form, token, _("The passwords do not match. Please type the same password twice."), 400)
    try:
        person = services().staff.invitations.use(token, form.password.data or "", now)
    except EasyPassword:
        words = _("This password is among the first that are guessed. Please take several words, or others than these.")
        return _form(form, token, words, 400)
    except BadPassword:
        return _form(form, token, _length(), 400)
    except LinkVoid:
        return _void()
    services().staff.authentication.invited(person, request.remote_addr or "", now)
    if person.second_factor:
        sessions.begin_half(person)  # the link alone does not prove that they have the telephone
        return redirect(url_for("second_step.ask"))
    sessions.begin(person)
    return redirect(url_for("console.worklist"))


def _form(form: PasswordForm, token: str, trouble: str = "", status: int = 200) -> ResponseReturnValue:
    try:
        guest = services().staff.invitations.invited(token, services().clock())
    except LinkVoid:
        return _void()
    return render_template("invitation.html", form=form, guest=guest, trouble=trouble, length=_length()), status


def _void() -> ResponseReturnValue:
    return render_template("void.html"), 404


def _length() -> str:
    return _("A password has %(least)s to %(most)s characters.", least=SHORTEST, most=LONGEST)

"""The pages of the people at the desk: the accounts, which managers change; and a person's own page."""

from collections.abc import Callable, Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired

from ivr.staff.accounts import LastManager
from ivr.staff.invitations import WORKS_FOR
from ivr.staff.names import LONGEST_NAME
from ivr.staff.people import MANAGER, STAFF, BadName, NameReserved, NameTaken
from ivr.staff.totp import FEW
from ivr.storage.audit import By
from ivr.web import typed
from ivr.web.guards import guarded_by, manager_only, public_base, staff_only
from ivr.web.i18n import _, hour
from ivr.web.services import services
from ivr.web.sessions import by

people = Blueprint("people", __name__)

LINK = "link"
"""The entry of Flask's session that holds a new invitation link, which is shown only once."""

REQUIRE = "require_second_factor"
"""The action of the form that requires a second factor of one person."""

Deed = Callable[[int, By], None]


class InviteForm(FlaskForm):
    """The form with a new person's name and role."""

    name = StringField("Name", validators=[InputRequired()])
    role = StringField("Role", validators=[AnyOf((STAFF, MANAGER))])


@people.get("/desk/people")
@guarded_by(manager_only)
def page() -> ResponseReturnValue:
    """Show all people of the desk, with the forms that change their accounts."""
    return _page(InviteForm(formdata=None))


@people.post("/desk/people")
@guarded_by(manager_only)
def invite() -> ResponseReturnValue:
    """Add a person to the desk, and show the link by which they choose a password."""
    form = InviteForm()
    if not form.validate_on_submit():
        return _page(form, _("Please write a name."), 400)
    name = (form.name.data or "").strip()
    try:
        token = services().staff.invitations.invite(name, form.role.data or STAFF, by())
    except BadName:
        return _page(form, _("A name has 1 to %(most)s letters.", most=LONGEST_NAME), 400)
    except NameReserved:
        return _page(form, _("The desk uses this name itself. Please choose another name."), 400)
    except NameTaken as taken:
        trouble = _("%(name)s is at the desk already. Please choose another name.", name=taken.args[0])
        return _page(form, trouble, 409)
    return _shown_once(name, token)


@people.post("/desk/people/<int(max=2147483647):person_id>/reset")
@guarded_by(manager_only)
def reset(person_id: int) -> ResponseReturnValue:
    """Void a person's password and show the link for a new one; lead to it those whose own password it is."""
    person = services().staff.people.person(person_id) or abort(404)
    token = services().staff.invitations.reset(person_id, by())
    if str(person_id) == current_user.id:
        return redirect(url_for("invitation.ask", token=token))
    return _shown_once(person.name, token)


@people.post("/desk/people/<int(max=2147483647):person_id>/<deed>")
@guarded_by(manager_only)
def change(person_id: int, deed: str) -> ResponseReturnValue:
    """Change a person's account as the form says. 404 where there is no such action or person."""
    do = _deeds().get(deed) or abort(404)
    if deed == REQUIRE and str(person_id) == current_user.id and _would_shut_herself_out():
        return redirect(url_for("people.page", _anchor=f"person-{person_id}"))
    try:
        do(person_id, by())
    except LastManager:
        flash(_("There must be another manager who can log in. Nothing was changed."), "trouble")
    else:
        flash(_("Done."), "done")
    return redirect(url_for("people.page", _anchor=f"person-{person_id}"))


@people.post("/desk/people/second-factor")
@guarded_by(manager_only)
def require_of_everybody() -> ResponseReturnValue:
    """Require a second factor of all people of the desk, future ones too, or stop requiring it."""
    required = request.form.get("required") == "yes"
    if not (required and _would_shut_herself_out()):
        services().staff.accounts.require_of_everybody(required, by())
        flash(_("Done."), "done")
    return redirect(url_for("people.page", _anchor="second-factor"))


def _would_shut_herself_out() -> bool:
    """Return whether this manager has no second factor. If so, tell her to set one up, or she would be locked out."""
    without = not current_user.person.second_factor
    if without:
        flash(
            _("Set up your own first: without it you could not come back to this page. Nothing was changed."), "trouble"
        )
    return without


@people.post("/desk/people/<int(max=2147483647):person_id>/remove_second_factor")
@guarded_by(manager_only)
def remove_second_factor(person_id: int) -> ResponseReturnValue:
    """Remove the second factor of somebody who has lost the device with their authenticator app."""
    person = services().staff.people.person(person_id) or abort(404)
    if str(person_id) == current_user.id:  # at a manager's open desk nobody may switch hers off without a code
        flash(_("Your own you switch off on your own page, with a code."), "trouble")
        return redirect(url_for("people.page", _anchor=f"person-{person_id}"))
    services().staff.second_factors.remove(person_id, by())
    flash(_("%(name)s logs in with the password alone now.", name=person.name), "done")
    return redirect(url_for("people.page", _anchor=f"person-{person_id}"))


@people.get("/desk/me")
@guarded_by(staff_only)
def me() -> ResponseReturnValue:
    """Show a logged-in person's own page."""
    return render_template("me.html", left=services().staff.second_factors.codes_left(int(current_user.id)), few=FEW)


def _page(form: InviteForm, trouble: str = "", status: int = 200) -> tuple[str, int]:
    everybody = sorted(services().staff.people.all(), key=lambda person: (not person.active, person.name.casefold()))
    link = session.pop(LINK, None)
    of_everybody = services().staff.accounts.required_of_everybody()
    page = render_template(
        "people.html",
        people=everybody,
        form=form,
        filled=typed.typed("people"),
        trouble=trouble,
        link=link,
        of_everybody=of_everybody,
    )
    return page, status


def _shown_once(name: str, token: str) -> ResponseReturnValue:
    """Redirect to the page that shows the invitation link once, so that a reload does not send the form again."""
    session[LINK] = {"name": name, "url": link_of(token), "until": hour(services().clock() + WORKS_FOR)}
    return redirect(url_for("people.page"))


def link_of(token: str) -> str:
    """Return the URL of the link, with this token, at which a person chooses a password."""
    return f"{public_base()}/invitation/{token}"


def _deeds() -> Mapping[str, Deed]:
    accounts = services().staff.accounts
    return {
        "make_manager": lambda person, by: accounts.make(person, MANAGER, by),
        "make_staff": lambda person, by: accounts.make(person, STAFF, by),
        "disable": accounts.disable,
        "enable": accounts.enable,
        "end_sessions": accounts.end_sessions,
        REQUIRE: accounts.require,
        "no_longer_require_second_factor": accounts.no_longer_require,
    }

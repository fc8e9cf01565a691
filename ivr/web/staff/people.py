"""The pages of the people at the desk: who they are and what managers change about them; oneself; and the audit."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired

from ivr.staff.accounts import LastManager
from ivr.staff.invitations import WORKS_FOR
from ivr.staff.people import LONGEST_NAME, MANAGER, STAFF, BadName, NameTaken, NoSuchPerson
from ivr.staff.totp import FEW
from ivr.storage.audit import COMMAND_LINE, PAGE, SOMEBODY
from ivr.web.guards import guarded_by, manager_only, public_base, staff_only
from ivr.web.i18n import _, hour, later
from ivr.web.services import services
from ivr.web.sessions import who

people = Blueprint("people", __name__)

LINK = "link"
"""Where the session keeps a new link until it has been shown, once."""

WRITTEN = (
    *(later("logged in"), later("logged out"), later("failed login"), later("ended sessions")),
    *(later("added person"), later("invited person"), later("disabled person"), later("enabled person")),
    *(later("made manager"), later("made staff"), later("reset password"), later("chose password")),
    *(later("saw request"), later("took request"), later("put back request"), later("passed on request")),
    *(later("reported request"), later("noted on request"), later("undid request"), later("wrote down request")),
    *(later("merged request"), later("undid merging request")),
    *(later("changed appointment"), later("cancelled appointment")),
    *(later("made calendar link"), later("switched off calendar")),
    *(later("set hours"), later("undid hours")),
    *(later("blocked number"), later("unblocked number")),
    *(later("switched on second factor"), later("switched off second factor"), later("removed second factor")),
    *(later("required second factor"), later("made second factor optional"), later("wrong code")),
    *(later("used recovery code"), later("made recovery codes")),
)
"""What the audit may say that somebody did."""

REQUIRE = "require_second_factor"
"""The deed that requires it of one person."""

Deed = Callable[[int, str, datetime], None]


class InviteForm(FlaskForm):
    """Somebody new."""

    name = StringField("Name", validators=[InputRequired()])
    role = StringField("Role", validators=[AnyOf((STAFF, MANAGER))])


@people.get("/desk/people")
@guarded_by(manager_only)
def page() -> ResponseReturnValue:
    """Everybody at the desk."""
    return _page(InviteForm(formdata=None))


@people.post("/desk/people")
@guarded_by(manager_only)
def invite() -> ResponseReturnValue:
    """Adds somebody, who gets a link to choose a password."""
    form = InviteForm()
    if not form.validate_on_submit():
        return _page(form, _("Please write a name."), 400)
    name = (form.name.data or "").strip()
    try:
        token = services().staff.invitations.invite(name, form.role.data or STAFF, who(), services().clock())
    except BadName:
        return _page(form, _("A name has 1 to %(most)s letters.", most=LONGEST_NAME), 400)
    except NameTaken:
        return _page(form, _("%(name)s is at the desk already. Please choose another name.", name=name), 409)
    return _shown_once(name, token)


@people.post("/desk/people/<int(max=2147483647):person_id>/reset")
@guarded_by(manager_only)
def reset(person_id: int) -> ResponseReturnValue:
    """Voids a password; the person gets a link to choose a new one."""
    person = services().staff.people.person(person_id) or abort(404)
    token = services().staff.invitations.reset(person_id, who(), services().clock())
    if str(person_id) == current_user.id:
        return redirect(url_for("invitation.ask", token=token))  # this session has just ended with the others
    return _shown_once(person.name, token)


@people.post("/desk/people/<int(max=2147483647):person_id>/<deed>")
@guarded_by(manager_only)
def change(person_id: int, deed: str) -> ResponseReturnValue:
    """Changes something about a person."""
    do = _deeds().get(deed) or abort(404)
    if deed == REQUIRE and str(person_id) == current_user.id and _would_shut_herself_out():
        return redirect(url_for("people.page", _anchor=f"person-{person_id}"))
    try:
        do(person_id, who(), services().clock())
    except NoSuchPerson:
        abort(404)
    except LastManager:
        flash(_("There must be another manager who can log in. Nothing was changed."), "trouble")
    else:
        flash(_("Done."), "done")
    return redirect(url_for("people.page", _anchor=f"person-{person_id}"))


@people.post("/desk/people/second-factor")
@guarded_by(manager_only)
def require_of_everybody() -> ResponseReturnValue:
    """Requires a second factor of everybody, also of who is invited later, or ends that."""
    required = request.form.get("required") == "yes"
    if not (required and _would_shut_herself_out()):
        services().staff.accounts.require_of_everybody(required, who(), services().clock())
        flash(_("Done."), "done")
    return redirect(url_for("people.page", _anchor="second-factor"))


def _would_shut_herself_out() -> bool:
    """Whether a manager has no second factor herself, and is told so: with one tap this page would shut behind her."""
    without = not current_user.person.second_factor
    if without:
        flash(
            _("Set up your own first: without it you could not come back to this page. Nothing was changed."), "trouble"
        )
    return without


@people.post("/desk/people/<int(max=2147483647):person_id>/remove_second_factor")
@guarded_by(manager_only)
def remove_second_factor(person_id: int) -> ResponseReturnValue:
    """Removes it from somebody who has lost their telephone."""
    person = services().staff.people.person(person_id) or abort(404)
    if str(person_id) == current_user.id:  # whoever sits at a manager's open desk must not get by without the code
        flash(_("Your own you switch off on your own page, with a code."), "trouble")
        return redirect(url_for("people.page", _anchor=f"person-{person_id}"))
    services().staff.second_factors.remove(person_id, who(), services().clock())
    flash(_("%(name)s logs in with the password alone now.", name=person.name), "done")
    return redirect(url_for("people.page", _anchor=f"person-{person_id}"))


@people.get("/desk/me")
@guarded_by(staff_only)
def me() -> ResponseReturnValue:
    """What one can do about oneself."""
    return render_template("me.html", left=services().staff.second_factors.codes_left(int(current_user.id)), few=FEW)


@people.get("/desk/audit")
@guarded_by(manager_only)
def audit() -> ResponseReturnValue:
    """Who saw or changed what, newest first."""
    names = [person.name for person in services().staff.people.all()] + [COMMAND_LINE, SOMEBODY]
    person = request.args.get("person", "")
    lines = services().staff.audit.page(person, _before()) if person in ("", *names) else []
    older = lines[-1].id if len(lines) == PAGE else None
    return render_template("audit.html", lines=lines, names=names, person=person, older=older)


def _page(form: InviteForm, trouble: str = "", status: int = 200) -> tuple[str, int]:
    everybody = sorted(services().staff.people.all(), key=lambda person: (not person.active, person.name.casefold()))
    link = session.pop(LINK, None)
    of_everybody = services().staff.accounts.required_of_everybody()
    page = render_template(
        "people.html", people=everybody, form=form, trouble=trouble, link=link, of_everybody=of_everybody
    )
    return page, status


def _shown_once(name: str, token: str) -> ResponseReturnValue:
    """Leads to the page that shows the link: a page that a form answers with would send the form again when loaded."""
    session[LINK] = {"name": name, "url": link_of(token), "until": hour(services().clock() + WORKS_FOR)}
    return redirect(url_for("people.page"))


def link_of(token: str) -> str:
    """The address that somebody opens to choose a password."""
    return f"{public_base()}/invitation/{token}"


def _deeds() -> Mapping[str, Deed]:
    roster = services().staff.accounts
    return {
        "make_manager": lambda person, by, now: roster.make(person, MANAGER, by, now),
        "make_staff": lambda person, by, now: roster.make(person, STAFF, by, now),
        "disable": roster.disable,
        "enable": roster.enable,
        "end_sessions": roster.end_sessions,
        REQUIRE: roster.require,
        "no_longer_require_second_factor": roster.no_longer_require,
    }


def _before() -> int | None:
    """The id of the line before which the page begins; a number that no line can have means the newest."""
    written = request.args.get("before", "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else None

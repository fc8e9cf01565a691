"""The login and logout of the desk, the choice of its language, and the answer to forms opened before the login."""

from math import ceil
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_login.utils import login_url
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from ivr.metrics.table import LOCKED_OUT, LOGINS, WRONG
from ivr.staff.lockout import LockedOut
from ivr.staff.people import Person
from ivr.staff.slots import Busy
from ivr.storage.audit import AuditAction
from ivr.web import devices, errors, sessions, typed
from ivr.web.guards import guarded_by, logged_in_only, open_to_all, public_base
from ivr.web.i18n import CHOSEN, LANGUAGES, _
from ivr.web.services import services
from ivr.web.sessions import by

login = Blueprint("login", __name__)


class LoginForm(FlaskForm):
    """The form with a name and a password."""

    name = StringField("Name", validators=[InputRequired()])
    password = PasswordField("Password", validators=[InputRequired()])


@login.get("/login")
@guarded_by(open_to_all)
def ask() -> ResponseReturnValue:
    """Show the form that asks for name and password."""
    trouble = _("You have been logged out. Please log in again.") if sessions.has_ended() else ""
    return render_template("login.html", form=LoginForm(), trouble=trouble)


@login.post("/login")
@guarded_by(open_to_all)
def enter() -> ResponseReturnValue:
    """Check the name and the password, and begin a session or go on to the code of the second factor."""
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("login.html", form=form, trouble=_("Please fill in both.")), 400
    try:
        person = _entered(form.name.data or "", form.password.data or "")
    except Busy:
        trouble = _("Very many people are logging in at this moment. Please try again in a few seconds.")
        return render_template("login.html", form=form, trouble=trouble), 503, {"Retry-After": "5"}
    except LockedOut as locked:
        services().operations.counters.count(LOGINS, reason=LOCKED_OUT)
        return _wait(form, locked)
    if person is None:
        services().operations.counters.count(LOGINS, reason=WRONG)
        trouble = _("The name or the password is wrong. Please try again.")
        return render_template("login.html", form=form, trouble=trouble), 401
    if person.second_factor:
        sessions.begin_half(person)
        return redirect(url_for("second_step.ask", next=own_path(request.args.get("next", "")) or None))
    sessions.begin(person)
    return redirect(wanted())


def _entered(name: str, password: str) -> Person | None:
    """Return the person with this name and password; None if they do not match. Raises Busy, LockedOut, StoreAway."""
    staff = services().staff
    known = staff.people.named(name)
    device = devices.known_to(known.id if known else None)
    with (staff.known_logins if device else staff.strange_logins).one():
        return staff.authentication.enter(name, password, request.remote_addr or "", services().clock(), device)


def _wait(form: LoginForm, locked: LockedOut) -> ResponseReturnValue:
    minutes = minutes_until(locked)
    trouble = _(
        "Too many logins have failed. Please wait %(count)s min, or ask a manager to reset your password.",
        count=minutes,
    )
    return render_template("login.html", form=form, trouble=trouble), 429, {"Retry-After": str(minutes * 60)}


def minutes_until(locked: LockedOut) -> int:
    """Return the number of minutes for which somebody is locked out, at least one."""
    return max(1, ceil((locked.until - services().clock()).total_seconds() / 60))


@login.post("/logout")
@guarded_by(logged_in_only)
def leave() -> ResponseReturnValue:
    """End this session of the logged-in person, and show the login."""
    services().staff.audit.write(by(), AuditAction.LOGGED_OUT)
    sessions.end()
    return redirect(url_for("login.ask"))


@login.post("/logout/everywhere")
@guarded_by(logged_in_only)
def leave_everywhere() -> ResponseReturnValue:
    """End all sessions of the logged-in person, on every device."""
    services().staff.accounts.end_sessions(int(current_user.id), by())
    sessions.end()
    return redirect(url_for("login.ask"))


@login.post("/language")
@guarded_by(open_to_all)
def choose_language() -> ResponseReturnValue:
    """Set the language in which this browser is shown the desk, and return to the page that was open."""
    if request.form.get("language") in LANGUAGES:
        session[CHOSEN] = request.form["language"]
    return redirect(page_before(request.referrer))


def lead_to_login() -> ResponseReturnValue:
    """Redirect a person who is not logged in to the login, and after the login back to their page.

    A sent form becomes a draft of the person for whom its page was made. That person sees the draft after the login.
    """
    kept = typed.keep_for(sessions.owner_of_form()) if request.method == "POST" else ""
    if sessions.HTMX in request.headers:
        # A part of an open page asked. The whole page must go, since only staff may see it.
        page = _page_of(request.headers.get("HX-Current-URL"))
        return Response(status=401, headers={"HX-Redirect": login_url("login.ask", next_url=page or None)})
    if kept:
        sessions.has_ended()  # its words are these
        flash(_("You have been logged out. What you typed is kept: please log in again, and it is shown."), "trouble")
    page = request.url if request.method == "GET" else kept or _page_of(request.referrer)
    return redirect(login_url("login.ask", next_url=page or None))


def older_form(error: CSRFError) -> ResponseReturnValue:
    """Refuse a form from a page older than the login, and keep its text as a draft for the person of that page."""
    if not sessions.key_of_form() or not _from_our_page():
        return errors.refused(error)  # it was not made by us
    if request.endpoint in BEFORE_LOGIN:
        return _asked_anew()
    owner = sessions.owner_of_form()
    if owner is None:
        return errors.refused(error)
    return _of_another_session(owner) if current_user.is_authenticated else lead_to_login()


BEFORE_LOGIN = ("login.enter", "second_step.enter", "invitation.use")
"""The endpoints of the forms that are filled in by somebody who is not logged in yet."""


def _asked_anew() -> ResponseReturnValue:
    """Show a form of the login again, with a message, after it was open for too long. Keep only the typed name."""
    words = _("This page had been open for too long. Please fill it in once more.")
    if request.endpoint == "login.enter":
        return render_template("login.html", form=LoginForm(), trouble=words), 400
    flash(words, "trouble")
    return redirect(request.full_path.rstrip("?"))


def _of_another_session(owner: int) -> ResponseReturnValue:
    """Answer a form of an earlier session. Show the form again to `owner`; tell others that it is somebody else's."""
    kept = typed.keep_for(owner)
    if str(owner) == current_user.id:
        return render_template("older.html", fields=typed.sent_fields(), words=typed.sent_words()), 400
    return render_template("others.html", kept=kept), 400


def _from_our_page() -> bool:
    """Return whether a page of ours sent the form, by the browser's headers; True if there are no such headers."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site == "same-origin"
    return origin is None or urlsplit(origin).netloc in (request.host, urlsplit(public_base()).netloc)


def own_path(path: str) -> str:
    """Return this path if it is a page of the desk, else an empty string."""
    known = path.startswith(("/desk", "/login", "/invitation"))
    plain = path.isprintable() and "\\" not in path
    parts = urlsplit(path if known else "")  # it refuses some of what anybody may write into a link
    ours = known and plain and not parts.scheme and not parts.netloc
    return path if ours and _opens(parts.path) else ""


def _opens(path: str) -> bool:
    """Return whether this path answers GET, so that a browser can be redirected to it."""
    pages = current_app.create_url_adapter(request)
    return pages is not None and pages.test(path, method="GET")


def _page_of(url: str | None) -> str:
    """Return the path and query of a URL if it is that of a page of the desk, else an empty string."""
    try:
        parts = urlsplit(url or "")
    except ValueError:  # it comes from the browser: anything may stand there
        return ""
    return own_path(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def page_before(referrer: str | None) -> str:
    """Return the page of the desk from which somebody came, else the waiting list."""
    return _page_of(referrer) or url_for("console.worklist")


def wanted() -> str:
    """Return the page of the desk that was asked for before the login, else the waiting list."""
    asked = own_path(request.args.get("next", ""))
    return asked if asked.startswith("/desk") else url_for("console.worklist")

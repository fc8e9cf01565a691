"""Logging in and out of the desk."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user, login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from ivr.desk.people import LONGEST_PASSWORD, Person
from ivr.web.guards import guarded_by, open_to_all, staff_only
from ivr.web.house import house

login = Blueprint("login", __name__)


class User(UserMixin):
    """A person at the desk, as Flask-Login wants one."""

    def __init__(self, person: Person) -> None:
        self.id = str(person.id)
        self.name = person.name


class LoginForm(FlaskForm):
    """A name and a password."""

    name = StringField("Name", validators=[InputRequired(), Length(max=80)])
    password = PasswordField("Password", validators=[InputRequired(), Length(max=LONGEST_PASSWORD)])


def load_user(user_id: str) -> User | None:
    """The person of a session, if they may still work at the desk."""
    person = house().people.person(int(user_id)) if user_id.isdigit() else None
    return User(person) if person else None


def who() -> str:
    """The name of whoever is logged in."""
    name: str = current_user.name
    return name


@login.get("/login")
@guarded_by(open_to_all)
def ask() -> ResponseReturnValue:
    """Asks for name and password."""
    return render_template("login.html", form=LoginForm(), wrong=False)


@login.post("/login")
@guarded_by(open_to_all)
def enter() -> ResponseReturnValue:
    """Lets a person in, under a new session."""
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("login.html", form=form, wrong=True), 400
    person = house().people.logged_in(form.name.data or "", form.password.data or "")
    if person is None:
        return render_template("login.html", form=form, wrong=True), 401
    session.clear()
    login_user(User(person))
    session.permanent = True
    return redirect(_wanted())


@login.post("/logout")
@guarded_by(staff_only)
def leave() -> ResponseReturnValue:
    """Ends the session."""
    logout_user()
    session.clear()
    return redirect(url_for("login.ask"))


def _wanted() -> str:
    """The page that was asked for before the login, if it is one of ours."""
    wanted = request.args.get("next", "")
    parts = urlsplit(wanted)
    ours = wanted.startswith("/desk") and not parts.scheme and not parts.netloc and "\\" not in wanted
    return wanted if ours else url_for("console.worklist")

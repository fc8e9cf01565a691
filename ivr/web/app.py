"""Assembles the web application from its house: blueprints, login, CSRF, guards, headers."""

from functools import partial

from flask import Flask, Response
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFProtect

from ivr.desk.database import StoreAway
from ivr.web import request_ids, words
from ivr.web.blocked import blocked
from ivr.web.commands import register_commands
from ivr.web.console import away, console
from ivr.web.guards import ask_guard, guarded_by, open_to_all
from ivr.web.health import health
from ivr.web.hours import hours
from ivr.web.house import NAME, House
from ivr.web.invitation import invitation
from ivr.web.login import lead_to_login, login
from ivr.web.metrics import page as metrics_page
from ivr.web.metrics.page import metrics
from ivr.web.moves import moves
from ivr.web.people import people
from ivr.web.sessions import LONGEST, load_user
from ivr.web.voice import voice

LONGEST_BODY = 64 * 1024
"""Bytes: many times what the carrier or a form of the desk sends."""

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def create_app(house: House) -> Flask:
    """The web application. Nothing is connected yet."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=house.settings.secret_key,
        SESSION_COOKIE_SECURE=house.settings.production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=LONGEST,
        SESSION_REFRESH_EACH_REQUEST=False,  # an answer that comes late must not bring back the session of before
        MAX_CONTENT_LENGTH=LONGEST_BODY,
        WTF_CSRF_SSL_STRICT=False,  # behind a proxy we see plain HTTP; the token and SameSite guard the forms
    )
    app.extensions[NAME] = house
    request_ids.install(app)
    metrics_page.install(app)
    _protect(app)
    words.install(app)
    app.jinja_env.globals.update(pages=partial(_pages, app))
    for blueprint in (voice, health, metrics, login, console, moves, people, invitation, hours, blocked):
        app.register_blueprint(blueprint)
    app.view_functions["static"] = guarded_by(open_to_all)(app.view_functions["static"])
    app.register_error_handler(StoreAway, away)
    app.after_request(_with_headers)
    register_commands(app)
    return app


PAGES = (
    ("console.worklist", words.later("Waiting"), False),
    ("console.appointments", words.later("Appointments"), False),
    ("hours.page", words.later("Hours"), False),
    ("blocked.page", words.later("Blocked"), False),
    ("people.page", words.later("People"), True),
    ("people.audit", words.later("Audit"), True),
)
"""The pages of the desk, and whether only a manager sees them."""


def _pages(app: Flask) -> list[tuple[str, str]]:
    """The pages that whoever is logged in may open, with their names."""
    may = [page for page in PAGES if page[0] in app.view_functions and (current_user.manager or not page[2])]
    return [(endpoint, words._(name)) for endpoint, name, _manager in may]


def _protect(app: Flask) -> None:
    csrf = CSRFProtect(app)
    csrf.exempt(voice)  # the carrier signs its posts instead
    logins = LoginManager(app)
    logins.unauthorized_handler(lead_to_login)
    logins.session_protection = "basic"
    logins.user_loader(load_user)
    app.before_request(ask_guard)


def _with_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"  # numbers of patients stay out of the browser's cache
    return response

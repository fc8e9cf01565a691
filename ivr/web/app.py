"""Assembles the web application from its house: blueprints, login, CSRF, guards, headers."""

from datetime import timedelta

from flask import Flask, Response
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect

from ivr.desk.database import StoreAway
from ivr.web.commands import register_commands
from ivr.web.console import away, console
from ivr.web.guards import ask_guard, guarded_by, open_to_all
from ivr.web.health import health
from ivr.web.house import NAME, House
from ivr.web.login import load_user, login
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
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=LONGEST_BODY,
        WTF_CSRF_SSL_STRICT=False,  # behind a proxy we see plain HTTP; the token and SameSite guard the forms
    )
    app.extensions[NAME] = house
    _protect(app)
    for blueprint in (voice, health, login, console):
        app.register_blueprint(blueprint)
    app.view_functions["static"] = guarded_by(open_to_all)(app.view_functions["static"])
    app.register_error_handler(StoreAway, away)
    app.after_request(_with_headers)
    register_commands(app)
    return app


def _protect(app: Flask) -> None:
    csrf = CSRFProtect(app)
    csrf.exempt(voice)  # the carrier signs its posts instead
    logins = LoginManager(app)
    logins.login_view = "login.ask"
    logins.login_message = None
    logins.session_protection = "basic"
    logins.user_loader(load_user)
    app.before_request(ask_guard)


def _with_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"  # numbers of patients stay out of the browser's cache
    return response

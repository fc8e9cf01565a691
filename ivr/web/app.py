"""Assembles the web application from its house: blueprints, login, CSRF, guards, headers."""

from functools import partial

from flask import Flask
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFProtect

from ivr.web import refusals, request_ids, words
from ivr.web.advice import advice
from ivr.web.blocked import blocked
from ivr.web.bookings import bookings
from ivr.web.browser_phone import browser_phone
from ivr.web.commands import register_commands
from ivr.web.console import console
from ivr.web.edge import fortify
from ivr.web.feed import feed
from ivr.web.guards import ask_guard, guarded_by, open_to_all
from ivr.web.health import health
from ivr.web.hear import hear
from ivr.web.hours import hours
from ivr.web.house import NAME, House
from ivr.web.invitation import invitation
from ivr.web.login import lead_to_login, login
from ivr.web.merging import merging
from ivr.web.metrics import page as metrics_page
from ivr.web.metrics.page import metrics
from ivr.web.moves import moves
from ivr.web.people import people
from ivr.web.reports import reports
from ivr.web.second_factor import second_factor
from ivr.web.second_step import second_step
from ivr.web.sessions import load_user
from ivr.web.voice import voice


def create_app(house: House) -> Flask:
    """The web application. Nothing is connected yet."""
    app = Flask(__name__)
    app.extensions[NAME] = house
    request_ids.install(app)  # first, so that what is refused at the door has its id too
    fortify(app, house.settings)
    metrics_page.install(app)
    _protect(app)
    words.install(app)
    app.jinja_env.globals.update(pages=partial(_pages, app))
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if not house.settings.production:
        app.register_blueprint(browser_phone)
    app.view_functions["static"] = guarded_by(open_to_all)(app.view_functions["static"])
    refusals.install(app)
    register_commands(app)
    return app


BLUEPRINTS = (
    voice,
    health,
    metrics,
    login,
    second_step,
    second_factor,
    console,
    moves,
    merging,
    bookings,
    people,
    invitation,
    hours,
    reports,
    hear,
    advice,
    blocked,
    feed,
)

PAGES = (
    ("console.worklist", words.later("Waiting"), False),
    ("console.appointments", words.later("Appointments"), False),
    ("hours.page", words.later("Hours"), False),
    ("reports.page", words.later("Reports"), False),
    ("hear.page", words.later("Callers hear"), False),
    ("advice.page", words.later("Advice"), False),
    ("blocked.page", words.later("Blocked"), False),
    ("people.page", words.later("People"), True),
    ("people.audit", words.later("Audit"), True),
)
"""The pages of the desk, and whether only a manager sees them."""


def _pages(app: Flask) -> list[tuple[str, str]]:
    """The pages that whoever is logged in may open, with their names."""
    if current_user.person.has_to_set_up:
        return []
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

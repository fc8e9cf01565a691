"""Assembles the web application from its services: blueprints, login, CSRF, guards, headers."""

from functools import partial

from flask import Flask
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFError, CSRFProtect

from ivr.commands.register import register_commands
from ivr.web import errors, i18n, request_ids, typed
from ivr.web.desk.actions import moves
from ivr.web.desk.blocked import blocked
from ivr.web.desk.busy_lines import busy_lines
from ivr.web.desk.counter import counter
from ivr.web.desk.merging import merging
from ivr.web.desk.missed import missed
from ivr.web.desk.older_pages import older_pages
from ivr.web.desk.pages import console
from ivr.web.desk.search import search
from ivr.web.diary.appointment import appointment
from ivr.web.diary.calendar_feed import feed
from ivr.web.diary.changes import changes
from ivr.web.diary.floods import floods
from ivr.web.diary.new_appointment import new_appointment
from ivr.web.diary.pages import diary
from ivr.web.diary.phone_booking import phone_booking
from ivr.web.diary.time_blocks import time_blocks
from ivr.web.guards import ask_guard, guarded_by, open_to_all
from ivr.web.health import health
from ivr.web.hours.pages import hours
from ivr.web.metrics import page as metrics_page
from ivr.web.metrics.page import metrics
from ivr.web.preview.advice import advice
from ivr.web.preview.pages import hear
from ivr.web.reports.pages import reports
from ivr.web.security import fortify
from ivr.web.services import NAME, Services
from ivr.web.sessions import load_user
from ivr.web.staff.audit import audit
from ivr.web.staff.drafts import drafts
from ivr.web.staff.invitation import invitation
from ivr.web.staff.login import lead_to_login, login, older_form
from ivr.web.staff.people import people
from ivr.web.staff.second_factor import second_factor
from ivr.web.staff.second_step import second_step
from ivr.web.telephone.browser_phone import browser_phone
from ivr.web.telephone.recorded import recorded
from ivr.web.telephone.webhooks import voice
from ivr.web.wording import person_words


def create_app(services: Services) -> Flask:
    """Return the web application with these services. Connects to nothing yet."""
    app = Flask("ivr.web")  # its templates, static files and translations are there
    app.extensions[NAME] = services
    request_ids.install(app)  # first, so that refused requests have an id too
    fortify(app, services.settings)
    metrics_page.install(app)
    _protect(app)
    i18n.install(app)
    app.jinja_env.globals.update(pages=partial(_pages, app), typed_in=typed, person_words=person_words)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if not services.settings.production:
        app.register_blueprint(browser_phone)
    app.view_functions["static"] = guarded_by(open_to_all)(app.view_functions["static"])
    errors.install(app)
    register_commands(app)
    return app


BLUEPRINTS = (
    voice,
    recorded,
    health,
    metrics,
    login,
    second_step,
    second_factor,
    console,
    moves,
    counter,
    merging,
    missed,
    older_pages,
    search,
    audit,
    people,
    invitation,
    drafts,
    hours,
    reports,
    hear,
    advice,
    blocked,
    busy_lines,
    diary,
    phone_booking,
    new_appointment,
    appointment,
    changes,
    time_blocks,
    floods,
    feed,
)

PAGES = (
    ("console.worklist", i18n.later("Waiting"), False),
    ("diary.page", i18n.later("Diary"), False),
    ("hours.page", i18n.later("Hours"), False),
    ("reports.page", i18n.later("Reports"), False),
    ("hear.page", i18n.later("Callers hear"), False),
    ("advice.page", i18n.later("Advice"), False),
    ("blocked.page", i18n.later("Blocked"), False),
    ("people.page", i18n.later("People"), True),
    ("audit.page", i18n.later("Audit"), True),
)
"""Pages of the desk: endpoint, name, and whether only managers see it."""


def _pages(app: Flask) -> list[tuple[str, str]]:
    """Return the endpoint and name of every page that the logged-in person may open."""
    if current_user.person.has_to_set_up:
        return []
    may = [page for page in PAGES if page[0] in app.view_functions and (current_user.manager or not page[2])]
    return [(endpoint, i18n._(name)) for endpoint, name, _manager in may]


def _protect(app: Flask) -> None:
    csrf = CSRFProtect(app)
    csrf.exempt(voice)  # the carrier signs its posts instead
    logins = LoginManager(app)
    logins.unauthorized_handler(lead_to_login)
    logins.session_protection = "basic"
    logins.user_loader(load_user)
    app.register_error_handler(CSRFError, older_form)
    app.before_request(ask_guard)
    app.after_request(typed.settle)

"""Who may call a route. Every route names its guard; one that names none answers nobody."""

import hmac
import logging
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import HTTPException, Unauthorized

from config import logs
from ivr.carrier.call_event import CallEvent, Malformed, NotSigned
from ivr.metrics.table import SIGNATURES
from ivr.web.services import services
from ivr.web.sessions import asked_by_the_page

LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})

PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host")
"""What tunnels and proxies add, also those that write a local name over the one that was asked for."""

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])

MOST_FIELDS = 250
"""Of a webhook, which has about thirty: a signature over thousands would keep us busy before it is found false."""


def open_to_all() -> None:
    """Anybody may call."""


def in_development() -> None:
    """Only a browser on this very machine may call, and never where people's real numbers pass through: else it is 404.

    What stands behind this guard signs as the carrier. A tunnel, a proxy, another machine and a page that has given its
    name our address all reach a port that was meant for whoever works here.
    """
    if services().settings.production:
        abort(404)
    if not _is_local():
        log.info(
            "%s was not shown: it is for a browser on this very machine, not through a tunnel or proxy", request.path
        )
        abort(404)


def _is_local() -> bool:
    """Whether the request came straight from this machine, to a name of this machine's own."""
    host = urlsplit(f"//{request.host}").hostname
    passed_on = any(header in request.headers for header in PASSED_ON)
    return host in LOCAL and request.remote_addr in LOCAL and not passed_on


def signed_by_carrier() -> None:
    """Only the carrier may call: 403 for anybody else, 400 for a form that lacks what every webhook has."""
    try:
        g.event = _verified()
    except NotSigned:
        services().operations.counters.count(SIGNATURES)
        abort(403)
    except Malformed as malformed:
        abort(400, f"the form's {malformed} is missing or malformed")
    logs.add(call=g.event.call_id)


def _verified() -> CallEvent:
    """The event that the carrier has signed. Raises NotSigned, Malformed, HTTPException."""
    query = request.query_string.decode("latin-1")
    url = public_base() + request.path + (f"?{query}" if query else "")
    if len(request.form) > MOST_FIELDS:
        abort(413)
    values = request.form if request.method == "POST" else request.args
    return services().telephone.carrier.read(request.method, url, dict(request.headers), values)


def logged_in_only() -> Any:
    """Only somebody who is logged in may call, whatever they have still to set up; others are shown the login."""
    if not current_user.is_authenticated:
        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]  # Flask-Login puts it there
    return None


def staff_only() -> Any:
    """Only somebody who is logged in may call, and who has the second factor that is required of them.

    Others are shown the login, or led to how to set it up when they do something.
    """
    asked = logged_in_only()
    if asked is None and current_user.person.has_to_set_up:
        # An open page is not taken from under a call or a note: its live part says what is to be done.
        return render_template("set_up_first.html") if asked_by_the_page() else redirect(url_for("second_factor.page"))
    return asked


def manager_only() -> Any:
    """Only a manager may call: others who are logged in get 403."""
    asked = staff_only()
    if asked is None and not current_user.manager:
        abort(403)
    return asked


def scraper_only() -> None:
    """Only who has the metrics' token may call: 401 for anybody else, and for everybody 404 where there is no token."""
    token = services().settings.metrics_token
    if not token:
        abort(404)
    given = request.authorization
    if not given or given.type != "bearer" or not hmac.compare_digest((given.token or "").encode(), token.encode()):
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer"))


def link_holders_only() -> None:
    """Only who has the calendar's link may call: 404 for anybody else, as where there is no link at all."""
    if not services().desk.calendar_feed.opens((request.view_args or {}).get("token", "")):
        abort(404)


def guarded_by(guard: Callable[[], Any]) -> Callable[[View], View]:
    """Names the guard of a view."""

    def name(view: View) -> View:
        view.guard = guard  # type: ignore[attr-defined]
        return view

    return name


def guard_of(app: Flask, endpoint: str) -> Callable[[], Any] | None:
    """The guard that an endpoint names."""
    return getattr(app.view_functions[endpoint], "guard", None)


def ask_guard() -> Any:
    """Before every request: lets its guard decide. A route that names none is closed."""
    if request.endpoint is None:
        return None  # no such page: 404 or 405 answers by itself
    guard = guard_of(current_app, request.endpoint)
    return guard() if guard else abort(403)


def event() -> CallEvent:
    """The carrier's event, which only a signed webhook has."""
    found: CallEvent = g.event
    return found


def event_if_signed() -> CallEvent | None:
    """The carrier's event where anybody may call: None where it is somebody else's."""
    try:
        return _verified()
    except (NotSigned, Malformed, HTTPException):
        return None


def public_base() -> str:
    """The address that the carrier calls, as configured: what it signs."""
    return services().settings.public_base_url

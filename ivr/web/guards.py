"""The guards that decide who may open a route. Every route names its guard; a route without one answers 403."""

import hmac
import logging
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from ivr.web import typed
from ivr.web.services import services
from ivr.web.sessions import asked_by_the_page

LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})

PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host")
"""The headers that tunnels and proxies add. An HTTP request with one of them did not come directly from this host."""

KEY_COOKIE = "telephone"
"""The cookie that opens /phone to a browser. The cookie holds the secret that `make run` has printed."""

KEY_IS_MISSING = (
    "This telephone opens at the address that `make run` has printed: it has a key, another at each start.\n"
)

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])


def open_to_all() -> None:
    """Let anybody open the route."""


def in_development() -> Any:
    """Open the route, outside production, to a browser on this host that knows the key printed at the program's start.

    Others get 404, and a browser on this host without the key gets 403. The routes behind this guard sign requests as
    the carrier does. A tunnel, a proxy, another machine, or a page whose host name resolves to our address could all
    reach a port that is meant for the developer only. A tunnel may even look like a browser on this host, but it does
    not know the key.
    """
    if services().settings.production:
        abort(404)
    if not _is_local():
        log.info(
            "%s was not shown: it is for a browser on this very machine, not through a tunnel or proxy", request.path
        )
        abort(404)
    return None if _has_key() else (KEY_IS_MISSING, 403, {"Content-Type": "text/plain; charset=utf-8"})


def _has_key() -> bool:
    """Return whether the request's URL or cookie has the key that this start of the program has printed."""
    key = services().settings.phone_key
    given = (request.args.get("key", ""), request.cookies.get(KEY_COOKIE, ""))
    return bool(key) and any(hmac.compare_digest(each.encode(), key.encode()) for each in given)


def _is_local() -> bool:
    """Return whether the request came directly from this host, to one of its local names."""
    host = urlsplit(f"//{request.host}").hostname
    passed_on = any(header in request.headers for header in PASSED_ON)
    return host in LOCAL and request.remote_addr in LOCAL and not passed_on


def logged_in_only() -> Any:
    """Let only a logged-in person open the route, also one who must still set up a second factor.

    Others are led to the login.
    """
    if not current_user.is_authenticated:
        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]  # Flask-Login puts it there
    return None


def staff_only() -> Any:
    """Let only a logged-in person open the route, and only with a second factor if this person must have one.

    Others are led to the login, or to the page on which they set up the second factor.
    """
    asked = logged_in_only()
    if asked is None and current_user.person.has_to_set_up:
        if request.method == "POST":
            typed.keep_for(int(current_user.id))
        # A page that is open during a call stays: its live part asks the person to set up the second factor.
        return render_template("set_up_first.html") if asked_by_the_page() else redirect(url_for("second_factor.page"))
    return asked


def manager_only() -> Any:
    """Let only a manager open the route: 403 for other people of the desk."""
    asked = staff_only()
    if asked is None and not current_user.manager:
        abort(403)
    return asked


def scraper_only() -> None:
    """Let only a holder of the metrics token open the route: 401 without the token, 404 if no token is set."""
    token = services().settings.metrics_token
    if not token:
        abort(404)
    given = request.authorization
    if not given or given.type != "bearer" or not hmac.compare_digest((given.token or "").encode(), token.encode()):
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer"))


def link_holders_only() -> None:
    """Let only a holder of the calendar link open the route: 404 for a wrong link, and for any link if none is set."""
    if not services().diary.calendar_feed.opens((request.view_args or {}).get("token", "")):
        abort(404)


def guarded_by(guard: Callable[[], Any]) -> Callable[[View], View]:
    """Return a decorator that gives a route's view this guard."""

    def name(view: View) -> View:
        view.guard = guard  # type: ignore[attr-defined]
        return view

    return name


def guard_of(app: Flask, endpoint: str) -> Callable[[], Any] | None:
    """Return the guard of the endpoint with this name; None if the endpoint has no guard."""
    return getattr(app.view_functions[endpoint], "guard", None)


def ask_guard() -> Any:
    """Run the guard of the requested route, before every request. Answers 403 for a route without a guard."""
    if request.endpoint is None:
        return None  # no such route: Flask answers 404 or 405 itself
    guard = guard_of(current_app, request.endpoint)
    return guard() if guard else abort(403)


def public_base() -> str:
    """Return the configured public base URL, which the carrier calls and signs."""
    return services().settings.public_base_url

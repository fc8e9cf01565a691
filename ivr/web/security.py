"""The edge of the web process: what an answer forbids the browser, what a cookie may do, how much is read, who asks.

Knows no page and no webhook; what is said to somebody who is refused stands in errors.py.
"""

from flask import Flask, Response, abort, request
from werkzeug.middleware.proxy_fix import ProxyFix

from config.settings import Settings
from ivr.web.sessions import LONGEST

LONGEST_BODY = 64 * 1024
"""Bytes: many times what the carrier or a form of the desk sends."""

MOST_PARTS = 100
"""Parts of a form that is sent in parts; none of ours is."""

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",  # what frame-ancestors says, for browsers that do not know it
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), clipboard-read=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

ONLY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
"""In production: for a year a browser asks this host in no other way."""


def fortify(app: Flask, settings: Settings) -> None:
    """Sets cookies, limits and headers. To be called before any route is added."""
    production = settings.production
    app.config.update(
        SECRET_KEY=settings.secret_key,
        # A browser takes __Host- only over https, from this host, for all of it: no neighbour can plant a session.
        SESSION_COOKIE_NAME="__Host-session" if production else "session",
        SESSION_COOKIE_SECURE=production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=LONGEST,
        SESSION_REFRESH_EACH_REQUEST=False,  # an answer that comes late must not bring back the session of before
        MAX_CONTENT_LENGTH=LONGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LONGEST_BODY,
        MAX_FORM_PARTS=MOST_PARTS,
        PROVIDE_AUTOMATIC_OPTIONS=False,  # no other site's page has anything to ask here
        WTF_CSRF_SSL_STRICT=False,  # behind a proxy we see plain HTTP; the token and SameSite guard the forms
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session: an old page still sends what was typed
    )
    app.url_map.merge_slashes = False  # its redirect would lead to whatever Host was asked for
    _believe_proxies(app, settings.trusted_proxies)
    app.before_request(_refuse_unwritable)
    app.after_request(lambda response: _with_headers(response, HEADERS | (ONLY_HTTPS if production else {})))


def _believe_proxies(app: Flask, count: int) -> None:
    """Takes the caller's address from so many proxies of our own; their word about host, scheme or path is not heard.

    The public address comes from the configuration.
    """
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=0, x_host=0)  # type: ignore[method-assign]


def _refuse_unwritable() -> None:
    """No keyboard writes a NUL, and PostgreSQL keeps none: 400 at the door. What the carrier says, its guard checks."""
    if request.path.startswith("/voice"):
        return
    if "\0" in request.path or any("\0" in value for _, value in request.values.items(multi=True)):
        abort(400)


def _with_headers(response: Response, headers: dict[str, str]) -> Response:
    response.headers.update(headers)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"  # numbers of patients stay out of every cache
    return response

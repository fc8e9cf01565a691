"""Security of the web process: response headers, cookies, limits on the body, and trust in proxies.

Knows no page and no webhook; the error pages are in errors.py.
"""

from flask import Flask, Response, abort, request
from werkzeug.middleware.proxy_fix import ProxyFix

from config.settings import Settings
from ivr.web.devices import SessionsAndDevices
from ivr.web.sessions import LONGEST

LONGEST_BODY = 64 * 1024
"""The most bytes of a request's body: many times what the carrier or a form of the desk sends."""

MOST_PARTS = 100
"""The most parts of a multipart form; none of our forms is multipart."""

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",  # same as frame-ancestors, for browsers that do not know it
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), clipboard-read=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

NO_STORE = "no-store"
"""The Cache-Control of an answer that sets none itself: patients' numbers stay out of every cache."""

ONLY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
"""The header of answers in production. For a year, a browser then uses only HTTPS for this host name."""


def fortify(app: Flask, settings: Settings) -> None:
    """Set the application's cookies, limits and response headers. Call it before any route is added."""
    production = settings.production
    app.config.update(
        SECRET_KEY=settings.secret_key,
        # Browsers accept the prefix __Host- only over HTTPS from this very host: no subdomain can plant a session.
        SESSION_COOKIE_NAME="__Host-session" if production else "session",
        SESSION_COOKIE_SECURE=production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=LONGEST,
        SESSION_REFRESH_EACH_REQUEST=False,  # an answer that arrives late must not restore an older session
        MAX_CONTENT_LENGTH=LONGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LONGEST_BODY,
        MAX_FORM_PARTS=MOST_PARTS,
        PROVIDE_AUTOMATIC_OPTIONS=False,  # no other site's page needs OPTIONS here
        WTF_CSRF_SSL_STRICT=False,  # behind a proxy we see plain HTTP; the token and SameSite protect the forms
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session, so that an old page can still be sent
    )
    app.url_map.strict_slashes = False  # a slash too many at the end of a webhook's address is answered as without it
    app.session_interface = SessionsAndDevices()
    app.url_map.merge_slashes = False  # its redirect would lead to any Host that was asked for
    _believe_proxies(app, settings.trusted_proxies)
    app.before_request(_refuse_unwritable)
    headers = headers_of_answers(production=production)
    app.after_request(lambda response: _with_headers(response, headers))


def headers_of_answers(*, production: bool) -> dict[str, str]:
    """Return the security headers of every answer, without its Cache-Control."""
    return HEADERS | (ONLY_HTTPS if production else {})


def _believe_proxies(app: Flask, count: int) -> None:
    """Take a client's address from `count` proxies of our own. Their headers for host, scheme and path are ignored.

    The public address comes from the configuration.
    """
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=0, x_host=0)  # type: ignore[method-assign]


def _refuse_unwritable() -> None:
    """Answer 400 to a request with a NUL character, which no keyboard types and PostgreSQL cannot store.

    Webhooks have a check of their own.
    """
    if request.path.startswith("/voice"):
        return
    if "\0" in request.path or any("\0" in value for _, value in request.values.items(multi=True)):
        abort(400)


def _with_headers(response: Response, headers: dict[str, str]) -> Response:
    response.headers.update(headers)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = NO_STORE
    return response

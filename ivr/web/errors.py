"""Answers requests that fail with an error page in the desk's look, in the reader's language.

An error page holds no personal data and no internal detail. The log says where our own errors occurred, never the
error's message.
"""

import logging
import traceback
from datetime import timedelta

from flask import Flask, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadHost, HTTPException

from ivr.desk.requests import NoSuchRequest
from ivr.staff.people import NoSuchPerson
from ivr.storage.database import StoreAway
from ivr.web.i18n import _, later

log = logging.getLogger(__name__)

ASK_AGAIN = timedelta(minutes=15)
"""The time after which calendar programs should ask for the feed again. Some programs, such as Google's, ignore it."""

NOT_FOR_PEOPLE = ("/voice", "/static/", "/calendar/", "/healthz", "/readyz", "/metrics")
"""The beginnings of the paths that only programs request, for which no error page is made."""

WORDS = {
    400: (
        later("This was not accepted"),
        later("Nothing was changed. Please go back, load the page again, and send it once more."),
    ),
    403: (later("Only managers may do this"), later("Nothing was changed. Please ask a manager.")),
    404: (
        later("There is no such page"),
        later("Perhaps what stood here has been removed, or the address is not complete."),
    ),
    405: (later("This cannot be done here"), later("Nothing was changed. Please begin again from the desk.")),
    413: (later("This is too long"), later("Nothing was changed. Please go back and send less.")),
    500: (
        later("Something went wrong on our side"),
        later(
            "Please check whether your change was saved before you do it again, and tell whoever looks "
            "after the telephone line."
        ),
    ),
}


def install(app: Flask) -> None:
    """Install the error handlers for the whole application. A blueprint's own handlers come first."""
    app.register_error_handler(HTTPException, refused)
    for gone in (NoSuchRequest, NoSuchPerson):
        app.register_error_handler(gone, lambda _error: _page(404))
    app.register_error_handler(StoreAway, away)
    app.register_error_handler(Exception, broken)


def refused(error: HTTPException) -> ResponseReturnValue:
    """Return the error page for an HTTP error, or the error without a page where a program made the request."""
    unreadable = isinstance(error, BadHost) or isinstance(request.routing_exception, BadHost)
    if request.path.startswith(NOT_FOR_PEOPLE) or error.code is None or unreadable:
        return error  # the page's links cannot be built from an unreadable Host
    answer = _page(error.code)
    for name in ("Allow", "Retry-After"):
        answer.headers.extend((key, value) for key, value in error.get_headers() if key == name)
    return answer


def away(error: StoreAway) -> ResponseReturnValue:
    """Return the answer while the database is away: an error page for staff, a bare 503 for calendar programs.

    Raises the error again if the request is a carrier's webhook, whose path begins with /voice.
    """
    if request.path.startswith("/voice"):
        raise error
    if request.path.startswith("/calendar/"):  # an empty calendar would delete every entry in the subscribers' programs
        return Response(status=503, headers={"Retry-After": str(int(ASK_AGAIN.total_seconds()))})
    return render_template("away.html"), 503


def broken(error: Exception) -> ResponseReturnValue:
    """Log an unexpected error by its kind and traceback, and return the error page for 500.

    The error's message is not logged, since it may hold personal data.
    """
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("the page %s failed: %s\n%s", request.endpoint, type(error).__name__, where)
    return _page(500)


def _page(status: int) -> Response:
    title, words = WORDS.get(status, WORDS[400 if status < 500 else 500])
    try:
        page = render_template("refused.html", title=_(title), words=_(words))
    except StoreAway:  # the first try looked for the person; the second shows the page as for nobody logged in
        page = render_template("refused.html", title=_(title), words=_(words))
    return make_response(page, status)

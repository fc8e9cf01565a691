"""What is shown to somebody who cannot have what they asked for: a page in the desk's look, in their language.

Nothing personal stands there and nothing of our insides; the log says where a mistake of ours is, never its words.
"""

import logging
import traceback
from datetime import timedelta

from flask import Flask, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadHost, HTTPException

from ivr.desk.requests import NoSuchRequest
from ivr.storage.database import StoreAway
from ivr.web.i18n import _, later

log = logging.getLogger(__name__)

ASK_AGAIN = timedelta(minutes=15)
"""How often calendar programs are asked to look; some, Google above all, come when they like."""

NOT_FOR_PEOPLE = ("/voice", "/static/", "/calendar/", "/healthz", "/readyz", "/metrics")
"""Below these nobody reads a page."""

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
        later("A mistake of ours"),
        later("Please look whether what you did is there before you do it again, and tell whoever looks after this."),
    ),
}


def install(app: Flask) -> None:
    """Has every refusal and every mistake of ours answered here, where no blueprint answers it itself."""
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(NoSuchRequest, lambda _error: _page(404))
    app.register_error_handler(StoreAway, away)
    app.register_error_handler(Exception, broken)


def refused(error: HTTPException) -> ResponseReturnValue:
    """What cannot be had, and why."""
    unreadable = isinstance(error, BadHost) or isinstance(request.routing_exception, BadHost)
    if request.path.startswith(NOT_FOR_PEOPLE) or error.code is None or unreadable:
        return error  # with a Host that cannot be read no link of a page could be made
    answer = _page(error.code)
    for name in ("Allow", "Retry-After"):
        answer.headers.extend((key, value) for key, value in error.get_headers() if key == name)
    return answer


def away(error: StoreAway) -> ResponseReturnValue:
    """What staff see, and calendar programs are told, while the database is away."""
    if request.path.startswith("/voice"):
        raise error
    if request.path.startswith("/calendar/"):  # an empty calendar would take every entry off everybody's
        return Response(status=503, headers={"Retry-After": str(int(ASK_AGAIN.total_seconds()))})
    return render_template("away.html"), 503


def broken(error: Exception) -> ResponseReturnValue:
    """A mistake of ours. An error's own words may be personal: the log gets its kind and where it was."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("the page %s failed: %s\n%s", request.endpoint, type(error).__name__, where)
    return _page(500)


def _page(status: int) -> Response:
    title, words = WORDS.get(status, WORDS[400 if status < 500 else 500])
    try:
        page = render_template("refused.html", title=_(title), words=_(words))
    except StoreAway:  # who is logged in cannot be known; the second time it is a page for nobody in particular
        page = render_template("refused.html", title=_(title), words=_(words))
    return make_response(page, status)

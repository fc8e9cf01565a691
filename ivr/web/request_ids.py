"""Gives every HTTP request an id, which its log lines and the header of its answer contain.

The id is not personal. The guard of the webhooks adds the call's id to the log lines.
"""

import re
import secrets

from flask import Flask, Response, g, request

from config import logs

HEADER = "X-Request-ID"

GIVEN = re.compile(r"(?=.*[a-f])[0-9a-f-]{16,64}", re.IGNORECASE)
"""The pattern of ids accepted from a proxy: hexadecimal, with a letter, so that no telephone number gets into a log."""


def install(app: Flask) -> None:
    """Have every HTTP request given an id. Call it before the guards are installed: their log lines have the id."""
    app.before_request(_begin)
    app.after_request(_tell)
    app.teardown_request(_end)


def _begin() -> None:
    g.request_id = id_of(request.headers.get(HEADER, ""))
    logs.begin(request=g.request_id)


def id_of(given: str) -> str:
    """Return the id of this HTTP request: the id that a proxy has `given` if it has the right form, else a new id."""
    return given if given and GIVEN.fullmatch(given) else secrets.token_hex(8)


def _tell(response: Response) -> Response:
    response.headers[HEADER] = g.request_id
    return response


def _end(_error: BaseException | None) -> None:
    """Clear the HTTP request's id from the log lines of the thread, which goes on to other requests."""
    logs.begin()

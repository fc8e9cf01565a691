"""Gives every HTTP request an id, which stands in its log lines and in its answer's header.

The id is not personal. The guard of the webhooks adds the call's id.
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
    """Return the id of a request: the one that a proxy has `given`, if it is acceptable, else a new one."""
    return given if given and GIVEN.fullmatch(given) else secrets.token_hex(8)


def _tell(response: Response) -> Response:
    response.headers[HEADER] = g.request_id
    return response


def _end(_error: BaseException | None) -> None:
    """Clear the request's id from the log lines of this thread, which next works on another request."""
    logs.begin()

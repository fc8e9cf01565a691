"""Gives every request of the web an id, which its log lines and its answer carry, so that it can be found again.

The id says nothing about anybody. What a call is called, its guard adds.
"""

import re
import secrets

from flask import Flask, Response, g, request

from config import logs

HEADER = "X-Request-ID"

GIVEN = re.compile(r"(?=.*[a-f])[0-9a-f-]{16,64}", re.IGNORECASE)
"""An id as proxies make them, hexadecimal. Anything else, a telephone number above all, stays out of the log."""


def install(app: Flask) -> None:
    """To be called before the guards are, whose lines carry the id too."""
    app.before_request(_begin)
    app.after_request(_tell)
    app.teardown_request(_end)


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    g.request_id = given if GIVEN.fullmatch(given) else secrets.token_hex(8)
    logs.begin(request=g.request_id)


def _tell(response: Response) -> Response:
    response.headers[HEADER] = g.request_id
    return response


def _end(_error: BaseException | None) -> None:
    """The thread goes on to somebody else's request."""
    logs.begin()

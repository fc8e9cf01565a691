"""Finds the waiting request for which somebody chooses a time in the diary, by the id in the URL or the form."""

from datetime import datetime

from flask import request

from ivr.desk.requests import LIVE, NoSuchRequest, Request
from ivr.web.services import services


def waiting_request() -> Request | None:
    """Return the live request for which a time is chosen in the diary; None where there is none, or none any more."""
    found = _request()
    return found if found and found.status in LIVE else None


def booked_time() -> datetime | None:
    """Return the time for which the waiting request has been booked; None where it was not."""
    found = _request()
    return found.appointment if found else None


def _request() -> Request | None:
    written = request.values.get("request", "")
    if not (written.isascii() and written.isdigit() and len(written) < 10):
        return None
    try:
        found = services().desk.store.any_request(int(written))
    except NoSuchRequest:
        return None
    return found if isinstance(found, Request) else None

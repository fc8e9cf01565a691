"""Serves the recordings of sentences to the carrier, from memory. Only recordings checked at start are served.

Open to all, since a carrier does not sign what it fetches. Asks no store, and reads no file.
"""

from io import BytesIO

from flask import Blueprint, Response, abort, send_file

from ivr.web.guards import guarded_by, open_to_all
from ivr.web.services import RECORDED, services

A_YEAR = 365 * 24 * 60 * 60
"""The seconds for which a carrier may keep a recording. A year is safe, because a new sound has a new address."""

recorded = Blueprint("recorded", __name__, url_prefix=RECORDED)


@recorded.get("/<file>")
@guarded_by(open_to_all)
def sound(file: str) -> Response:
    """Answer with the sound of this recording, or with the part of it that was asked for; 404 if there is none."""
    found = services().telephone.recordings.found(file)
    if found is None:
        abort(404)
    answer = send_file(BytesIO(found.sound), mimetype="audio/wav", conditional=True, etag=found.digest, max_age=A_YEAR)
    answer.cache_control.immutable = True
    return answer

"""The search of the desk: by name, by reference, by number. The words are sent by POST, so that no URL holds them.

An open page updates the results while the person types. Reads only.
"""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ivr.web.desk import odd_cards
from ivr.web.desk.persons import visits
from ivr.web.guards import guarded_by, staff_only
from ivr.web.services import services
from ivr.web.sessions import who

search = Blueprint("search", __name__)


@search.get("/desk/search")
@guarded_by(staff_only)
def begin() -> ResponseReturnValue:
    """Redirect to the waiting list, where people search, because no URL holds the words of a search."""
    return redirect(url_for("console.worklist"))


@search.post("/desk/search")
@guarded_by(staff_only)
def find() -> str:
    """Show the requests and appointments that the typed words find. A post by htmx gets only the list."""
    words = request.form.get("q", "").strip()
    found = services().desk.search.by(words, services().clock())
    shown = {
        "words": words,
        "visits": visits(found.appointments),
        "cards": odd_cards.any_cards(found.requests, who()),
    }
    return render_template("found.html" if "HX-Request" in request.headers else "search.html", **shown)

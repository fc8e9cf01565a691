"""The desk's page: who waits, soonest due first; take a request, put it back, or say that it is done."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ivr.desk.database import StoreAway
from ivr.desk.requests import Entry, Move, MoveRefused, NoSuchRequest, Request, Status
from ivr.web.guards import guarded_by, open_to_all, staff_only
from ivr.web.house import house
from ivr.web.login import who

console = Blueprint("console", __name__)


@dataclass(frozen=True)
class Card:
    """A request as the page shows it."""

    request: Request
    history: list[Entry]
    line: str
    mine: bool


@console.get("/")
@guarded_by(open_to_all)
def front() -> ResponseReturnValue:
    """Leads to the desk."""
    return redirect(url_for("console.worklist"))


@console.get("/desk")
@guarded_by(staff_only)
def worklist() -> ResponseReturnValue:
    """The requests that wait."""
    cards = [_card(each) for each in house().desk.waiting()]
    now = house().clinic.line("").hours.local(house().clock())
    return render_template("desk.html", cards=cards, now=now, zone=now.tzinfo, moves=Move, who=who())


@console.post("/desk/requests/<int:request_id>/<move>")
@guarded_by(staff_only)
def act(request_id: int, move: str) -> ResponseReturnValue:
    """Moves a request, or says who was there first."""
    if move not in set(Move):
        abort(404)
    try:
        house().desk.move(request_id, Move(move), who(), house().clock())
    except MoveRefused as refused:
        flash(_too_late(refused))
    except NoSuchRequest:
        abort(404)
    return redirect(url_for("console.worklist", _anchor=f"request-{request_id}"))


def away(error: StoreAway) -> ResponseReturnValue:
    """What staff see while the database is away."""
    if request.path.startswith("/voice"):
        raise error
    return render_template("away.html"), 503


def _card(found: Request) -> Card:
    line = house().clinic.line(found.line).name["en"]
    return Card(found, house().desk.history(found.id), line, found.taken_by == who())


def _too_late(refused: MoveRefused) -> str:
    if refused.status is Status.TAKEN:
        return f"{refused.taken_by} has taken this request."
    return "This request is closed already." if refused.status is Status.CLOSED else "This request is open again."

"""The actions of staff on a booked appointment: give it another time, or cancel it. Both can be undone."""

from collections.abc import Callable

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from ivr.desk.requests import HistoryEvent, MoveRefused
from ivr.web.desk.actions import card_of, offer_undo
from ivr.web.desk.card_form import moment_asked, note_beside
from ivr.web.desk.pages import card_page
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _, moment
from ivr.web.lengths import TooLong
from ivr.web.services import services
from ivr.web.sessions import by

bookings = Blueprint("bookings", __name__)


@bookings.post("/desk/requests/<int(max=2147483647):request_id>/rebook")
@guarded_by(staff_only)
def rebook(request_id: int) -> ResponseReturnValue:
    """Give the appointment another time."""
    try:
        at = moment_asked()
    except ValueError:
        at = None
    if at is None:
        trouble = _("Please give the day and the hour, from now on.")
        return card_page(services().desk.store.request(request_id), trouble, 400)
    words = _("gave another time: %(moment)s", moment=moment(at))
    return _done(
        request_id,
        lambda: services().desk.bookings.rebook(request_id, at, by(), note_beside()),
        HistoryEvent.REBOOKED,
        words,
    )


@bookings.post("/desk/requests/<int(max=2147483647):request_id>/call_off")
@guarded_by(staff_only)
def call_off(request_id: int) -> ResponseReturnValue:
    """Cancel the appointment."""
    return _done(
        request_id,
        lambda: services().desk.bookings.call_off(request_id, by(), note_beside()),
        HistoryEvent.CALLED_OFF,
        _("The appointment is cancelled"),
    )


def _done(request_id: int, move: Callable[[], None], what: str, words: str) -> ResponseReturnValue:
    """Make the move and offer to undo it; where it is refused, show the card with the reason."""
    try:
        move()
    except TooLong as too_long:
        return card_page(services().desk.store.request(request_id), str(too_long), 400)
    except MoveRefused:
        trouble = _("This request is not booked any more.")
        return card_page(services().desk.store.request(request_id), trouble, 409)
    found = services().desk.store.request(request_id)
    offer_undo(found, what, found.reference, words)
    return redirect(card_of(found))

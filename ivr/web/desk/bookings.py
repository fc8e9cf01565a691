"""The actions of staff on a booked appointment: give it another time, or cancel it. Both can be undone."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from ivr.desk.requests import HistoryEvent, MoveRefused
from ivr.web.desk.actions import card_of, moment_asked, offer_undo
from ivr.web.desk.pages import card_page
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _, moment
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
        return card_page(
            services().desk.store.request(request_id), _("Please give the day and the hour, from now on."), 400
        )
    try:
        services().desk.bookings.rebook(request_id, at, by())
    except MoveRefused:
        return _no_more(request_id)
    return _done(request_id, HistoryEvent.REBOOKED, _("gave another time: %(moment)s", moment=moment(at)))


@bookings.post("/desk/requests/<int(max=2147483647):request_id>/call_off")
@guarded_by(staff_only)
def call_off(request_id: int) -> ResponseReturnValue:
    """Cancel the appointment."""
    try:
        services().desk.bookings.call_off(request_id, by())
    except MoveRefused:
        return _no_more(request_id)
    return _done(request_id, HistoryEvent.CALLED_OFF, _("The appointment is cancelled"))


def _done(request_id: int, what: str, words: str) -> ResponseReturnValue:
    found = services().desk.store.request(request_id)
    offer_undo(found, what, found.reference, words)
    return redirect(card_of(found))


def _no_more(request_id: int) -> ResponseReturnValue:
    return card_page(services().desk.store.request(request_id), _("This request is not booked any more."), 409)

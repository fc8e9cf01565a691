"""Books at the desk: for somebody at the counter, or for a waiting request, which is closed with it."""

from dataclasses import replace

from flask import url_for

from ivr.desk.requests import Outcome, OutcomeReport, Request, Status
from ivr.diary.appointments import DiaryEvent
from ivr.diary.desk_diary import DeskBooking
from ivr.web.diary.undoing import offer_undo
from ivr.web.diary.words import full_moment
from ivr.web.i18n import _
from ivr.web.services import services
from ivr.web.sessions import by, who


def book(card: Request | None, wanted: DeskBooking, column: str, *, beside: bool) -> int:
    """Book, offer to undo it, and return the appointment's id. Raises TimeTaken, MoveRefused, StoreAway.

    For a request about an appointment, such as to tell its patient of a closure, that appointment is moved.
    """
    if card and not (card.status is Status.TAKEN and card.taken_by == who()):
        services().desk.moves.take(card.id, by())
    if card and card.about:
        made = card.about
        services().diary.desk.move(made, wanted.starts, by(), schedule=column, beside=beside)
    else:
        asked = replace(wanted, schedule=column, beside=beside, request_id=card.id if card else None)
        made = services().diary.desk.book(asked, by())
    if card:
        services().desk.moves.report(card.id, OutcomeReport(Outcome.BOOKED, wanted.starts), by())
    undo = url_for("moves.undo", request_id=card.id) if card else url_for("changes.undo", appointment_id=made)
    offer_undo(undo, DiaryEvent.BOOKED, _("Booked for %(moment)s.", moment=full_moment(wanted.starts)))
    return made

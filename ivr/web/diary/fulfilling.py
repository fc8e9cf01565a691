"""Books an appointment at the desk, for somebody at the counter or for a waiting request. Closes that request."""

from dataclasses import replace
from datetime import datetime

from flask import url_for

from ivr.desk.outcomes import NotFree
from ivr.desk.requests import Outcome, OutcomeReport, Request, Status
from ivr.diary.appointments import DiaryEvent, TimeTaken
from ivr.diary.desk_diary import DeskBooking
from ivr.web.diary.undoing import offer_undo
from ivr.web.i18n import _, full_moment
from ivr.web.services import services
from ivr.web.sessions import by, who


def book(card: Request | None, wanted: DeskBooking, column: str, *, beside: bool, on_purpose: bool) -> None:
    """Book an appointment at the desk, and offer to undo the booking. Raises TimeTaken, MoveRefused, StoreAway.

    For a request, one transaction closes the request and books, or moves the appointment that the request is about.
    `beside` allows a time at or near another patient's. `on_purpose` says that the person accepts all concerns.
    """
    if card is None:
        made = services().diary.desk.book(replace(wanted, schedule=column, beside=beside), by())
        _offer(url_for("changes.undo", appointment_id=made), wanted.starts)
        return
    if not (card.status is Status.TAKEN and card.taken_by == who()):
        services().desk.moves.take(card.id, by())
    if wanted.name:
        services().desk.moves.name(card.id, wanted.name, by())
    report = OutcomeReport(Outcome.BOOKED, wanted.starts, column, on_purpose)
    try:
        services().desk.moves.report(card.id, report, by(), wanted.words)
    except NotFree:  # since it was looked at
        raise TimeTaken from None
    _offer(url_for("moves.undo", request_id=card.id), wanted.starts)


def _offer(undo: str, starts: datetime) -> None:
    offer_undo(undo, DiaryEvent.BOOKED, _("Booked for %(moment)s.", moment=full_moment(starts)))

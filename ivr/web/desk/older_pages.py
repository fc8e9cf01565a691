"""Accepts the forms of pages that an older version of the program has shown, and redirects each to a page of today.

A day and hour typed into an older form are kept as a draft and shown on today's page. Changes no appointment.
"""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ivr.diary.appointments import Appointment
from ivr.web.desk.actions import card_of
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _
from ivr.web.services import services

older_pages = Blueprint("older_pages", __name__)

TYPED = ("day", "hour")
"""The fields into which people typed in an older version's form for moving an appointment."""


@older_pages.post("/desk/requests/<int(max=2147483647):request_id>/rebook")
@guarded_by(staff_only)
def rebook(request_id: int) -> ResponseReturnValue:
    """Redirect an older form for moving an appointment to the appointment's page, and keep the typed day and hour."""
    found = services().diary.reads.of_request(request_id)
    if isinstance(found, Appointment):
        typed = {name: request.form[name] for name in TYPED if request.form.get(name)}
        place = f"appointment {found.id}"
        services().staff.drafts.keep(int(current_user.id), place, typed, services().clock())
    return _led_on(
        request_id,
        _("Nothing was changed: that page was older than the program. Please tap “Move the appointment” here."),
    )


@older_pages.post("/desk/requests/<int(max=2147483647):request_id>/call_off")
@guarded_by(staff_only)
def call_off(request_id: int) -> ResponseReturnValue:
    """Redirect an older form for cancelling to the appointment's page, with a message that nothing was changed."""
    return _led_on(
        request_id,
        _("Nothing was changed: that page was older than the program. Please tap “Cancel the appointment” here."),
    )


def _led_on(request_id: int, said: str) -> ResponseReturnValue:
    found = services().diary.reads.of_request(request_id)
    if isinstance(found, Appointment):
        flash(said, "trouble")
        return redirect(url_for("appointment.show", appointment_id=found.id))
    flash(_("Nothing was changed: this request is not booked any more."), "trouble")
    return redirect(card_of(services().desk.store.any_request(request_id)))

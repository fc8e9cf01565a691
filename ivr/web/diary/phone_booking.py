"""The managers' switch of booking by telephone: confirm the diary's rules, pause, resume. Shown on the diary's page."""

import logging
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ivr.hours.mirror_file import MirrorFileAway
from ivr.hours.phone_booking import BookingSwitch, PhoneBookingState
from ivr.web.guards import guarded_by, manager_only
from ivr.web.i18n import _, later
from ivr.web.services import services
from ivr.web.sessions import by

log = logging.getLogger(__name__)
phone_booking = Blueprint("phone_booking", __name__)

DONE = {
    BookingSwitch.CONFIRMED: later("Confirmed. Callers can now book free times by phone."),
    BookingSwitch.PAUSED: later("Booking by phone is paused. Callers leave a request, and you fix the time."),
    BookingSwitch.RESUMED: later("Callers can book free times by phone again."),
}
"""The message to the manager after each change of booking by telephone."""


@dataclass(frozen=True)
class PhoneBookingView:
    """The state of booking by telephone, as the diary's page shows it."""

    switched_off: bool
    """True where clinic.toml switches booking by telephone off, whatever the desk says."""
    unconfirmed: bool
    paused: bool
    minutes: list[int]
    """The length of a visit in each column of the diary, in minutes."""


def view() -> PhoneBookingView:
    """Return the state of booking by telephone as calls find it, for the diary's page."""
    now, rules, state = services().hours.now, services().clinic.diary, services().hours.phone_booking.read()
    return PhoneBookingView(
        switched_off=not rules.phone_books,
        unconfirmed=not now.books_unconfirmed and not state.confirms(rules),
        paused=state.paused,
        minutes=[int(each.length.total_seconds() // 60) for each in rules.schedules],
    )


@phone_booking.post("/desk/diary/by-phone")
@guarded_by(manager_only)
def change() -> ResponseReturnValue:
    """Confirm the diary's rules, or pause or resume booking by telephone. Calls follow the change from then on."""
    try:
        what = BookingSwitch(request.form.get("what", ""))
    except ValueError:
        flash(_("What you chose is not offered any more. Please look at it again."), "trouble")
        return redirect(url_for("diary.page", _anchor="by-phone"))
    services().hours.phone_booking.change(what, services().clinic.diary, by())
    flash(*_heard(what))
    return redirect(url_for("diary.page", _anchor="by-phone"))


def _heard(what: BookingSwitch) -> tuple[str, str]:
    """Write the state of booking by phone to the file that calls read. Return a message, and "done" or "trouble"."""
    try:
        _known: PhoneBookingState = services().hours.phone_booking.follow()
    except MirrorFileAway as away:
        log.warning("the switch of booking by telephone does not reach the telephone (%s)", away)
        return _(
            "It is saved, but the telephone line cannot read it yet; it is tried again every few seconds."
        ), "trouble"
    return _(DONE[what]), "done"

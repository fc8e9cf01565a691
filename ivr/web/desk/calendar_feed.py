"""The calendar feed behind its secret link, and the managers' actions on that link.

An entry holds the hour, the reference, the line and the card's URL. It holds no number, name or note.
"""

from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ivr.desk.calendar_feed import FeedEntry
from ivr.web.desk import ics
from ivr.web.guards import guarded_by, link_holders_only, manager_only, public_base
from ivr.web.i18n import _
from ivr.web.services import services
from ivr.web.sessions import by

feed = Blueprint("feed", __name__)


@feed.get("/calendar/<token>.ics")
@guarded_by(link_holders_only)
def read(token: str) -> Response:
    """Return the appointments as a calendar. The guard has checked the token."""
    clinic = services().clinic
    zone = clinic.line("").hours.zone.key
    entries = map(_entry, services().desk.calendar_feed.appointments(services().clock()))
    answer = Response(ics.written(f"Appointments at {clinic.name['en']}", zone, entries), mimetype="text/calendar")
    answer.headers["Cache-Control"] = "private, no-cache"  # may be kept, but must be revalidated
    answer.headers["Content-Disposition"] = 'inline; filename="appointments.ics"'
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@feed.post("/desk/appointments/link")
@guarded_by(manager_only)
def renew() -> ResponseReturnValue:
    """Make a new link; the one before stops working."""
    services().desk.calendar_feed.renew(by())
    flash(_("The link is made. An earlier one no longer works."), "done")
    return redirect(_section())


@feed.post("/desk/appointments/link/off")
@guarded_by(manager_only)
def switch_off() -> ResponseReturnValue:
    """Switch the feed off."""
    services().desk.calendar_feed.switch_off(by())
    flash(_("The calendar is switched off. The link no longer works."), "done")
    return redirect(_section())


def address(token: str) -> str:
    """Return the URL of the feed, for a calendar program."""
    return f"{public_base()}/calendar/{token}.ics"


def _section() -> str:
    """Return the URL of the calendar's section on the appointments page."""
    return url_for("console.appointments", show="calendar", _anchor="calendar")


def _entry(booked: FeedEntry) -> ics.CalendarEvent:
    base = public_base()
    return ics.CalendarEvent(
        uid=f"{booked.request_id}-{booked.reference}@{urlsplit(base).hostname}",
        start=booked.start,
        length=services().clinic.diary.length,
        changed=booked.booked,
        revision=booked.revision,
        summary=f"Appointment {booked.reference}",
        description=services().clinic.line(booked.line).heading,
        url=f"{base}/desk/requests/{booked.reference}?id={booked.request_id}",
    )

"""The calendar feed, which a secret link opens, and the actions by which managers change that link.

An entry holds the hour, the reference, the patient's initials, the line and the URL of the appointment's page. Managers
can choose the whole name instead of the initials. An entry holds no telephone number and no note.
"""

from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ivr.diary.calendar_feed import FeedEntry
from ivr.web.diary import ics
from ivr.web.guards import guarded_by, link_holders_only, manager_only, public_base
from ivr.web.i18n import _
from ivr.web.services import services
from ivr.web.sessions import by

feed = Blueprint("feed", __name__)


@feed.get("/calendar/<token>.ics")
@guarded_by(link_holders_only)
def read(token: str) -> Response:
    """Return the appointments as a calendar file. The guard has checked the token of the secret link."""
    clinic = services().clinic
    zone = clinic.line("").hours.zone.key
    entries = map(_entry, services().diary.calendar_feed.appointments(services().clock()))
    answer = Response(ics.written(f"Appointments at {clinic.name['en']}", zone, entries), mimetype="text/calendar")
    answer.headers["Cache-Control"] = "private, no-cache"  # may be kept, but must be revalidated
    answer.headers["Content-Disposition"] = 'inline; filename="appointments.ics"'
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@feed.post("/desk/appointments/link")  # an older version's page may still be open
@feed.post("/desk/diary/link")
@guarded_by(manager_only)
def renew() -> ResponseReturnValue:
    """Make a new secret link to the calendar feed. An earlier link stops working."""
    services().diary.calendar_feed.renew(by())
    flash(_("The link is made. An earlier one no longer works."), "done")
    return redirect(_section())


@feed.post("/desk/appointments/link/off")
@feed.post("/desk/diary/link/off")
@guarded_by(manager_only)
def switch_off() -> ResponseReturnValue:
    """Switch the calendar feed off."""
    services().diary.calendar_feed.switch_off(by())
    flash(_("The calendar is switched off. The link no longer works."), "done")
    return redirect(_section())


@feed.post("/desk/diary/link/names")
@guarded_by(manager_only)
def show_names() -> ResponseReturnValue:
    """Have the calendar feed show patients' whole names, or their initials again."""
    whole = request.form.get("names") == "whole"
    services().diary.calendar_feed.show_names(whole, by())
    flash(_("The calendar shows full names.") if whole else _("The calendar shows initials."), "done")
    return redirect(_section())


def address(token: str) -> str:
    """Return the URL of the calendar feed, the secret link that a calendar program is given."""
    return f"{public_base()}/calendar/{token}.ics"


def _section() -> str:
    """Return the URL of the calendar feed's section on the diary's page."""
    return url_for("diary.page", show="calendar", _anchor="calendar")


def state() -> dict[str, object]:
    """Return the state of the calendar feed, for the diary's page. Only managers get its link."""
    link = services().diary.calendar_feed.link()
    url = address(link.token) if link and current_user.manager else ""
    names = services().diary.calendar_feed.has_whole_names()
    return {"on": link is not None, "url": url, "names": names, "open": request.args.get("show") == "calendar"}


def _entry(booked: FeedEntry) -> ics.CalendarEvent:
    base = public_base()
    known_as = booked.request_id or f"appointment-{booked.id}"
    return ics.CalendarEvent(
        uid=f"{known_as}-{booked.reference}@{urlsplit(base).hostname}",
        start=booked.start,
        end=booked.end,
        changed=booked.changed,
        revision=booked.revision,
        summary=" ".join(filter(None, ("Appointment", booked.reference, booked.patient))),
        description=services().clinic.line(booked.line).heading,
        url=f"{base}/desk/diary/{booked.id}",
    )

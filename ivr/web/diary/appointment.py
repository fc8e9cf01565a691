"""The page of an appointment: shows it, and stores the name and the note typed there. changes.py has the changes."""

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ivr.diary.appointments import Appointment, NoSuchAppointment, OddAppointment
from ivr.diary.patients import LONGEST_NAME
from ivr.storage.audit import AuditAction
from ivr.web import typed
from ivr.web.diary import words
from ivr.web.diary.appointment_view import name_of, shown
from ivr.web.diary.new_appointment import LONGEST_NOTE
from ivr.web.diary.undoing import offer_no_more, undoable
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _
from ivr.web.lengths import TooLong
from ivr.web.lengths import words as words_of
from ivr.web.live import Live
from ivr.web.services import services
from ivr.web.sessions import by

appointment = Blueprint("appointment", __name__)

Told = dict[str, object]


class CannotBeRead(Exception):
    """The appointment is odd: it has a value that this version cannot read, so that nothing can be done with it."""


@appointment.get("/desk/diary/<int(max=2147483647):appointment_id>")
@guarded_by(staff_only)
def show(appointment_id: int) -> ResponseReturnValue:
    """Show the page of an appointment."""
    return page_with(appointment_id)


@appointment.get("/desk/diary/<int(max=2147483647):appointment_id>/live")
@guarded_by(staff_only)
def live(appointment_id: int) -> ResponseReturnValue:
    """Return only the changing parts of an appointment's page; 204 where nothing has changed."""
    changing = Live(services().diary.days.version)
    if changing.is_seen():
        return "", 204
    found = services().diary.reads.appointment(appointment_id)
    if isinstance(found, OddAppointment):
        return Response(headers={"HX-Refresh": "true"})
    return changing.news(changing.part("diary_appointment_changes.html", **shown(found)))


@appointment.post("/desk/diary/<int(max=2147483647):appointment_id>/keep")
@guarded_by(staff_only)
def keep(appointment_id: int) -> ResponseReturnValue:
    """Store the patient's name and the note that were typed on the appointment's page."""
    try:
        kept = keep_typed(readable(appointment_id))
    except TooLong as too_long:
        return page_with(appointment_id, str(too_long), 400)
    if not kept:
        return page_with(appointment_id, _("Please write the name or a note first."), 400)
    offer_no_more()
    return redirect(url_for("appointment.show", appointment_id=appointment_id))


@appointment.app_errorhandler(NoSuchAppointment)
def gone(_error: NoSuchAppointment) -> ResponseReturnValue:
    """Say on an error page that there is no such appointment, or none any more."""
    title, said = _("There is no such appointment"), _("Perhaps it has been removed meanwhile.")
    return render_template("refused.html", title=title, words=said), 404


@appointment.app_errorhandler(CannotBeRead)
def cannot_be_read(_error: CannotBeRead) -> ResponseReturnValue:
    """Say on an error page that nothing can be done with an odd appointment."""
    title = _("This appointment cannot be read")
    said = _("This version of the program does not know a value in it. Tell whoever looks after the telephone line.")
    return render_template("refused.html", title=title, words=said), 409


# -- for changes.py too


def keep_typed(found: Appointment) -> bool:
    """Store the patient's name and the note that were typed, where new; return whether any was. Raises TooLong."""
    name, note = words_of("name", _("Name"), LONGEST_NAME), words_of("note", _("Note"), LONGEST_NOTE)
    renamed = bool(name) and name != name_of(found)
    if renamed:
        services().diary.desk.name(found.id, name, by())
    if note:
        services().diary.desk.write_note(found.id, note, by())
    return renamed or bool(note)


def readable(appointment_id: int) -> Appointment:
    """Return the appointment with this id. Raises CannotBeRead, NoSuchAppointment, StoreAway."""
    found = services().diary.reads.appointment(appointment_id)
    if isinstance(found, OddAppointment):
        raise CannotBeRead
    return found


def page_with(
    appointment_id: int, trouble: str = "", status: int = 200, told: Told | None = None
) -> ResponseReturnValue:
    """Return the appointment's page, with the `trouble` of a refused change, or with concerns `told` about a time."""
    found = readable(appointment_id)
    services().staff.audit.write(by(), AuditAction.SAW_APPOINTMENT, found.reference)
    changing, contents = Live(services().diary.days.version), shown(found)
    page = render_template(
        "diary_appointment.html",
        typed=typed.typed(f"appointment {appointment_id}"),
        known=services().diary.patients.of_phone(found.phone)[:6] if found.phone else [],
        columns=words.columns_to_choose(),
        trouble=trouble,
        told=told,
        undo=undoable(),
        seen=changing.seen(changing.part("diary_appointment_changes.html", **contents)),
        **contents,
    )
    return page, status

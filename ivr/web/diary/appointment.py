"""The page of an appointment: who comes when, the times to which the appointment can be moved, its history.

Stores the name and the note that somebody types on the page. The other changes are in changes.py.
"""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ivr.diary.appointments import Appointment, NoSuchAppointment, OddAppointment
from ivr.diary.desk_diary import NOTHING_TYPED, NameAndNote
from ivr.diary.patients import LONGEST_NAME
from ivr.storage.audit import AuditAction
from ivr.web import typed
from ivr.web.diary import words
from ivr.web.diary.moments import day_of, today
from ivr.web.diary.new_appointment import LONGEST_NOTE
from ivr.web.diary.undoing import offer_no_more, undoable
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _, full_moment, language, local
from ivr.web.lengths import TooLong
from ivr.web.lengths import words as words_of
from ivr.web.live import Live
from ivr.web.services import services
from ivr.web.sessions import by
from ivr.web.wording import language_words, status_words

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
    """Return the changing parts of an appointment's page, for a page already open; 204 if nothing has changed."""
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
        new = newly_typed(readable(appointment_id))
    except TooLong as too_long:
        return page_with(appointment_id, str(too_long), 400)
    if new == NOTHING_TYPED:
        return page_with(appointment_id, _("Please write the name or a note first."), 400)
    services().diary.desk.keep(appointment_id, new, by())
    offer_no_more()
    return redirect(url_for("appointment.show", appointment_id=appointment_id))


@appointment.app_errorhandler(NoSuchAppointment)
def gone(_error: NoSuchAppointment) -> ResponseReturnValue:
    """Return the error page that says that the appointment does not exist, or no longer exists."""
    title, said = _("There is no such appointment"), _("Perhaps it has been removed meanwhile.")
    return render_template("refused.html", title=title, words=said), 404


@appointment.app_errorhandler(CannotBeRead)
def cannot_be_read(_error: CannotBeRead) -> ResponseReturnValue:
    """Say on an error page that nothing can be done with an odd appointment."""
    title = _("This appointment cannot be read")
    said = _("This version of the program does not know a value in it. Tell whoever looks after the telephone line.")
    return render_template("refused.html", title=title, words=said), 409


# -- for changes.py too


def newly_typed(found: Appointment) -> NameAndNote:
    """Return the note that was typed on an appointment's page, and the name if it is new. Raises TooLong, StoreAway."""
    name, note = words_of("name", _("Name"), LONGEST_NAME), words_of("note", _("Note"), LONGEST_NOTE)
    return NameAndNote("" if name == name_of(found) else name, note)


def readable(appointment_id: int) -> Appointment:
    """Return the appointment with this id. Raises CannotBeRead, NoSuchAppointment, StoreAway."""
    found = services().diary.reads.appointment(appointment_id)
    if isinstance(found, OddAppointment):
        raise CannotBeRead
    return found


def page_with(
    appointment_id: int, trouble: str = "", status: int = 200, told: Told | None = None
) -> ResponseReturnValue:
    """Return the appointment's page. `trouble` says why a change was refused; `told` are concerns about a new time."""
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


MOST_TIMES = 60
"""The most free times that an appointment's page offers at once, enough for a day in three columns."""

MOST_DAYS = 7
"""The number of days that an appointment's page offers by a tap, beside the field for any other day."""


def name_of(found: Appointment) -> str:
    """Return the name of an appointment's patient; empty where nobody has typed it. Raises StoreAway."""
    known = services().diary.patients.called({found.patient_id} if found.patient_id else set())
    return known[found.patient_id].name if found.patient_id in known else ""


def shown(found: Appointment) -> dict[str, object]:
    """Return the contents of an appointment's page, in words. Raises StoreAway."""
    columns = services().clinic.diary.schedules
    names = {each.key: words.column_words(each, of=len(columns)) for each in columns}
    return {
        "appointment": found,
        "day": local(found.starts).date(),
        "moment": full_moment(found.starts),
        "name": name_of(found),
        "number": words.number_words(found.phone),
        "status": status_words(found.status),
        "source": _(words.SOURCES[found.source]),
        "line": services().clinic.line(found.line).name[language()],
        "language_of": language_words(found.language),
        "column": names.get(found.schedule, ""),
        "names_of": names,
        "history": _history(found),
        **_free_times(found),
    }


def _history(found: Appointment) -> list[tuple[object, str, str]]:
    entries = services().diary.reads.history(found.id)
    return [(each, words.author_words(each), words.entry_words(each)) for each in reversed(entries)]


def _free_times(found: Appointment) -> dict[str, object]:
    """Return the shown day, its free times to which the appointment can be moved, and the next days with free times."""
    now, clinic = services().clock(), services().diary.free_times.lasting(services().hours.clinic_now(), found.id)
    asked = day_of(request.values.get("on", "")) or day_of(request.form.get("look_day", ""))
    day = asked or max(local(found.starts).date(), today())
    (whole,) = services().diary.days.read(clinic, day, day)
    coming = services().diary.free_times.offered(clinic, found.line, now)
    days = list(dict.fromkeys(local(each.start).date() for each in coming))[:MOST_DAYS]
    return {"on": day, "days": days, "free": [each for each in whole.free(now) if each.start > now][:MOST_TIMES]}

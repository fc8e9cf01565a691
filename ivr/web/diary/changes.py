"""Changes of an appointment by staff: move, cancel, mark who came, book again. For some seconds each can be undone.

If a colleague has changed the appointment first, nothing is changed, and the page says so.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ivr.diary.appointments import Appointment, AppointmentStatus, ChangeRefused, DiaryEvent, TimeTaken
from ivr.diary.concerns import Concern, Doubt
from ivr.diary.desk_diary import NameAndNote
from ivr.web.diary.appointment import newly_typed, page_with, readable
from ivr.web.diary.moments import NoMoment, moment_typed
from ivr.web.diary.purpose import column_for, is_beside, is_meant, told_of
from ivr.web.diary.undoing import offer_no_more, offer_undo
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _, full_moment, later
from ivr.web.lengths import TooLong
from ivr.web.services import services
from ivr.web.sessions import by
from ivr.web.wording import status_words

changes = Blueprint("changes", __name__)


@changes.post("/desk/diary/<int(max=2147483647):appointment_id>/move")
@guarded_by(staff_only)
def move(appointment_id: int) -> ResponseReturnValue:
    """Give the appointment another time: a free time that was tapped, or a time that was typed."""
    found = readable(appointment_id)
    try:
        start, column = _asked()
    except NoMoment as none:
        return page_with(appointment_id, str(none), 400)
    if start == found.starts and column in {"", found.schedule}:  # as by a second tap
        return _kept(found)
    chosen, concerns = column_for(start, column, but=appointment_id)
    if not is_meant(concerns, start, column):
        return page_with(appointment_id, told=told_of(concerns, start, column), status=409)
    beside = is_beside(concerns, start, column)
    said = _("Moved from %(before)s to %(moment)s.", before=full_moment(found.starts), moment=full_moment(start))

    def moved(new: NameAndNote) -> None:
        services().diary.desk.move(appointment_id, start, by(), new, schedule=chosen.key, beside=beside)

    try:
        return _done(appointment_id, moved, DiaryEvent.MOVED, said)
    except TimeTaken:
        return page_with(appointment_id, told=told_of([Concern(Doubt.TAKEN)], start, column), status=409)


@changes.post("/desk/diary/<int(max=2147483647):appointment_id>/times")
@guarded_by(staff_only)
def show_times(appointment_id: int) -> ResponseReturnValue:
    """Show the appointment's page with the free times of the day that the form asks for. Changes nothing."""
    return page_with(appointment_id)


@changes.post("/desk/diary/<int(max=2147483647):appointment_id>/cancel")
@guarded_by(staff_only)
def cancel(appointment_id: int) -> ResponseReturnValue:
    """Cancel the appointment, and store what was typed with it."""
    return _done(
        appointment_id,
        lambda new: services().diary.desk.cancel(appointment_id, by(), typed=new),
        DiaryEvent.CANCELLED,
        _("The appointment is cancelled"),
    )


@changes.post("/desk/diary/<int(max=2147483647):appointment_id>/mark")
@guarded_by(staff_only)
def mark(appointment_id: int) -> ResponseReturnValue:
    """Mark that the appointment's patient has come, or did not come, or take the mark off."""
    if request.form.get("status") not in set(MARKS):
        abort(400)
    status = AppointmentStatus(request.form["status"])
    what, said = MARKS[status]
    return _taking_time(
        appointment_id, lambda new: services().diary.desk.mark(appointment_id, status, by(), new), what, _(said)
    )


MARKS: Mapping[AppointmentStatus, tuple[DiaryEvent, str]] = {
    AppointmentStatus.ARRIVED: (DiaryEvent.ARRIVED, later("Marked: has come")),
    AppointmentStatus.NOSHOW: (DiaryEvent.NOSHOW, later("Marked: did not come")),
    AppointmentStatus.BOOKED: (DiaryEvent.REOPENED, later("The mark is removed.")),
}
"""For each status that can be marked, the event in the appointment's history, and the message to the reader."""


@changes.post("/desk/diary/<int(max=2147483647):appointment_id>/reopen")
@guarded_by(staff_only)
def reopen(appointment_id: int) -> ResponseReturnValue:
    """Book a cancelled appointment again, at the time that it had before."""
    return _taking_time(
        appointment_id,
        lambda new: services().diary.desk.reopen(appointment_id, by(), new),
        DiaryEvent.REOPENED,
        _("The appointment is booked again."),
    )


@changes.post("/desk/diary/<int(max=2147483647):appointment_id>/undo")
@guarded_by(staff_only)
def undo(appointment_id: int) -> ResponseReturnValue:
    """Undo the change of an appointment that the form names, unless something has happened to it since."""
    offer_no_more()
    try:
        if services().diary.desk.undo(appointment_id, request.form.get("what", ""), by()):
            flash(_("It is undone."), "done")
        else:
            flash(_("It is too late to undo that, or something has happened since. It stays as it is."), "trouble")
    except TimeTaken:
        flash(_("Another patient has the earlier time by now. It stays as it is."), "trouble")
    return redirect(url_for("appointment.show", appointment_id=appointment_id))


def _refused(refused: ChangeRefused) -> str:
    return _("Nothing was changed: this appointment is %(status)s.", status=status_words(refused.status))


Change = Callable[[NameAndNote], None]
"""A function that changes an appointment, and stores the name and note that were typed in the form of the change."""


def _done(appointment_id: int, change: Change, what: DiaryEvent, said: str) -> ResponseReturnValue:
    """Make the change, and offer to undo it. If it is refused, store nothing, and show the page and say why."""
    try:
        change(newly_typed(readable(appointment_id)))
    except TooLong as too_long:
        return page_with(appointment_id, str(too_long), 400)
    except ChangeRefused as refused:
        return page_with(appointment_id, _refused(refused), 409)
    offer_undo(url_for("changes.undo", appointment_id=appointment_id), what, said)
    return redirect(url_for("appointment.show", appointment_id=appointment_id))


def _kept(found: Appointment) -> ResponseReturnValue:
    """Store what was typed with a change that changes nothing, and show the appointment's page."""
    try:
        services().diary.desk.keep(found.id, newly_typed(found), by())
    except TooLong as too_long:
        return page_with(found.id, str(too_long), 400)
    return redirect(url_for("appointment.show", appointment_id=found.id))


def _taking_time(appointment_id: int, change: Change, what: DiaryEvent, said: str) -> ResponseReturnValue:
    """Make a change for which the appointment may take its own time again; say so if somebody else has that time."""
    try:
        return _done(appointment_id, change, what, said)
    except TimeTaken:
        return page_with(appointment_id, _("Somebody else has that time by now. Please book another one."), 409)


def _asked() -> tuple[datetime, str]:
    """Return the time and the column of the diary that were tapped or typed. Raises NoMoment."""
    day, hour, column = (*request.form.get("to", "").split(" "), "", "", "")[:3]
    form = {"day": day, "hour": hour} if hour else request.form
    wanted = column if hour else request.form.get("column", "")
    return moment_typed(form), wanted if services().clinic.diary.schedule(wanted) else ""

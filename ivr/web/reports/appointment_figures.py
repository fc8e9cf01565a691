"""The figures of the reports about appointments: how they came about, what was changed, who came, and filled hours.

Values in the reader's language; no routes, no stores.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from ivr.diary.appointments import DiaryEvent, Source
from ivr.reports.appointment_stats import AppointmentStats, Attendance, Hand
from ivr.reports.filled_hours import FilledHours, by_week, together
from ivr.web.i18n import _, day
from ivr.web.reports.figures import Figure, Row, rows_of


def appointment_figures(counted: AppointmentStats, hours: Sequence[FilledHours]) -> Iterator[Figure]:
    """Yield the figures about the appointments of a period, and about the filled and free hours of its days."""
    count = (("appointments", _("Appointments")),)
    booked, came = rows_of(source_words(), counted.booked), rows_of(attendance_words(), counted.attendance)
    title = _("How appointments were booked")
    yield Figure("appointments_booked", title, booked_words(counted), _("Booked"), count, booked)
    yield _changed(counted)
    title = _("Outcome of the appointments of these days")
    yield Figure("appointments_came_to", title, came_words(counted), _("Outcome"), count, came)
    yield _filled("filled_by_day", _("Filled hours by day"), _("Day"), hours)
    yield _filled("filled_by_week", _("Filled hours by week"), _("Week"), by_week(hours))


def _changed(counted: AppointmentStats) -> Figure:
    columns = ((Hand.CALLER, _("By phone")), (Hand.DESK, _("At the desk")))
    words = {DiaryEvent.MOVED: _("moved"), DiaryEvent.CANCELLED: _("cancelled")}
    rows = [Row(key, said, tuple(counted.changed.get((key, hand), 0) for hand in Hand)) for key, said in words.items()]
    title = _("Appointments moved and cancelled")
    return Figure("appointments_changed", title, changed_words(counted), _("Change"), columns, rows)


def _filled(key: str, title: str, of_what: str, hours: Sequence[FilledHours]) -> Figure:
    columns = (
        ("filled_minutes", _("Filled")),
        ("missed_minutes", _("Did not come")),
        ("free_minutes", _("Free")),
    )
    rows = [Row(each.first.isoformat(), _days(each), _values(each)) for each in hours]
    says = filled_words(hours)
    return Figure(key, title, says, of_what, columns, rows, shows=in_hours, filler="free_minutes")


def _days(of: FilledHours) -> str:
    return day(of.first) if of.first == of.last else f"{day(of.first)} – {day(of.last)}"


def _values(of: FilledHours) -> tuple[int, ...]:
    return tuple(round(each / timedelta(minutes=1)) for each in (of.filled, of.missed, of.free))


def in_hours(minutes: int) -> str:
    """Return minutes as hours with one decimal. The browser's script reads this number to draw the chart's bars."""
    return f"{minutes / 60:.1f}"


# -- words


def source_words() -> Mapping[Source, str]:
    """Return the words for every way in which an appointment comes about."""
    return {
        Source.PHONE: _("by phone"),
        Source.DESK: _("at the desk"),
        Source.IMPORT: _("entered from another diary"),
        Source.OLDER: _("booked before there was this diary"),
    }


def attendance_words() -> Mapping[Attendance, str]:
    """Return the words for each attendance of an appointment's patient, such as that they came."""
    return {
        Attendance.CAME: _("came"),
        Attendance.DID_NOT_COME: _("did not come"),
        Attendance.NOT_MARKED: _("not marked"),
        Attendance.AHEAD: _("still to come"),
        Attendance.CANCELLED: _("cancelled"),
    }


def booked_words(counted: AppointmentStats) -> str:
    """Return a sentence about the appointments that were booked in the period."""
    phone, desk = (counted.booked.get(each, 0) for each in (Source.PHONE, Source.DESK))
    return _("Booked in these days, for any day: %(phone)s by phone, %(desk)s at the desk.", phone=phone, desk=desk)


def changed_words(counted: AppointmentStats) -> str:
    """Return a sentence about the appointments that were moved or cancelled in the period."""
    moved, cancelled = (
        sum(counted.changed.get((what, hand), 0) for hand in Hand) for what in (DiaryEvent.MOVED, DiaryEvent.CANCELLED)
    )
    return _("Moved in these days: %(moved)s. Cancelled: %(cancelled)s.", moved=moved, cancelled=cancelled)


def came_words(counted: AppointmentStats) -> str:
    """Return a sentence that counts the patients who came to their appointments and the patients who did not."""
    came, missed, unmarked = (
        counted.attendance.get(each, 0) for each in (Attendance.CAME, Attendance.DID_NOT_COME, Attendance.NOT_MARKED)
    )
    return _(
        "Appointments in these days: %(count)s. Came: %(came)s, did not come: %(missed)s, not marked: %(unmarked)s.",
        count=counted.count,
        came=came,
        missed=missed,
        unmarked=unmarked,
    )


def filled_words(hours: Sequence[FilledHours]) -> str:
    """Return a sentence about the filled hours of the diary on all of these days."""
    filled, missed, free = _values(together(hours)) if hours else (0, 0, 0)
    values = {"filled": in_hours(filled), "missed": in_hours(missed), "all": in_hours(filled + missed + free)}
    return _("Hours filled: %(filled)s of %(all)s. Hours of patients who did not come: %(missed)s.", **values)

"""The contents of an appointment's page: who comes when, the free times to which it can be moved, and its history.

Values in the reader's language; no routes.
"""

from flask import request

from ivr.diary.appointments import Appointment
from ivr.web.diary import words
from ivr.web.diary.moments import day_of, today
from ivr.web.i18n import _, full_moment, language, local
from ivr.web.services import services
from ivr.web.wording import language_words, status_words

MOST_TIMES = 60
"""The most free times that an appointment's page offers at once: those of a day in three columns."""

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
    """Return the free times to which the appointment can be moved on the day that is shown, and the next such days."""
    now, clinic = services().clock(), services().hours.clinic_now()
    asked = day_of(request.values.get("on", "")) or day_of(request.form.get("look_day", ""))
    day = asked or max(local(found.starts).date(), today())
    (whole,) = services().diary.days.read(clinic, day, day)
    coming = services().diary.free_times.offered(clinic, found.line, now)
    days = list(dict.fromkeys(local(each.start).date() for each in coming))[:MOST_DAYS]
    return {"on": day, "days": days, "free": [each for each in whole.free(now) if each.start > now][:MOST_TIMES]}

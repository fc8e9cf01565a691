"""Keeps in a form the concerns about a time that the person was shown, so that one further tap accepts them.

The tap counts only for that time. Reads the form; changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from flask import request

from ivr.diary.concerns import Concern
from ivr.diary.desk_diary import columns
from ivr.line.diary import Schedule
from ivr.web.diary import words
from ivr.web.services import services

DESPITE = "despite"
"""The name of the button that keeps a time despite its concerns. The button's value holds the time and their kinds."""


def column_for(start: datetime, schedule: str, but: int | None = None) -> tuple[Schedule, list[Concern]]:
    """Return a column and the concerns about this time in it: the column with the key `schedule`, or the best column.

    The best column has the fewest concerns. `but` is an appointment to ignore. Raises StoreAway.
    """
    clinic, now = services().hours.clinic_now(), services().clock()
    return services().diary.concerns.choose(clinic, columns(clinic.diary, schedule), start, now, but)


def is_meant(found: Sequence[Concern], start: datetime, schedule: str) -> bool:
    """Return whether the person was told all these concerns about the time in this column, and keeps it on purpose."""
    told = request.form.get(DESPITE, "").split(" ")
    return not found or (told[:2] == [start.isoformat(), schedule] and {each.doubt for each in found} <= set(told[2:]))


def told_of(found: Sequence[Concern], start: datetime, schedule: str) -> dict[str, object]:
    """Return the concerns in words, and the value of the button that keeps the time all the same. Raises StoreAway."""
    ids = {each.appointment.patient_id for each in found if each.appointment}
    patients = services().diary.patients.called({each for each in ids if each})
    doubts = sorted({each.doubt for each in found})
    return {"concerns": words.in_words(found, patients), "despite": " ".join([start.isoformat(), schedule, *doubts])}

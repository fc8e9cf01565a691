"""Holds what a person has been told of a time, so that one further tap keeps it on purpose: for that time and no other.

Reads the form; changes nothing.
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
"""Name of the button that keeps a time despite what was told of it; its value names both."""


def column_for(start: datetime, schedule: str, but: int | None = None) -> tuple[Schedule, list[Concern]]:
    """Return the column of this key, or of all the one with the fewest concerns, and these. Raises StoreAway."""
    clinic, now = services().hours.clinic_now(), services().clock()
    return services().diary.concerns.choose(clinic, columns(clinic.diary, schedule), start, now, but)


def is_meant(found: Sequence[Concern], start: datetime, schedule: str) -> bool:
    """Return whether the person was told of all these concerns about this time in this column, and keeps it."""
    told = request.form.get(DESPITE, "").split(" ")
    return not found or (told[:2] == [start.isoformat(), schedule] and {each.doubt for each in found} <= set(told[2:]))


def told_of(found: Sequence[Concern], start: datetime, schedule: str) -> dict[str, object]:
    """Return the concerns as a page tells them, and the value of the button. Raises StoreAway."""
    ids = {each.appointment.patient_id for each in found if each.appointment}
    patients = services().diary.patients.called({each for each in ids if each})
    doubts = sorted({each.doubt for each in found})
    return {"concerns": words.in_words(found, patients), "despite": " ".join([start.isoformat(), schedule, *doubts])}

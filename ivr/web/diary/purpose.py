"""Keeps the concerns that a page has shown about a time in the page's form, so that one more tap accepts the time.

The tap does not count if the time has changed, or if concerns were added. Reads the form; changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from flask import request

from ivr.diary.concerns import BESIDE, Concern
from ivr.diary.times import columns
from ivr.line.diary import Schedule
from ivr.web.diary import words
from ivr.web.services import services

DESPITE = "despite"
"""The name of the button to accept a time despite concerns. Its value has the time, the column and the concerns."""


def column_for(start: datetime, schedule: str, but: int | None = None) -> tuple[Schedule, list[Concern]]:
    """Return a column and the concerns about this time in it: the column with the key `schedule`, or the best column.

    The best column has the fewest concerns. `but` is an appointment that is moved: it is in nobody's way, and is not
    cut if it is longer than its column's. Raises StoreAway.
    """
    clinic, now = services().diary.free_times.lasting(services().hours.clinic_stored(), but), services().clock()
    return services().diary.concerns.choose(clinic, columns(clinic.diary, schedule), start, now, but)


def is_beside(found: Sequence[Concern], start: datetime, schedule: str) -> bool:
    """Return whether the time may lie beside another patient's, because these concerns or the form's button say so."""
    return bool(BESIDE & {*(each.doubt for each in found), *_accepted(start, schedule)})


def is_meant(found: Sequence[Concern], start: datetime, schedule: str) -> bool:
    """Return whether the form's button `DESPITE` names all these concerns about this time. True without a concern."""
    return {each.doubt for each in found} <= _accepted(start, schedule)


def _accepted(start: datetime, schedule: str) -> set[str]:
    """Return the doubts about this time that the form's button `DESPITE` names; none if it names another time."""
    told = request.form.get(DESPITE, "").split(" ")
    return set(told[2:]) if told[:2] == [start.isoformat(), schedule] else set()


def told_of(found: Sequence[Concern], start: datetime, schedule: str) -> dict[str, object]:
    """Return the concerns in words, and the value of the button that books the time despite them. Raises StoreAway."""
    ids = {each.appointment.patient_id for each in found if each.appointment}
    patients = services().diary.patients.called({each for each in ids if each})
    doubts = sorted({each.doubt for each in found})
    return {"concerns": words.in_words(found, patients), "despite": " ".join([start.isoformat(), schedule, *doubts])}

"""Reads the one form of a card: the note that goes with every move, and the moment that goes with an outcome.

Changes nothing.
"""

from collections.abc import Mapping
from datetime import datetime

from flask import request

from ivr.desk.moves import LONGEST_NOTE
from ivr.desk.requests import OUTCOMES, Outcome, Then
from ivr.diary.patients import LONGEST_NAME, name_key
from ivr.web.i18n import _, local
from ivr.web.lengths import NAME, words
from ivr.web.services import services

LATER = "later_"
"""The prefix of the names of a card's fields for calling later. The fields for a booking have no prefix."""


def note_beside() -> str:
    """Return the note that was typed on the card, to be stored with the move whose button was pressed.

    Raises TooLong if the note does not fit, so that the move is not made and no part of the note is lost.
    """
    return words("note", _("Note"), LONGEST_NOTE)


def name_typed(field: str = "name") -> str:
    """Return the patient's name that was typed on the card, or that is in another field. Raises TooLong."""
    return " ".join(words(field, _("Name of the patient"), LONGEST_NAME).replace("\0", "").split())


def name_beside() -> str | None:
    """Return the patient's name that was typed, or tapped, on the card; None if it has not changed. Raises TooLong."""
    field = "known" if request.form.get("known") else "name"
    name = name_typed(field)
    return None if field not in request.form or name == name_shown() else name


def name_shown() -> str:
    """Return the patient's name that stood on the card when it was shown."""
    return request.form.get("name_was", "")


def is_renamed(name: str, typed: Mapping[str, str]) -> bool:
    """Return whether a patient's `name` is neither the one `typed` into the card's form nor the one shown there.

    A name that is typed with other capitals or blanks than it is stored is the same name.
    """
    return "name" in typed and name_key(name) not in {name_key(typed.get(each, "")) for each in NAME}


def moment_of(outcome: Outcome) -> datetime | None:
    """Return the moment typed on the card for an outcome, or None. Raises ValueError if it is malformed or past."""
    whole_form = f"{LATER}day" in request.form
    if whole_form and OUTCOMES[outcome] is Then.AT_A_MOMENT:
        return moment_asked(LATER)
    return moment_asked() if outcome is Outcome.BOOKED or not whole_form else None


def moment_asked(begins: str = "") -> datetime | None:
    """Return the card's day and hour as a moment in the clinic's time zone; None if both fields are empty.

    Raises ValueError if the day or hour is malformed, or if the moment is in the past.
    """
    on, hour = request.form.get(f"{begins}day", ""), request.form.get(f"{begins}hour", "")
    if not on and not hour:
        return None
    at = datetime.fromisoformat(f"{on}T{hour}")
    at = at.replace(tzinfo=services().clinic.line("").hours.zone)
    if at < local(services().clock()).replace(second=0, microsecond=0):
        raise ValueError
    return at

"""The desk's words for what more than one of its rooms shows. Words only; no routes, no stores."""

from collections.abc import Mapping

from ivr.desk.requests import Outcome
from ivr.line.booking import Kind
from ivr.web.i18n import _, language
from ivr.web.services import house


def kind_words(kind: Kind) -> str:
    """What the caller wants."""
    return _("Appointment") if kind is Kind.BOOKING else _("Ring back")


def language_words(key: str) -> str:
    """A language of the line, as the reader calls it; its key where the line speaks it no longer."""
    about = house().script.about(key)
    return about.named_in(language()) if about else key


def languages_of_the_line() -> Mapping[str, str]:
    """Every language of the line by its key, as the reader calls it."""
    return {key: language_words(key) for key in house().script.languages}


def outcome_words() -> Mapping[Outcome, str]:
    """What can come of ringing a patient."""
    return {
        Outcome.BOOKED: _("Reached and booked"),
        Outcome.SETTLED: _("Reached and settled"),
        Outcome.NO_ANSWER: _("No answer"),
        Outcome.BUSY: _("Busy"),
        Outcome.WRONG_NUMBER: _("Wrong number"),
        Outcome.LATER: _("Ring later"),
        Outcome.DUPLICATE: _("Duplicate"),
        Outcome.CANCELLED: _("Cancelled by the caller"),
        Outcome.NOT_REACHED: _("Not reached"),
    }

"""The desk's words for what more than one of its rooms shows. Words only; no routes, no stores."""

from collections.abc import Mapping

from ivr.desk.requests import Outcome
from ivr.line.booking import Kind
from ivr.web.i18n import _


def kind_words(kind: Kind) -> str:
    """What the caller wants."""
    return _("Appointment") if kind is Kind.BOOKING else _("Ring back")


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

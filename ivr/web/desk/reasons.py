"""The words of reasons: why a notification could not be sent, and why a patient is to be told of an appointment.

Words only.
"""

from collections.abc import Callable, Mapping

from ivr.desk.request_rows import CANNOT_READ
from ivr.desk.requests import Why
from ivr.desk.tasks import WORKER_DIED
from ivr.web.i18n import _


def reason_words(kind: str) -> str:
    """Return why a notification could not be sent; a name of a library's, as it is."""
    return REASONS[kind]() if kind in REASONS else kind


REASONS: Mapping[str, Callable[[], str]] = {
    "NotTold": lambda: _("a channel in STAFF_NOTIFY_URLS did not take it"),
    "AddressNotUnderstood": lambda: _("the address in STAFF_NOTIFY_URLS is not understood"),
    WORKER_DIED: lambda: _("the worker ended each time it tried"),
    CANNOT_READ: lambda: _("this version cannot read the request"),
}
"""Words for the reasons that have a name of ours. Those of libraries are shown as they are."""


def why_words(why: str) -> str:
    """Return why a patient is to be told of an appointment; what another version has written, as it is."""
    words = {
        Why.CLOSED: _("the clinic is closed at the time of the appointment"),
        Why.BLOCKED: _("the time of the appointment is blocked"),
        Why.UNHEARD: _("the appointment was booked by telephone, and the caller has not heard so"),
        Why.CANCEL: _("the patient wishes to cancel the appointment"),
        Why.MOVE: _("the patient wishes another time for the appointment"),
    }
    return words[Why(why)] if why in set(Why) else why

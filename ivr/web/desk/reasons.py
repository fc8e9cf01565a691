"""The words of reasons: why a notice was not sent, what is wrong with a channel, why a patient is to be told something.

Words only.
"""

from collections.abc import Callable, Mapping

from ivr.desk.request_rows import CANNOT_READ
from ivr.desk.requests import Why
from ivr.desk.tasks import WORKER_DIED
from ivr.notices.troubles import ChannelTrouble, TroubleKind
from ivr.web.i18n import _, moment


def reason_words(kind: str) -> str:
    """Return in words why a notice or text could not be sent; a library's error is called a technical fault."""
    return REASONS[kind]() if kind in REASONS else _("a technical fault (%(name)s)", name=kind)


REASONS: Mapping[str, Callable[[], str]] = {
    "NotTold": lambda: _("the notification was not accepted"),
    "AddressNotUnderstood": lambda: _("the address for notifications is wrong"),
    "OrderUnknown": lambda: _("the telephone company did not say whether it was sent"),
    "TextLookUpFailed": lambda: _("the telephone company did not say whether it was sent"),
    WORKER_DIED: lambda: _("the program stopped each time it tried"),
    CANNOT_READ: lambda: _("this version cannot read the request"),
}
"""The words for the reasons that this program itself names when a notice or text could not be sent."""


def why_words(why: str) -> str:
    """Return in words why a patient is to be told of an appointment. An unknown reason is returned as it is stored."""
    words = {
        Why.CLOSED: _("the clinic is closed at the time of the appointment"),
        Why.BLOCKED: _("the time of the appointment is blocked"),
        Why.UNHEARD: _("the appointment was booked by phone, and the caller has not heard so"),
        Why.CANCEL: _("the patient wants to cancel the appointment"),
        Why.MOVE: _("the patient wants another time for the appointment"),
    }
    return words[Why(why)] if why in set(Why) else why


def trouble_words(found: ChannelTrouble) -> str:
    """Return a sentence saying that a channel to the staff does not work, and why."""
    return TROUBLES[found.kind](found.channel.name, moment(found.since))


TROUBLES: Mapping[TroubleKind, Callable[[str, str], str]] = {
    TroubleKind.NOT_UNDERSTOOD: lambda name, _since: _(
        "Notifications of new requests over %(name)s reach nobody: its address is wrong.", name=name
    ),
    TroubleKind.NOT_TAKEN: lambda name, since: _(
        "Notifications of new requests over %(name)s have not arrived since %(moment)s.",
        name=name,
        moment=since,
    ),
}

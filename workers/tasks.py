"""What is done about a request: the staff are told, and the caller is sent a text where that is switched on.

Each may happen twice and does no harm by it; each lets its errors out, so that the errand is tried again.
"""

import logging
from collections.abc import Callable, Mapping

from apprise import Apprise

from ivr.desk.outbox import CONFIRM_TO_CALLER, TELL_STAFF, Errand
from ivr.line.turn import Say, Value
from workers.services import Tools

log = logging.getLogger(__name__)


class NotTold(Exception):
    """A channel to the staff did not take the message."""


def tell_staff(tools: Tools, errand: Errand) -> None:
    """Tells the staff that somebody waits; what and when, but not whose number: that is at the desk.

    Raises NotTold.
    """
    urls = tools.settings.staff_notify_urls.split()
    if not urls:
        log.info("request %s: waits at the desk; no channel to tell the staff is configured", errand.request.id)
        return
    # `add` says whether it understood the address, `notify` whether every one of them took the message.
    channels = Apprise()
    understood = [channels.add(url) for url in urls]
    if not all(understood) or not channels.notify(title=_title(errand), body=_body(tools, errand)):
        raise NotTold


def confirm_to_caller(tools: Tools, errand: Errand) -> None:
    """Sends the caller their reference. Raises what the carrier's client raises."""
    request = errand.request
    values: dict[str, Value] = {"clinic": tools.clinic.name, "reference": request.reference}
    words = tools.script.say(Say("text_confirmation", values), tools.script.spoken(request.language)).words
    tools.texts().send(request.phone, words)


def _title(errand: Errand) -> str:
    return "A patient wishes an appointment" if errand.request.kind == "booking" else "A patient asks to be rung back"


def _body(tools: Tools, errand: Errand) -> str:
    request = errand.request
    line = tools.clinic.line(request.line)
    due = line.hours.local(request.due)
    where = f"{tools.settings.public_base_url}/desk"
    return f"{line.heading}, reference {request.reference}, due {due:%a %d %b %H:%M}. {where}"


ERRANDS: Mapping[str, Callable[[Tools, Errand], None]] = {
    TELL_STAFF: tell_staff,
    CONFIRM_TO_CALLER: confirm_to_caller,
}

"""The tasks of the outbox: notify the staff of a request, and send its caller a text where that is switched on.

Each is safe to repeat, and raises its errors so that it is tried again.
"""

import logging
from collections.abc import Callable, Mapping

from apprise import Apprise

from ivr.desk.outbox import CONFIRM_TO_CALLER, TELL_STAFF, OutboxTask
from ivr.line.turn import Say, Value
from workers.services import WorkerServices

log = logging.getLogger(__name__)


class NotTold(Exception):
    """A channel to the staff did not accept the message."""


def tell_staff(worker: WorkerServices, task: OutboxTask) -> None:
    """Notify the staff of a request: its line, reference and due time, but no number, which is at the desk only.

    Raises NotTold.
    """
    urls = worker.settings.staff_notify_urls.split()
    if not urls:
        log.info("request %s: waits at the desk; no channel to tell the staff is configured", task.request.id)
        return
    # `add` returns whether the address is valid, `notify` whether every channel took the message.
    channels = Apprise()
    understood = [channels.add(url) for url in urls]
    if not all(understood) or not channels.notify(title=_title(task), body=_body(worker, task)):
        raise NotTold


def confirm_to_caller(worker: WorkerServices, task: OutboxTask) -> None:
    """Send the caller their reference. Raises the errors of the carrier's client."""
    request = task.request
    values: dict[str, Value] = {"clinic": worker.clinic.name, "reference": request.reference}
    words = worker.script.say(Say("text_confirmation", values), worker.script.spoken(request.language)).words
    worker.texts().send(request.phone, words)


def _title(task: OutboxTask) -> str:
    return "A patient wishes an appointment" if task.request.kind == "booking" else "A patient asks to be rung back"


def _body(worker: WorkerServices, task: OutboxTask) -> str:
    request = task.request
    line = worker.clinic.line(request.line)
    due = line.hours.local(request.due)
    where = f"{worker.settings.public_base_url}/desk"
    return f"{line.heading}, reference {request.reference}, due {due:%a %d %b %H:%M}. {where}"


TASKS: Mapping[str, Callable[[WorkerServices, OutboxTask], None]] = {
    TELL_STAFF: tell_staff,
    CONFIRM_TO_CALLER: confirm_to_caller,
}

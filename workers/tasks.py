"""The tasks of the outbox: notices to the staff about requests and appointments, and texts to callers if switched on.

Each task is safe to repeat. A task that fails raises its error, so that the outbox tries the task again.
"""

import logging
from collections.abc import Callable, Mapping

from ivr.desk.phone_bookings import TOO_LATE
from ivr.desk.tasks import CONFIRM_TO_CALLER, TELL_STAFF, OutboxTask
from ivr.notices.channels import Channel
from ivr.notices.senders import sender
from ivr.notices.troubles import TroubleKind
from ivr.storage.database import StoreAway
from workers.notices import notice, text_about
from workers.services import WorkerServices

log = logging.getLogger(__name__)


class NotTold(Exception):
    """A channel to the staff did not take the notice."""


class AddressNotUnderstood(NotTold):
    """No kind of channel understands the address of a channel to the staff; somebody has to correct it."""


class TextLookUpFailed(Exception):
    """The carrier did not say whether it has the order of a text, so that this stays in doubt."""


def tell_staff(worker: WorkerServices, task: OutboxTask) -> None:
    """Notify the staff over one channel: of a request that waits, or of an appointment that is new or changed.

    The notice has no names and numbers. Raises NotTold, AddressNotUnderstood.
    """
    channels = worker.channels
    if task.last is not None and task.last.detail == TOO_LATE:
        log.info("errand %s: the booking was stored too late and taken back, and nobody is told", task.id)
        return
    if task.about.phone is not None and task.about.phone.is_made_up:
        log.info("errand %s: the patient is made up, and nobody is told", task.id)
        return
    if not channels:
        log.info("errand %s: stands at the desk; no channel to tell the staff is configured", task.id)
        return
    key = task.channel if task.channel in channels else _spread(worker, task, channels)
    if key is not None:
        _send(worker, channels[key], task)


def _spread(worker: WorkerServices, task: OutboxTask, channels: Mapping[str, Channel]) -> str | None:
    """Assign the task to a channel and queue tasks for the others. Return the channel's key; None if all had a task."""
    key, others = worker.desk.outbox.spread(task, list(channels), worker.clock())
    worker.desk.job_queue.enqueue(others)
    return key


def _send(worker: WorkerServices, channel: Channel, task: OutboxTask) -> None:
    """Send the notice of this task over this channel, and note at the desk whether the channel works."""
    chosen = sender(channel.address)
    if chosen is None:
        _note(worker, channel, TroubleKind.NOT_UNDERSTOOD)
        raise AddressNotUnderstood
    title, body = notice(worker, task)
    taken = chosen.notify(title=title, body=body)
    _note(worker, channel, None if taken else TroubleKind.NOT_TAKEN)
    if not taken:
        raise NotTold


def _note(worker: WorkerServices, channel: Channel, kind: TroubleKind | None) -> None:
    """Store for the desk whether the channel works: `kind` is the channel's trouble, or None if there is none.

    If the database is away, only a warning is logged. The next notice over the channel stores the state again.
    """
    try:
        worker.desk.channel_troubles.note(channel.key, kind, worker.clock())
    except StoreAway as away:
        log.warning("channel %s: its state could not be noted (%s)", channel.name, away)


def confirm_to_caller(worker: WorkerServices, task: OutboxTask) -> None:
    """Send the caller of a request or appointment a text with the reference, and with the appointment's time.

    If the result of an earlier attempt is unknown, the carrier is asked first, and no text is sent twice. Raises
    TextLookUpFailed, and the errors of the carrier's client.
    """
    about = task.about
    said = text_about(worker, about)
    if said is None or about.phone is None or about.phone.is_made_up:
        log.info("errand %s: there is nobody, or nothing any more, to send a text about", task.id)
        return
    words = worker.script.say(said, worker.script.spoken(about.language)).words
    texts = worker.texts()
    try:
        is_ordered = bool(task.in_doubt_since and texts.has(about.phone, words, task.in_doubt_since))
    except Exception as error:
        raise TextLookUpFailed from error  # the number of an error is taken for the answer to an order
    if is_ordered:
        log.info("errand %s: the carrier has the order of its text already", task.id)
        return
    texts.send(about.phone, words)


TASKS: Mapping[str, Callable[[WorkerServices, OutboxTask], None]] = {
    TELL_STAFF: tell_staff,
    CONFIRM_TO_CALLER: confirm_to_caller,
}

"""The values of the outbox: the tasks that a request or an appointment makes, and a task's way to a worker.

No SQL.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from ivr.desk.requests import HistoryEvent, Request
from ivr.diary.appointments import Appointment, DiaryEntry, DiaryEvent


class AboutIds(TypedDict):
    """The ids of the request and of the appointment that a task is about, by column name; one of them is None."""

    request_id: int | None
    appointment_id: int | None


TELL_STAFF = "tell_staff"
CONFIRM_TO_CALLER = "confirm_to_caller"
TASKS = (TELL_STAFF, CONFIRM_TO_CALLER)
"""The names of the outbox's tasks, as the table stores them."""

WORKER_DIED = "WorkerDied"
"""The reason of a task that failed for good because its worker died in the last attempt."""

UNANSWERED = "?"
"""The mark at the end of a task's stored error, one for each attempt that has begun since and has not ended."""

LONGEST_REASON = 60
"""The most letters of a reason that are stored, so that the column has room for a mark of each attempt."""


def may_be_done(error: str) -> bool:
    """Return whether an earlier attempt may have done a task; `error` is stored with it, marked by the present attempt.

    An error with a number is the answer of whoever was asked. Any other error may come after the task was done, and so
    may the end of a worker that leaves no error.
    """
    return not error.removesuffix(UNANSWERED).rpartition(" ")[2].isdigit()


def history_of_failure(name: str) -> HistoryEvent:
    """Return the event that a request's history gets when a task of this name has failed for good."""
    # A task that another version of the program made is about telling somebody too.
    return HistoryEvent.NOT_CONFIRMED if name == CONFIRM_TO_CALLER else HistoryEvent.NOT_TOLD


def diary_event_of_failure(name: str) -> DiaryEvent:
    """Return the event that an appointment's history gets when a task called `name` fails for good."""
    return DiaryEvent(history_of_failure(name))


@dataclass(frozen=True)
class NewTask:
    """A new task for the outbox, about a request or an appointment."""

    name: str
    channel: str = ""
    """The key of the channel for a notice; empty if no channel is configured, and for a task that is no notice."""


@dataclass(frozen=True)
class Dispatch:
    """A task to be put on its queue. `number` counts the dispatches of the task, so that each job has its own id."""

    task_id: int
    number: int
    name: str = TELL_STAFF
    channel: str = ""


@dataclass(frozen=True)
class OutboxTask:
    """A task of the outbox that a worker has begun."""

    id: int
    name: str
    attempt: int
    about: Request | Appointment
    channel: str = ""
    in_doubt_since: datetime | None = None
    """The moment since which an earlier attempt may have done the task, its answer lost; None without such a doubt."""
    last: DiaryEntry | None = None
    """The last change to the appointment, if the change is to be told to somebody; None for a task about a request."""

    @property
    def ids(self) -> AboutIds:
        """The ids of the request and of the appointment that the task is about; one of them is None."""
        of_request = isinstance(self.about, Request)
        return {
            "request_id": self.about.id if of_request else None,
            "appointment_id": None if of_request else self.about.id,
        }


@dataclass(frozen=True)
class FailedTask:
    """A task that has failed for good, with the request or the appointment that it is about."""

    id: int
    name: str
    reason: str
    """The kind of the error that made the task fail, never the error's message."""
    request_id: int | None
    reference: str = ""
    appointment_id: int | None = None


def tasks_of_a_request(text_confirmations: bool, channels: Iterable[str] = ()) -> tuple[NewTask, ...]:
    """Return a new request's tasks: a notice for each channel (at least one), and the caller's text if switched on."""
    told = tuple(NewTask(TELL_STAFF, key) for key in channels) or (NewTask(TELL_STAFF),)
    return (*told, NewTask(CONFIRM_TO_CALLER)) if text_confirmations else told

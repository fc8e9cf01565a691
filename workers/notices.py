"""Makes the words of notices to the staff and of text messages to callers, for the tasks of the outbox.

Sends nothing. A notice holds no name and no number, because the staff find these at the desk.
"""

from collections.abc import Mapping
from datetime import timedelta

from ivr.desk.requests import CALLER, PROGRAMS, Request
from ivr.desk.tasks import OutboxTask
from ivr.desk.upkeep.tell import TOLD_BY_THE_CLINIC
from ivr.diary.appointments import Appointment, AppointmentStatus, DiaryEvent
from ivr.line.blanks import Moment, Say, Value
from ivr.line.booking import Kind
from workers.services import WorkerServices


def text_about(worker: WorkerServices, about: Request | Appointment) -> Say | None:
    """Return the sentence of a text message to the caller; None if the appointment is no longer booked."""
    values: dict[str, Value] = {"clinic": worker.clinic.name, "reference": about.reference}
    if isinstance(about, Request):
        return Say("text_confirmation", values)
    if about.status is not AppointmentStatus.BOOKED:
        return None
    starts = worker.clinic.line(about.line).hours.local(about.starts)
    # It may be read on another day than it is sent: it says the day by its date, never "tomorrow".
    return Say("text_appointment", {**values, "moment": Moment(starts, starts - BY_DATE)})


TITLES: Mapping[Kind, str] = {
    Kind.BOOKING: "A patient wants an appointment",
    Kind.CALLBACK: "A patient asks for a call back",
}

BY_DATE = timedelta(days=100)
"""The pretended time from the sending of a text to its appointment, so that the text names the date, not "tomorrow"."""


def notice(worker: WorkerServices, task: OutboxTask) -> tuple[str, str]:
    """Return the title and the body of the notice to the staff for this task."""
    about = task.about
    line = worker.clinic.line(about.line)
    where = f"{worker.settings.public_base_url}/desk"
    if isinstance(about, Appointment):
        starts = f"{line.hours.local(about.starts):%a %d %b %H:%M}"
        return _became(task), f"{starts}, {line.heading}, reference {about.reference}. {where}/diary"
    title = "A patient must be told about an appointment" if about.why in TOLD_BY_THE_CLINIC else TITLES[about.kind]
    due = f"{line.hours.local(about.due):%a %d %b %H:%M}"
    waits = f"{worker.desk.worklist.count_waiting()} waiting in all"
    return title, f"{line.heading}, reference {about.reference}, due {due}. {waits}. {where}"


def _became(task: OutboxTask) -> str:
    """Return the title of a notice about an appointment: what became of it, and whether by phone or at the desk."""
    if task.last is None:
        return "Appointment changed"
    return f"Appointment {BECAME.get(task.last.what, 'changed')}{WHERE.get(task.last.who, ' at the desk')}"


WHERE: Mapping[str, str] = {CALLER: " by phone", **dict.fromkeys(PROGRAMS, "")}
"""The place where an appointment was changed, by who changed it. Staff change it at the desk."""


BECAME: Mapping[str, str] = {
    DiaryEvent.BOOKED: "booked",
    DiaryEvent.MOVED: "moved",
    DiaryEvent.CANCELLED: "cancelled",
    DiaryEvent.REOPENED: "booked again",
}

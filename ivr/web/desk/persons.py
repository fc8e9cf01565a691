"""Reads the names of requests' patients, and puts appointments of the diary into words. Reads only; no routes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ivr.desk.request_rows import AnyRequest
from ivr.desk.requests import Request, Why
from ivr.diary.appointments import AnyAppointment, Appointment, AppointmentStatus
from ivr.diary.patients import Patient
from ivr.web.i18n import _, moment
from ivr.web.services import services


@dataclass(frozen=True)
class Known:
    """The patients of some requests, by patient id; and the appointments that the requests are about, by their ids."""

    patients: Mapping[int, Patient] = field(default_factory=dict)
    appointments: Mapping[int, AnyAppointment] = field(default_factory=dict)

    def name(self, patient_id: int | None) -> str:
        """Return the name of the patient with this id; "" where nobody has written one down."""
        found = self.patients.get(patient_id or 0)
        return found.name if found else ""

    def task(self, request: Request) -> str:
        """Return in words what is to be done about a request's appointment; "" if the request has none."""
        if request.about is None:
            return ""
        found = self.appointments.get(request.about)
        if found is None or found.starts is None:
            return _("About an appointment that is no longer in the diary")
        at = moment(found.starts)
        words = TASKS.get(request.why or "")
        return words(at) if words else _("About the appointment on %(moment)s", moment=at)


NOBODY = Known()
"""A Known without any patient and appointment."""

TASKS: Mapping[str, Callable[[str], str]] = {
    Why.CLOSED: lambda at: _(
        "Tell the patient: the clinic is closed at the time of the appointment, %(moment)s", moment=at
    ),
    Why.BLOCKED: lambda at: _("Tell the patient: nobody is free at the time of the appointment, %(moment)s", moment=at),
    Why.UNHEARD: lambda at: _(
        "Tell the patient of the appointment on %(moment)s: the call ended before it was said", moment=at
    ),
    Why.CANCEL: lambda at: _("Wants to cancel the appointment on %(moment)s", moment=at),
    Why.MOVE: lambda at: _("Wants another time for the appointment on %(moment)s", moment=at),
}
"""The functions that say what to do about an appointment, by the reason of its request. Each takes a time in words."""


def known_of(found: Iterable[AnyRequest]) -> Known:
    """Return the patients of these requests, and the appointments that the requests are about. Raises StoreAway."""
    requests = [each for each in found if isinstance(each, Request)]
    patients = {each.patient_id for each in requests if each.patient_id}
    about = {each.about for each in requests if each.about}
    return Known(services().diary.patients.called(patients), services().diary.reads.among(about))


def names_of(request: Request) -> list[str]:
    """Return the names of patients known for the number of a request, the latest first. Raises StoreAway."""
    return [each.name for each in services().diary.patients.of_phone(request.phone)]


@dataclass(frozen=True)
class Visit:
    """An appointment of the diary in words, as a request's card shows it."""

    id: int
    reference: str
    time: str
    name: str
    number: str
    status: str
    is_ahead: bool
    """True if the appointment is not over, and the patient is expected or has arrived."""

    @property
    def page(self) -> str:
        """The URL of the appointment's page in the diary, on which it is moved and cancelled."""
        return f"/desk/diary/{self.id}"


def visits(found: Iterable[AnyAppointment]) -> list[Visit]:
    """Return these appointments of the diary in words, in their order. Raises StoreAway."""
    found = list(found)
    ids = {each.patient_id for each in found if isinstance(each, Appointment) and each.patient_id}
    patients, now = services().diary.patients.called(ids), services().clock()
    return [_visit(each, patients, now) for each in found]


def _visit(found: AnyAppointment, patients: Mapping[int, Patient], now: datetime) -> Visit:
    time = moment(found.starts) if found.starts else _("cannot be read")
    if not isinstance(found, Appointment):
        return Visit(found.id, found.reference, time, "", "", _("cannot be read"), is_ahead=False)
    patient = patients.get(found.patient_id or 0)
    number = " ".join(found.phone.groups) if found.phone else ""
    ahead = found.is_ahead_or_present and found.ends > now
    return Visit(found.id, found.reference, time, patient.name if patient else "", number, _words(found, now), ahead)


def _words(found: Appointment, now: datetime) -> str:
    if found.status is AppointmentStatus.BOOKED:
        return _("booked") if found.ends > now else _("over")
    return {
        AppointmentStatus.ARRIVED: _("arrived"),
        AppointmentStatus.NOSHOW: _("did not come"),
        AppointmentStatus.CANCELLED: _("cancelled"),
    }[found.status]

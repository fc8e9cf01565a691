"""Shows the patients whom a change of the opening hours touches, before the change is stored, and updates the list.

A patient with an appointment in closed hours goes on the list. A call due in closed hours gets another due time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import render_template, request

from ivr.desk.upkeep.due_times import DueMove
from ivr.desk.upkeep.upkeep import Touched
from ivr.diary.appointments import Appointment
from ivr.line.clinic import Clinic
from ivr.line.phones import NumberRefused, Phone
from ivr.web.i18n import _, local, moment
from ivr.web.services import services
from ivr.web.sessions import by

KEEPS = "keeps"
"""A form field with the touched patients already shown. If more patients are touched, a page first lists them all."""


@dataclass(frozen=True)
class TouchedPatient:
    """A patient whom a change of the opening hours touches, in words."""

    who: str
    """The patient's name, where there is one, and the number."""
    at: str
    """The time of the patient's appointment, or the time at which the call to them was due."""
    then: str = ""
    """The new time at which the call to the patient is due; empty for an appointment."""


def asks_first(after: Clinic) -> bool:
    """Return whether the hours in `after` touch a patient not yet shown to the member of staff. Raises StoreAway."""
    touched = services().desk.upkeep.touched(after, services().clock())
    return not _keys(touched) <= set(request.form.get(KEEPS, "").split(" "))


def whom_it_touches(after: Clinic) -> Mapping[str, object]:
    """Return the template's values on the patients whom the opening hours of `after` touch. Raises StoreAway."""
    touched = services().desk.upkeep.touched(after, services().clock())
    everybody = [*touched.appointments, *touched.relieved]
    people = services().diary.patients.called({each.patient_id for each in everybody if each.patient_id})
    names = {key: each.name for key, each in people.items()}
    return {
        "appointments": [_patient(each, names) for each in touched.appointments],
        "relieved": [_patient(each, names) for each in touched.relieved],
        "calls": [_call(each) for each in touched.requests],
        "keeps": KEEPS,
        "shown": " ".join(sorted(_keys(touched))),
    }


def page_before(after: Clinic, action: str) -> str:
    """Return the page that lists the patients whom new hours touch; the hours are not stored yet. Raises StoreAway."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in {"csrf_token", KEEPS}]
    return render_template("hours_touched.html", action=action, fields=fields, **whom_it_touches(after))


def _keys(touched: Touched) -> set[str]:
    """Return a text for each touched appointment and request. The text has its id and the effect on the patient."""
    return {
        *(f"told-{each.id}" for each in touched.appointments),
        *(f"relieved-{each.id}" for each in touched.relieved),
        *(f"moved-{each.request_id}" for each in touched.requests),
    }


def keep_promises() -> list[str]:
    """Fit the waiting list and its due times to the stored closures; return what was changed. Raises StoreAway."""
    touched = services().desk.upkeep.keep(services().hours.clinic_stored(), by())
    return list(_done(len(touched.appointments), len(touched.relieved), len(touched.requests)))


def _done(told: int, relieved: int, moved: int) -> Iterator[str]:
    if told:
        yield _("On the waiting list now, to be told: %(count)s.", count=told)
    if relieved:
        yield _("Need not be told any more: %(count)s.", count=relieved)
    if moved:
        yield _("Calls that have another time: %(count)s.", count=moved)


def _patient(found: Appointment, names: dict[int, str]) -> TouchedPatient:
    number = " ".join(found.phone.groups) if found.phone else _("no number")
    name = names.get(found.patient_id or 0, "")
    return TouchedPatient(", ".join(filter(None, (name, number))), _at(found.starts))


def _call(found: DueMove) -> TouchedPatient:
    return TouchedPatient(_number(found.phone), _at(found.due), _at(found.wanted))


def _number(stored: str) -> str:
    try:
        return " ".join(Phone(stored).groups)
    except NumberRefused:
        return stored


def _at(at: datetime) -> str:
    return moment(local(at))

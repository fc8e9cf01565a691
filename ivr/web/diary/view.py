"""The contents of the diary's pages: the times of a day in each column, and the days of a week.

Values in the reader's language; no routes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ivr.diary.appointments import Appointment, AppointmentStatus
from ivr.diary.diary_days import BlockedStretch, DiaryColumn, DiaryDay
from ivr.diary.patients import Patient
from ivr.line.clinic import Clinic
from ivr.line.diary import Slot
from ivr.web.diary import words
from ivr.web.i18n import _, language, local
from ivr.web.services import services
from ivr.web.wording import span_words, status_words


@dataclass(frozen=True)
class ShownAppointment:
    """An appointment in words, as the diary's pages show it."""

    found: Appointment
    who: str
    number: str
    """The telephone number in groups; empty if there is no number, or if `who` already shows the number."""
    status: str
    notes: Sequence[str]

    @property
    def is_marked(self) -> bool:
        """True if the page shows the appointment's status: for any status other than booked."""
        return self.found.status is not AppointmentStatus.BOOKED


@dataclass(frozen=True)
class ShownTime:
    """An entry in a column of a shown day: a free time, an appointment, or a blocked time."""

    start: datetime
    kind: str
    """The kind of the column's entry: a free, taken or blocked time."""
    what: Any
    """The entry itself: a Slot, ShownAppointment or BlockedStretch."""


@dataclass(frozen=True)
class ShownColumn:
    """A column of the diary on one day, in words."""

    key: str
    name: str
    times: Sequence[ShownTime]
    free: int
    taken: int
    trouble: str
    """A sentence where nobody can come on this day, or the clinic no longer has the column; else empty."""
    cancelled: Sequence[ShownAppointment]


@dataclass(frozen=True)
class ShownDay:
    """A day of the diary in words, with its columns."""

    day: date
    hours: str
    """The opening hours of the clinic on the day; empty where it is closed."""
    reason: str
    """The reason why the clinic is closed on the whole day or a part of it; empty if none is given."""
    free: int
    taken: int
    columns: Sequence[ShownColumn]
    odd: Sequence[Any]


def days(first: date, last: date) -> list[ShownDay]:
    """Return the days of the diary from the first to the last, in words. Raises StoreAway."""
    clinic, diary, now = services().hours.clinic_now(), services().diary, services().clock()
    found = diary.days.read(clinic, first, last)
    appointments = [each for day in found for column in day.columns for each in column.appointments]
    people = diary.patients.called({each.patient_id for each in appointments if each.patient_id})
    notes = diary.days.notes([each.id for each in appointments])
    return [_day(clinic, day, {each.id: shown(each, people, notes) for each in appointments}, now) for day in found]


def shown(found: Appointment, patients: Mapping[int, Patient], notes: Mapping[int, Sequence[str]]) -> ShownAppointment:
    """Return an appointment in words, with its notes."""
    who, number = words.who_words(found, patients), words.number_words(found.phone)
    return ShownAppointment(
        found, who, "" if number == who else number, status_words(found.status), notes.get(found.id, ())
    )


def _day(clinic: Clinic, found: DiaryDay, told: Mapping[int, ShownAppointment], now: datetime) -> ShownDay:
    hours = clinic.line("").hours
    closure = hours.closure(found.day)
    return ShownDay(
        day=found.day,
        hours=", ".join(span_words(each) for each in hours.shifts(found.day)),
        reason=(closure.reason or {}).get(language(), "") if closure else "",
        free=len(found.free(now)),
        taken=found.taken,
        columns=[_column(clinic, each, found.day, told, now) for each in found.columns],
        odd=found.odd,
    )


def _column(
    clinic: Clinic, found: DiaryColumn, day: date, told: Mapping[int, ShownAppointment], now: datetime
) -> ShownColumn:
    free = [each for each in found.free if each.start + found.schedule.length > now]
    here = [told[each.id] for each in found.appointments]
    standing = [each for each in here if each.found.status is not AppointmentStatus.CANCELLED]
    return ShownColumn(
        key=found.schedule.key,
        name=words.column_words(found.schedule, of=len(clinic.diary.schedules) + (not found.is_kept)),
        times=_times(free, standing, found.blocked),
        free=len(free),
        taken=found.taken,
        trouble=_trouble(clinic, found, day),
        cancelled=[each for each in here if each.found.status is AppointmentStatus.CANCELLED],
    )


def _times(
    free: Sequence[Slot], standing: Sequence[ShownAppointment], blocked: Sequence[BlockedStretch]
) -> list[ShownTime]:
    found = [
        *(ShownTime(each.start, "blocked", each) for each in blocked),
        *(ShownTime(local(each.found.starts), "taken", each) for each in standing),
        *(ShownTime(each.start, "free", each) for each in free),
    ]
    return sorted(found, key=lambda each: each.start)


def _trouble(clinic: Clinic, found: DiaryColumn, day: date) -> str:
    if not found.is_kept:
        return _("This place is no longer in the clinic's settings. Please give these patients another time.")
    is_open = any(clinic.line("").hours.stretches(day))
    return _("Nobody works here on this day.") if is_open and not found.works else ""

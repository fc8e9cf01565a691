"""Counts the appointments of a period: how they came about, what was changed, and whether the patients came.

Pure. filled_hours.py counts the appointments' time; reported_appointments.py reads the appointments.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivr.desk.requests import CALLER
from ivr.diary.appointments import AppointmentStatus, DiaryEvent, Source

COUNTED = (DiaryEvent.BOOKED, DiaryEvent.MOVED, DiaryEvent.CANCELLED)
"""The events of appointments that are counted. Each counts at the moment when it happened, not at the visit's time."""


class Hand(StrEnum):
    """The side that changed an appointment: a caller, or the desk."""

    CALLER = "caller"
    DESK = "desk"


class Attendance(StrEnum):
    """The way in which a patient did or did not keep an appointment, as the reports count it."""

    CAME = "came"
    DID_NOT_COME = "did_not_come"
    NOT_MARKED = "not_marked"
    """The time of the appointment is over, and nobody has marked whether the patient came."""
    AHEAD = "ahead"
    """The time of the appointment is not over."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ReportedVisit:
    """An appointment whose time lies in the period of a report."""

    line: str
    schedule: str
    """The key of the appointment's column of the diary."""
    starts: datetime
    ends: datetime
    status: AppointmentStatus

    def attendance(self, now: datetime) -> Attendance:
        """Return whether the patient came, is still to come or cancelled, as far as that is known at `now`."""
        if self.status is AppointmentStatus.BOOKED:
            return Attendance.NOT_MARKED if self.ends <= now else Attendance.AHEAD
        return MARKED[self.status]


MARKED: Mapping[AppointmentStatus, Attendance] = {
    AppointmentStatus.ARRIVED: Attendance.CAME,
    AppointmentStatus.NOSHOW: Attendance.DID_NOT_COME,
    AppointmentStatus.CANCELLED: Attendance.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class DiaryChange:
    """A booking, move or cancellation of an appointment, or the undoing of such a change, as stored in its history."""

    appointment_id: int
    at: datetime
    what: str
    who: str
    undone: str
    """The event that was undone, if `what` is UNDONE. A booking that was stored too late also counts as undone."""
    source: Source
    """The way in which the appointment came about."""

    @property
    def hand(self) -> Hand:
        """The side that made the change: a caller, or the desk."""
        return Hand.CALLER if self.who == CALLER else Hand.DESK


@dataclass(frozen=True)
class AppointmentStats:
    """The counts of a period's appointments."""

    booked: Mapping[Source, int]
    """The number of bookings made in the period, by source; the appointments may be on any day."""
    changed: Mapping[tuple[DiaryEvent, Hand], int]
    """The number of moves and cancellations that were made in the period, by event and by who made them."""
    attendance: Mapping[Attendance, int]
    """The number of appointments whose time lies in the period, by attendance, whenever they were booked."""

    @property
    def count(self) -> int:
        """The number of appointments whose time lies in the period, without the cancelled ones."""
        return sum(count for which, count in self.attendance.items() if which is not Attendance.CANCELLED)

    @property
    def empty(self) -> bool:
        """True if the period has no appointment and no change of one."""
        return not (self.booked or self.changed or self.attendance)


def standing(changes: Iterable[DiaryChange]) -> list[DiaryChange]:
    """Return the bookings, moves and cancellations among `changes` that were not undone. `changes` must be in order."""
    found: dict[int, list[DiaryChange]] = {}
    for each in changes:
        of_one = found.setdefault(each.appointment_id, [])
        if each.what == DiaryEvent.UNDONE:
            _take_back(of_one, each.undone)
        elif each.what in COUNTED:
            of_one.append(each)
    return [each for of_one in found.values() for each in of_one]


def _take_back(changes: list[DiaryChange], what: str) -> None:
    """Remove the last of an appointment's changes with the event `what`; nothing if `changes` holds no such event."""
    last = next((at for at in reversed(range(len(changes))) if changes[at].what == what), None)
    if last is not None:
        del changes[last]


def appointment_stats(
    visits: Sequence[ReportedVisit], changes: Sequence[DiaryChange], now: datetime
) -> AppointmentStats:
    """Return the counts of a period's appointments and changes to appointments. No change in `changes` was undone."""
    return AppointmentStats(
        booked=Counter(each.source for each in changes if each.what == DiaryEvent.BOOKED),
        changed=Counter((DiaryEvent(each.what), each.hand) for each in changes if each.what != DiaryEvent.BOOKED),
        attendance=Counter(each.attendance(now) for each in visits),
    )

"""Keeps promises in step with the opening hours: moves due times out of closed hours, and has patients told.

The clock runs this every few seconds; the desk's pages run it after a change of the hours. No HTTP, no clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from ivr.desk.requests import CALLER, Status, Why
from ivr.desk.tasks import NewTask
from ivr.desk.upkeep.due_times import DueMove, due_moves, keep_due_in_open_hours
from ivr.desk.upkeep.out_of_hours import OutOfHours, in_open_hours, is_on_purpose, out_of_hours, to_be_told
from ivr.desk.upkeep.tell import TOLD_BY_THE_CLINIC, ToTell, tell_no_more, tell_patient, to_tell
from ivr.diary import diary
from ivr.diary.appointments import Appointment, AppointmentStatus, DiaryEntry, DiaryEvent
from ivr.diary.rows import with_last_changes
from ivr.line.clinic import Clinic
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database
from ivr.storage.upsert import in_turn

table = schema.requests


@dataclass(frozen=True)
class Touched:
    """The effects of opening hours: patients to be told, patients with nothing left to be told, due times to move."""

    appointments: Sequence[Appointment] = ()
    relieved: Sequence[Appointment] = ()
    """The appointments whose requests are closed, because there is nothing left to tell the patients."""
    requests: Sequence[DueMove] = ()

    @property
    def is_nobody(self) -> bool:
        """True if the opening hours touch no patient."""
        return not (self.appointments or self.relieved or self.requests)


@dataclass(frozen=True)
class Upkeep:
    """Fits appointments and requests to the opening hours: puts touched patients on the list, and moves due times."""

    database: Database
    notices: Sequence[NewTask] = ()
    """The notices to the staff, as tasks, for each patient whom the clock process puts on the waiting list."""

    def touched(self, clinic: Clinic, now: datetime) -> Touched:
        """Return the appointments and requests that the opening hours of `clinic` touch and nobody has dealt with yet.

        Raises StoreAway.
        """
        with self.database.reading() as read:
            told = [each.appointment for each in to_be_told(read, out_of_hours(read, clinic, now))]
            return Touched(told, [about for _, about in _settled(read, clinic)], due_moves(read, clinic))

    def keep(self, clinic: Clinic, by: By, *, notify: bool = False) -> Touched:
        """Fit the waiting list and the due times to these opening hours; return the changes. Raises StoreAway.

        With `notify`, the staff get a notice of each patient who is to be told.
        """
        # Mostly there is nothing to do, and looking must not keep callers from writing.
        if self.touched(clinic, by.at).is_nobody:
            return Touched()
        notices = self.notices if notify else ()
        return in_turn(self.database, lambda write: tell_touched(write, clinic, by, notices))


def tell_touched(write: Connection, clinic: Clinic, by: By, notices: Sequence[NewTask] = ()) -> Touched:
    """Move due times, put patients to tell on the list with `notices`, close needless requests; return the changes."""
    moved = keep_due_in_open_hours(write, clinic, by)
    relieved = [about for request_id, about in _settled(write, clinic) if tell_no_more(write, request_id, about.id, by)]
    found = to_be_told(write, out_of_hours(write, clinic, by.at))
    told = [each.appointment for each in found if _put_on(write, clinic, each, by, notices)]
    return Touched(told, relieved, moved)


def _put_on(write: Connection, clinic: Clinic, each: OutOfHours, by: By, notices: Sequence[NewTask]) -> bool:
    found = each.appointment
    if is_on_purpose(write, each, by.at):
        entry = DiaryEntry(by.at, by.who, DiaryEvent.ON_PURPOSE, found.starts.isoformat())
        diary.note(write, found.id, entry)
        return False
    due = clinic.line(found.line).hours.open_from(by.at) or by.at
    return tell_patient(write, found, ToTell(each.why, due, notices), by) is not None


def _settled(read: Connection, clinic: Clinic) -> list[tuple[int, Appointment]]:
    """Return the requests about changed appointments that need no call any more, as pairs of id and appointment."""
    is_open = (table.c.status == Status.OPEN, table.c.about.is_not(None), table.c.why.in_(TOLD_BY_THE_CLINIC))
    columns: tuple[Any, ...] = (table.c.id, table.c.about, table.c.why, table.c.created)
    rows = sorted(read.execute(select(*columns).where(schema.IS_LIVE, *is_open)), key=lambda row: int(row.id))
    found = with_last_changes(read, [row.about for row in rows])
    there = {each.id: each for each, _last in found.values() if each}
    same_time, in_hours = _for_this_time(read, rows, there), in_open_hours(read, clinic, list(there.values()))
    pairs = ((row, *found[row.about]) for row in rows)
    return [
        (row.id, about)
        for row, about, last in pairs
        if about and (_is_over(row, about, last) or (row.id in same_time and about.id in in_hours))
    ]


def _is_over(row: Row[Any], about: Appointment, last: DiaryEntry | None) -> bool:
    """Return whether, after the request `row`, a caller changed the appointment `about` or it ceased to be booked."""
    ends_it = last is not None and (last.who == CALLER or about.status is not AppointmentStatus.BOOKED)
    return bool(ends_it and last and _changed_since(last, row.created))


def _for_this_time(read: Connection, rows: Sequence[Row[Any]], there: Mapping[int, Appointment]) -> set[int]:
    """Return the ids of the requests `rows` that tell of a closed or blocked time which their appointment still has."""
    lines = schema.appointment_history
    query = select(lines.c.appointment_id, lines.c.detail).where(lines.c.appointment_id.in_(there))
    noted = {(row.appointment_id, row.detail) for row in read.execute(query)} if there else set()
    told = ((row, there[row.about]) for row in rows if row.about in there)
    of_hours = ((row, about) for row, about in told if row.why != Why.UNHEARD)
    return {row.id for row, about in of_hours if (about.id, to_tell(Why(row.why), about.starts)) in noted}


def _changed_since(last: DiaryEntry, at: Any) -> bool:
    """Return whether an appointment's last change came after this moment; False where either cannot be read."""
    return isinstance(at, datetime) and isinstance(last.at, datetime) and last.at > at

"""Finds bookings and changes by phone that the caller has not heard confirmed, and has the desk call the patient.

The record of the call shows what was heard. The caller hears no confirmation if the database stored the change too
late, or if the call broke off before the confirmation. No HTTP, no clock.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row, select, update

from ivr.desk.phone_bookings import TOO_LATE
from ivr.desk.requests import CALLER, Why
from ivr.desk.tasks import NewTask
from ivr.desk.upkeep.tell import ToTell, is_told_of_hours, tell_patient, was_spoken_to
from ivr.diary.appointments import Appointment, DiaryEvent
from ivr.diary.rows import with_last_change
from ivr.line.clinic import Clinic
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database
from ivr.storage.odd import text_of
from ivr.storage.upsert import in_turn

RECORDED = timedelta(minutes=15)
"""The time to wait for a call's record after a change by phone. Then the traces that the call has left must do."""

LOOKED_BACK = timedelta(days=2)
"""The age up to which a booking by phone is checked again after its call's record was corrected."""

PLACES: Mapping[str, str] = {
    DiaryEvent.BOOKED: "booked",
    DiaryEvent.MOVED: "moved",
    DiaryEvent.CANCELLED: "cancelled",
}
"""The place of the menu at which callers hear of each kind of change. A call's record shows if the call came there."""

INSTEAD = frozenset({"fault", "twice"})
"""The words that follow a place in a call's path if the caller may not have heard that place's sentence."""

UNCHANGED = "change_away"
"""The place of the menu at which callers hear that nothing has changed. The database may store the change later."""

table, lines, calls = schema.appointments, schema.appointment_history, schema.calls

COLUMNS: tuple[Any, ...] = (table.c.id, table.c.to_hear, table.c.touched)
WAITING = select(*COLUMNS).where(table.c.to_hear.is_not(None))
"""The query of the appointments that a call has changed, while it is not known what the caller has heard."""


@dataclass(frozen=True)
class Unheard:
    """Checks, by the records of the calls, whether callers have heard of the appointments they booked or changed."""

    database: Database
    mark_of: Callable[[str], str]
    """The function that turns a call's id into the mark under which the call is recorded."""
    words_so_far: Callable[[Collection[str]], Mapping[str, Sequence[str]]]
    """The function that returns the words of these calls' paths, by mark, as far as hosts have sent traces.

    Raises StoreAway.
    """
    notices: Sequence[NewTask] = ()
    """The notices to the staff, as tasks, for each patient who has not heard of a booking or change."""

    def check(self, clinic: Clinic, by: By) -> int:
        """Check what callers changed in finished calls; return how many more patients to tell. Raises StoreAway."""
        with self.database.reading() as read:
            waiting = read.execute(WAITING).all()
        if not waiting:
            return 0
        late = [self.mark_of(row.to_hear) for row in waiting if _is_late(row, by.at)]
        so_far = self.words_so_far(late) if late else {}
        return in_turn(self.database, lambda write: self._checked(write, so_far, clinic, by))

    def look_again(self, write: Connection, marks: Collection[str], now: datetime) -> None:
        """Have `check` look again at coming bookings of the calls `marks`, because these calls' records changed."""
        columns = (table.c.id, table.c.call_sid)
        checked = (table.c.to_hear.is_(None), table.c.starts > now, table.c.touched >= now - LOOKED_BACK)
        rows = write.execute(select(*columns).where(*checked)).all()
        for row in (each for each in rows if self.mark_of(text_of(each.call_sid)) in marks):
            _, last = with_last_change(write, row.id)
            # Of a later change it is not stored which call has made it.
            if last is not None and (last.who, last.what) == (CALLER, DiaryEvent.BOOKED):
                write.execute(update(table).where(table.c.id == row.id).values(to_hear=row.call_sid))

    def _checked(self, write: Connection, so_far: Mapping[str, Sequence[str]], clinic: Clinic, by: By) -> int:
        rows = write.execute(WAITING.with_for_update()).all()
        recorded = _paths(write, [self.mark_of(row.to_hear) for row in rows])
        over = {row.id: self.mark_of(row.to_hear) for row in rows if self._is_known(row, recorded, by.at)}
        paths = {**so_far, **recorded}
        found = [_unheard(write, appointment_id, paths.get(mark, ())) for appointment_id, mark in over.items()]
        ahead = [each for each in found if each and each.starts > by.at]
        # Whoever is rung because of the hours hears of it then. If the hours change back before, nobody would ring.
        later = {each.id for each in ahead if is_told_of_hours(write, each.id)}
        write.execute(update(table).where(table.c.id.in_(over.keys() - later)).values(to_hear=None))
        return sum(self._tell(write, each, clinic, by) for each in ahead if each.id not in later)

    def _is_known(self, row: Row[Any], recorded: Collection[str], now: datetime) -> bool:
        return self.mark_of(row.to_hear) in recorded or _is_late(row, now)

    def _tell(self, write: Connection, found: Appointment, clinic: Clinic, by: By) -> bool:
        due = clinic.line(found.line).hours.open_from(by.at) or by.at
        return tell_patient(write, found, ToTell(Why.UNHEARD, due, self.notices), by) is not None


def _unheard(read: Connection, appointment_id: int, path: Sequence[str]) -> Appointment | None:
    """Return the appointment if a caller changed it last and was not told so by call `path` or the desk; else None."""
    found, last = with_last_change(read, appointment_id)
    if found is None or last is None or last.who != CALLER:
        return None
    if isinstance(last.at, datetime) and was_spoken_to(read, appointment_id, last.at):
        return None
    if last.what != DiaryEvent.BOOKED and UNCHANGED in path:  # which of the call's changes was it?
        return found
    of_call = _bookings(read, found.call_id) if last.what == DiaryEvent.BOOKED else [appointment_id]
    return None if has_heard(path, PLACES.get(last.what, ""), of_call.index(appointment_id), len(of_call)) else found


def _bookings(read: Connection, call_id: str) -> list[int]:
    """Return the ids of the appointments that this call has booked, in order; a family may have one for each member.

    Without those that were stored too late to be told, because the call heard of none of them.
    """
    too_late = select(lines.c.id).where(lines.c.appointment_id == table.c.id, lines.c.detail == TOO_LATE)
    of_call = (table.c.call_sid == call_id, ~too_late.exists())
    return list(read.scalars(select(table.c.id).where(*of_call).order_by(table.c.id)))


def has_heard(path: Sequence[str], place: str, number: int = 0, count: int = 1) -> bool:
    """Return whether a caller whose call took this path heard the place's sentence, and no apology instead.

    If a call says `count` things at the place, `number` is the index of the thing asked about. The answer is False if
    the path does not show which things were heard.
    """
    heard = [then not in INSTEAD for here, then in pairwise((*path, "")) if here == place]
    if count == 1:
        return any(heard)
    return heard[number] if len(heard) == count else len(heard) > count and all(heard)


def _paths(read: Connection, marks: Sequence[str]) -> dict[str, Sequence[str]]:
    rows = read.execute(select(calls.c.mark, calls.c.path).where(calls.c.mark.in_(marks)))
    return {row.mark: str(row.path).split(" ") for row in rows}


def _is_late(row: Row[Any], now: datetime) -> bool:
    """Return whether the record of the call that changed an appointment is overdue: the call goes on, or it is lost.

    A change whose moment is unreadable, or far in the future by a wrong clock, counts as long ago.
    """
    return not isinstance(row.touched, datetime) or abs(now - row.touched) >= RECORDED

"""Moves or cancels an appointment for a caller who proves by digits of its reference that the appointment is theirs.

The proof is needed because a caller id can be forged and a telephone shared. The reference was spoken only in the call
that booked. No HTTP, no sentences, no clock.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, select

from ivr.desk.phone_bookings import PhoneBookings
from ivr.desk.requests import CALLER
from ivr.desk.store import add_task
from ivr.desk.tasks import Dispatch
from ivr.diary.appointments import (
    AppointmentStatus,
    ChangeRefused,
    DiaryEntry,
    DiaryEvent,
    NoSuchAppointment,
    TimeTaken,
)
from ivr.diary.coming import as_of, coming
from ivr.diary.diary import cancel, move, note
from ivr.line.diary import Slot
from ivr.line.turn import CheckDigits, OwnAppointment
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import StoreAway
from ivr.storage.upsert import in_turn, lock_key

log = logging.getLogger(__name__)

table = schema.appointments

TRIES = 3
"""The most wrong entries of reference digits within 24 hours for all appointments of one telephone number."""

A_DAY = timedelta(hours=24)


class ProofOutcome(StrEnum):
    """The outcome of a caller's proof that an appointment is theirs. It decides the next place in the menu."""

    PROVED = "proved"
    WRONG = "wrong"
    GONE = "gone"
    """The digits are right, but the appointment is over, or was cancelled or moved since the caller heard of it."""
    LOCKED = "locked"
    AWAY = "away"


class ChangeOutcome(StrEnum):
    """The outcome of moving or cancelling an appointment for a caller. It decides the next place in the menu."""

    MOVED = "moved"
    CANCELLED = "cancelled"
    TAKEN = "taken"
    GONE = "gone"
    """The appointment is over, or was changed at the desk meanwhile."""
    AWAY = "away"


@dataclass(frozen=True)
class ComparedDigits:
    """The result of comparing a caller's digits with references: the outcome, and the appointment if it is proved."""

    outcome: ProofOutcome
    appointment: OwnAppointment | None = None
    schedule: str = ""
    """The key of the appointment's column in the diary; empty if no appointment is proved."""


@dataclass(frozen=True)
class WantedChange:
    """A change of an appointment that a caller has confirmed: a move to `slot`; a cancellation if `slot` is None."""

    appointment_id: int
    as_of: datetime | None
    """The moment of the appointment's last change before the caller heard of the appointment; None if unreadable."""
    slot: Slot | None
    line: str
    call_id: str
    practitioner: str = ""
    """The key of the practitioner with whom the appointment must stay; empty if it may get any column of the line."""

    @property
    def outcome(self) -> ChangeOutcome:
        """The outcome that the caller hears if the change is made."""
        return ChangeOutcome.CANCELLED if self.slot is None else ChangeOutcome.MOVED


@dataclass(frozen=True)
class Changed:
    """A stored change to an appointment: when it was made, and the tasks that tell of it."""

    as_of: datetime | None
    tasks: tuple[Dispatch, ...] = ()


@dataclass(frozen=True)
class OwnAppointments:
    """Lets callers prove that an appointment is theirs, and then move or cancel it."""

    bookings: PhoneBookings

    def prove(self, asked: CheckDigits, step: str, now: datetime) -> ComparedDigits:
        """Compare digits with the ends of references. Return the outcome, with the appointment if it is proved.

        With `asked.appointment`, only this one counts, as the caller heard of it; with None, any of the number's.
        `step` is the keyed hash of the webhook's address: a webhook that comes again counts no second wrong entry.
        """
        database = self.bookings.database
        try:
            return self.bookings.deadline.wait_for(lambda: in_turn(database, partial(_proved, asked, step, now)))
        except StoreAway as away:
            log.warning("the database is away (%s); no digits of a reference are taken", away)
            return ComparedDigits(ProofOutcome.AWAY)

    def change(self, wanted: WantedChange, now: datetime) -> tuple[ChangeOutcome, datetime | None]:
        """Make the change that a caller has confirmed; return the outcome, and when the appointment was changed.

        Safe to repeat: an appointment that was changed since the caller heard of it stays as it is.
        """
        change = partial(self._changed, wanted, By(CALLER, now))
        try:
            done = self.bookings.deadline.wait_for(lambda: in_turn(self.bookings.database, change))
        except StoreAway as away:
            log.warning("call %s: the database is away (%s); nothing is changed", wanted.call_id, away)
            return ChangeOutcome.AWAY, None
        except TimeTaken:
            return ChangeOutcome.TAKEN, None
        except (ChangeRefused, NoSuchAppointment):
            return ChangeOutcome.GONE, None
        self.bookings.job_queue.enqueue_after_commit(wanted.call_id, done.tasks)
        return wanted.outcome, done.as_of

    def _changed(self, wanted: WantedChange, by: By, write: Connection) -> Changed:
        made = wanted.appointment_id
        row = write.execute(select(table).where(table.c.id == made).with_for_update()).one_or_none()
        if row is not None and _is_done(row, wanted.slot):
            return Changed(as_of(row.touched))  # the webhook came twice
        if row is None or row.starts <= by.at or as_of(row.touched) != wanted.as_of:
            raise NoSuchAppointment(made)
        if wanted.slot is None:
            cancel(write, made, by, call_id=wanted.call_id)
        else:
            only = bool(wanted.practitioner)
            asked = self.bookings.asked(write, wanted.slot, wanted.line, by.at, only=only, moved=made)
            move(write, made, asked, by, call_id=wanted.call_id)
        tasks = (add_task(write, None, task, by.at, appointment_id=made) for task in self.bookings.tasks)
        return Changed(by.at, tuple(tasks))


def _is_done(row: Row[Any], slot: Slot | None) -> bool:
    if slot is None:
        return bool(row.status == AppointmentStatus.CANCELLED)
    return bool(row.status == AppointmentStatus.BOOKED and row.starts == slot.start)


def _proved(asked: CheckDigits, step: str, now: datetime, write: Connection) -> ComparedDigits:
    lock_key(write, "proof", asked.number.e164)
    of_number = select(table.c.id, table.c.reference, table.c.schedule).where(table.c.phone == asked.number.e164)
    rows, chosen = {row.id: row for row in write.execute(of_number)}, asked.appointment
    wrong = _wrong_entries(write, rows.keys(), now)
    if step in wrong or len(wrong) >= TRIES:
        return ComparedDigits(ProofOutcome.WRONG if step in wrong else ProofOutcome.LOCKED)
    ids = {chosen.id} if chosen else rows.keys()
    right = {each for each in ids & rows.keys() if asked.digits and rows[each].reference.endswith(asked.digits)}
    if right or not ids <= rows.keys():  # the desk has given the appointment another number
        for each in coming(write, asked.number, now, every=True):
            if each.id in right and (chosen is None or each.starts == chosen.starts):
                return ComparedDigits(ProofOutcome.PROVED, each, rows[each.id].schedule)
        return ComparedDigits(ProofOutcome.GONE)
    if rows:
        note(write, chosen.id if chosen else max(rows), DiaryEntry(now, CALLER, DiaryEvent.WRONG_DIGITS, step))
    return ComparedDigits(ProofOutcome.WRONG)


def _wrong_entries(write: Connection, ids: Collection[int], now: datetime) -> Sequence[str]:
    """Return the steps at which digits were wrong for these appointments within the last 24 hours."""
    lines = schema.appointment_history
    wrong = (lines.c.appointment_id.in_(ids), lines.c.what == DiaryEvent.WRONG_DIGITS, lines.c.at > now - A_DAY)
    return write.scalars(select(lines.c.detail).where(*wrong)).all()

"""Books appointments for callers. The database stores the booking and the promise in one transaction.

A booking never waits in Redis. If the database gives no answer in time, the caller is told so and leaves a wish. If the
database stores the booking later nevertheless, the booking is cancelled. No HTTP, no sentences, no clock.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, select

from ivr.desk.intake_rules import IntakeRules
from ivr.desk.job_queue import JobQueue
from ivr.desk.requests import CALLER, THE_CLOCK, NewRequest
from ivr.desk.store import add_task
from ivr.desk.tasks import Dispatch, NewTask
from ivr.diary.appointments import TAKES_TIME, NewAppointment, Source, TimeTaken, Whose
from ivr.diary.coming import as_of
from ivr.diary.diary import book, cancel
from ivr.diary.free import slots_of_day
from ivr.diary.free_times import FreeTimes, require_offered
from ivr.diary.limits import DiaryFull, day_of, require_room
from ivr.diary.times import Asked, lock_day, to_move
from ivr.line.clinic import Clinic
from ivr.line.diary import Slot
from ivr.line.hours import DeskClosure
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database, StoreAway
from ivr.storage.deadline import Deadline
from ivr.storage.encryption import KeyedIds
from ivr.storage.fit import require_fit
from ivr.storage.upsert import in_turn, lock_key

log = logging.getLogger(__name__)

TOO_LATE = "too late to be told"
"""The reason noted when a booking is cancelled because its caller had already heard that the booking failed."""


table = schema.appointments

BOOKED_BEFORE = select(table.c.id, table.c.reference, table.c.touched, table.c.status).where(
    table.c.mark == bindparam("mark")
)


class BookingOutcome(StrEnum):
    """The outcome of booking an appointment for a caller. It decides the next place in the menu."""

    BOOKED = "booked"
    TAKEN = "taken"
    FULL = "full"
    UNBOOKED = "unbooked"
    """Nothing is booked: the database gave no answer in time."""


@dataclass(frozen=True)
class NewBooking:
    """A caller's confirmed booking, not yet stored. Its `request` has the number, the telephone line and the call."""

    request: NewRequest
    slot: Slot
    other: bool
    practitioner: str = ""

    @property
    def promise(self) -> tuple[str, ...]:
        """The values that distinguish the promise of this booking from every other promise."""
        asked = self.request.asked.isoformat()
        return (self.request.call_id, "appointment", self.request.phone.e164, self.slot.start.isoformat(), asked)

    @property
    def whose(self) -> Whose:
        """The person for whom a caller books: the caller, another on the caller's number, or one on a keyed number."""
        if not self.request.own_number:
            return Whose.KEYED
        return Whose.OTHER if self.other else Whose.OWN


@dataclass(frozen=True)
class Booking:
    """The result of booking an appointment for a caller: the outcome, and the reference where one is booked."""

    outcome: BookingOutcome
    reference: str = ""
    appointment_id: int = 0
    as_of: datetime | None = None
    """The moment when the appointment was stored; for a repeated webhook, when it was last changed."""
    tasks: tuple[Dispatch, ...] = ()
    is_new: bool = False
    """True if the appointment was stored just now; False where the same webhook has stored it before."""


@dataclass(frozen=True)
class PhoneBookings:
    """Books appointments for callers, each in one transaction. Returns the outcome and the appointment's reference."""

    database: Database
    free_times: FreeTimes
    clinic: Clinic
    """The clinic's settings without the desk's closures, which are read anew within the transaction."""
    closures: Callable[[Connection, date], Sequence[DeskClosure]]
    tasks: Sequence[NewTask]
    """The tasks, such as a notice to the staff, that every appointment booked by telephone makes."""
    rules: IntakeRules | None
    keyed_ids: KeyedIds
    job_queue: JobQueue
    deadline: Deadline

    def free(self, clinic: Clinic, line: str, now: datetime, moved: int | None = None) -> list[Slot] | None:
        """Return the free times for callers of this line, in which the appointment `moved` would fit if it is given.

        Return None where the database gives no answer in time.
        """
        offered = self.free_times.offered
        try:
            return self.deadline.wait_for(lambda: offered(self.free_times.lasting(clinic, moved), line, now))
        except StoreAway as away:
            log.warning("the database is away (%s); no free times are offered", away)
            return None

    def book(self, new: NewBooking) -> Booking:
        """Book an appointment for a caller. Booking again is safe, because the same promise gets the same answer.

        Raises RequestRefused if the clinic takes nothing from this caller.
        """
        mark, reference = self.keyed_ids.mark(new.promise), self.keyed_ids.reference(new.promise)

        def booked() -> Booking:
            return in_turn(self.database, lambda write: self._once(write, new, mark, reference))

        try:
            found = self.deadline.wait_for(booked, late=self._free_again)
        except StoreAway as away:
            log.warning("call %s: the database is away (%s); no time is given", new.request.call_id, away)
            return Booking(BookingOutcome.UNBOOKED)
        except TimeTaken:
            return Booking(BookingOutcome.TAKEN)
        except DiaryFull:
            return Booking(BookingOutcome.FULL)
        self.job_queue.enqueue_after_commit(new.request.call_id, found.tasks)
        return found

    def _once(self, write: Connection, new: NewBooking, mark: str, reference: str) -> Booking:
        require_fit(write)
        # Of two webhooks of one number at once, which are mostly one webhook twice, the second sees what the first did.
        lock_key(write, "booking", new.request.phone.e164)
        before = write.execute(BOOKED_BEFORE, {"mark": mark}).one_or_none()
        if before is not None and before.status not in TAKES_TIME:
            raise TimeTaken  # it was cancelled since: by the desk, or because it was too late to be told
        if before is not None:
            return Booking(BookingOutcome.BOOKED, before.reference, before.id, as_of(before.touched))
        if self.rules:
            self.rules.check(write, new.request)
        wanted = self._appointment(new, mark, reference)
        asked = self._asked(write, new, wanted)
        appointment_id = book(write, wanted, asked)
        now = new.request.created
        tasks = tuple(add_task(write, None, task, now, appointment_id=appointment_id) for task in self.tasks)
        return Booking(BookingOutcome.BOOKED, reference, appointment_id, now, tasks, is_new=True)

    def _asked(self, write: Connection, new: NewBooking, wanted: NewAppointment) -> Asked:
        """Return the time that the caller confirmed, and the diary's columns that are still free at that time.

        Raises TimeTaken, DiaryFull.
        """
        line, rules = new.request.line, self.clinic.diary
        hours = self.clinic.line(line).hours
        times = slots_of_day(rules, rules.of_line(line), hours, {}, new.slot.start.date())
        lock_day(write, new.slot.start)  # before the day's bookings are counted
        require_room(write, wanted, day_of(hours.local(new.slot.start)), len(times))
        return self.asked(write, new.slot, line, new.request.created, only=bool(new.practitioner))

    def asked(  # noqa: PLR0913 - each is one thing about the time
        self, write: Connection, slot: Slot, line: str, now: datetime, *, only: bool = False, moved: int = 0
    ) -> Asked:
        """Return a time with the columns in which it can be booked now. The slot's own column comes first.

        With `only`, no other column is returned. With the id `moved`, the visit is as long as that
        appointment needs. Raises TimeTaken if the time is past or no column is free.
        """
        if slot.start <= now:
            raise TimeTaken
        clinic = self.clinic.with_closures(self.closures(write, slot.start.date()))
        rules = to_move(write, clinic.diary, moved)
        preferred = [each for each in rules.of_line(line) if each.key == slot.schedule]
        others = [each for each in rules.of_line(line) if each not in preferred and not only]
        return require_offered(write, clinic, line, Asked(slot.start, [*preferred, *others], rules.buffer))

    def _appointment(self, new: NewBooking, mark: str, reference: str) -> NewAppointment:
        request = new.request
        return NewAppointment(
            starts=new.slot.start,
            phone=request.phone,
            line=request.line,
            language=request.language,
            source=Source.PHONE,
            reference=reference,
            made_by=CALLER,
            created=request.created,
            mark=mark,
            whose=new.whose,
            call_id=request.call_id,
        )

    def _free_again(self, stored: Booking) -> None:
        """Cancel an appointment that was stored after its caller had been told that booking failed.

        Do nothing if another process had booked the appointment, because the caller may have been told of the booking.
        """
        if not stored.is_new:
            return
        by = By(THE_CLOCK, stored_at(self.database, stored.appointment_id))
        in_turn(self.database, lambda write: cancel(write, stored.appointment_id, by, TOO_LATE))
        log.warning("appointment %s: was stored too late to be told, and is free again", stored.appointment_id)


def stored_at(database: Database, appointment_id: int) -> datetime:
    """Return the moment when an appointment was stored, to date its cancellation with this moment. Raises StoreAway."""
    with database.reading() as read:
        found: datetime = read.execute(select(table.c.created).where(table.c.id == appointment_id)).scalar_one()
    return found

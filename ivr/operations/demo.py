"""Fills the desk's pages with made-up requests and calls, for a demonstration, and removes them again.

The numbers are +1 202 555 01xx, which are reserved for fiction. No HTTP, no clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from ivr.desk.moves import Moves
from ivr.desk.requests import NewRequest, Outcome, OutcomeReport
from ivr.desk.store import RequestStore
from ivr.line.booking import Kind, Part, Wish
from ivr.line.clinic import Clinic
from ivr.line.phones import Phone
from ivr.operations.demo_calls import MARK, MISSED, made_up
from ivr.operations.demo_days import NUMBERS, SOMEBODY, PastRequest, past_requests
from ivr.operations.demo_diary import clear_diary, fill_diary
from ivr.operations.retention import remove
from ivr.reports.traces.collector import write_down
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database
from ivr.storage.encryption import KeyedIds
from ivr.storage.upsert import INSERTS, insert_new

DEMO = "demo-"
"""The prefix of the call id of a made-up request."""


@dataclass(frozen=True)
class Example:
    """A made-up request, with the moves made on it."""

    kind: Kind
    line: str
    digits: str
    language: str
    minutes_ago: int
    day: int | None = None
    """The wished day, counted in open days from 0; None for no wish."""
    part: Part | None = None
    reports: tuple[Outcome, ...] = ()
    note: str = ""
    taken: bool = False


EXAMPLES = (
    Example(Kind.CALLBACK, "main", "01", "hi", 95, note="Asks whether she may come with her mother."),
    Example(Kind.BOOKING, "second", "02", "en", 70, 0, Part.EVENING),
    Example(Kind.CALLBACK, "main", "03", "en", 55, reports=(Outcome.NO_ANSWER,)),
    Example(Kind.BOOKING, "third", "04", "hi", 40, 1, Part.MORNING, taken=True),
    Example(Kind.BOOKING, "main", "05", "en", 30, 1, Part.AFTERNOON),
    Example(Kind.CALLBACK, "third", "06", "hi", 20, reports=(Outcome.BUSY,)),
    Example(Kind.BOOKING, "main", "07", "en", 15, 2, Part.MORNING),
    Example(Kind.CALLBACK, "second", "08", "en", 10),
    Example(Kind.BOOKING, "main", "09", "hi", 200, 0, Part.EVENING, reports=(Outcome.BOOKED,)),
    Example(Kind.BOOKING, "second", "10", "en", 190, 0, Part.EVENING, reports=(Outcome.BOOKED,)),
    Example(Kind.CALLBACK, "main", "11", "en", 180, reports=(Outcome.SETTLED,)),
    Example(Kind.CALLBACK, "main", "12", "hi", 170, reports=(Outcome.WRONG_NUMBER,)),
)


@dataclass(frozen=True)
class Demo:
    """Writes and removes the made-up requests, appointments and calls of a demonstration."""

    database: Database
    moves: Moves
    clinic: Clinic
    keyed_ids: KeyedIds

    def fill(self, now: datetime) -> int:
        """Write the missing made-up requests and missed calls; return the number of all requests. Raises StoreAway."""
        for example in EXAMPLES:
            self._write(example, now)
        with self.database.writing() as write:
            rows = [each.row(f"{NUMBERS}{each.digits}", now) for each in MISSED]
            write.execute(INSERTS[write.dialect.name](schema.missed_calls).on_conflict_do_nothing(), rows)
        return len(EXAMPLES)

    def fill_diary(self, now: datetime) -> int:
        """Write made-up appointments, unless there are some, and return how many were written. Raises StoreAway."""
        return fill_diary(self.database, self.clinic, now)

    def look_back(self, now: datetime) -> tuple[int, int]:
        """Write the made-up calls and closed requests of the last days; return both numbers. Raises StoreAway."""
        calls = made_up(self.clinic, now)
        past = past_requests(self.clinic, calls, now)
        write_down(self.database, calls)
        with self.database.writing() as write:
            for each in past:
                _add(write, each)
        return len(calls), len(past)

    def _write(self, example: Example, now: datetime) -> None:
        desk = RequestStore(self.database)  # without tasks: nobody is told of a made-up request
        new = self._new(example, now - timedelta(minutes=example.minutes_ago))
        mark = self.keyed_ids.mark(new.promise)
        if self._id_of(new.call_id) is not None:
            return
        desk.keep(new, mark, self.keyed_ids.reference(new.promise))
        request_id = self._id_of(new.call_id)
        if request_id is not None:  # None: it joined a real live request of that number, which must not be moved
            self._move(request_id, example, new.created)

    def _id_of(self, call_id: str) -> int | None:
        with self.database.reading() as read:
            return read.scalar(select(schema.requests.c.id).where(schema.requests.c.call_sid == call_id))

    def _move(self, request_id: int, example: Example, asked: datetime) -> None:
        moment = asked + timedelta(minutes=4)
        if example.reports or example.taken:
            self.moves.take(request_id, By(SOMEBODY, moment))
        for outcome in example.reports:
            at = self._appointment(asked) if outcome is Outcome.BOOKED else None
            self.moves.report(
                request_id,
                OutcomeReport(outcome, at, on_purpose=at is not None),
                By(SOMEBODY, moment + timedelta(minutes=2)),
            )
        if example.note:
            self.moves.write_note(request_id, example.note, By(SOMEBODY, moment))

    def _appointment(self, now: datetime) -> datetime:
        """Return 18:00 or 18:30 today for a made-up booking, so that today's list in the diary is not empty."""
        local = self.clinic.line("").hours.local(now)
        return local.replace(hour=18, minute=30 if local.minute % 2 else 0, second=0, microsecond=0)

    def _new(self, example: Example, asked: datetime) -> NewRequest:
        line = self.clinic.line(example.line)
        day = line.offer.days(asked, 3)[example.day] if example.day is not None else None
        wish = Wish(example.kind, day, example.part)
        return NewRequest(
            kind=wish.kind,
            line=line.key,
            phone=Phone(f"{NUMBERS}{example.digits}"),
            language=example.language,
            day=wish.day,
            part=wish.part,
            due=line.offer.due(wish, asked),
            call_id=f"{DEMO}{example.digits}",
            created=asked,
            asked=asked,
            own_number=True,
        )

    def clear(self) -> int:
        """Remove all made-up calls, appointments and requests; return the number of requests. Raises StoreAway."""
        table, calls, missed = schema.requests, schema.calls, schema.missed_calls
        made_up = select(table.c.id).where(table.c.call_sid.startswith(DEMO, autoescape=True))
        with self.database.writing() as write:
            clear_diary(write, made_up)
            remove(write, calls, write.scalars(select(calls.c.id).where(calls.c.mark.startswith(MARK))).all())
            write.execute(delete(missed).where(missed.c.call_sid.startswith(MARK)))
            ids = write.scalars(made_up).all()
            remove(write, table, ids)
            return len(ids)


def _add(write: Connection, past: PastRequest) -> None:
    """Write a made-up closed request with its history, unless it is there already."""
    table = schema.requests
    if write.scalar(select(table.c.id).where(table.c.call_sid == past.row["call_sid"])) is None:
        request_id = insert_new(write, table, **past.row)
        write.execute(insert(schema.history), [{**line, "request_id": request_id} for line in past.history])

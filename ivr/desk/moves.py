"""Makes the moves of a request: take it, put it back, report an outcome, pass it on, reopen it, add a note, undo.

Each move is one transaction with an event in the history. If two people try the same move, one of them is refused. No
HTTP, no clock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from ivr.desk.merge_links import link_again, unlink
from ivr.desk.move_parts import (
    audited,
    found_row,
    just_noted,
    last_line,
    make,
    may_undo,
    more_before,
    restored,
    taken_in,
    with_note,
    write_down,
)
from ivr.desk.outcomes import DONE, carry_out, name_booked, take_back
from ivr.desk.request_rows import request_of
from ivr.desk.requests import (
    LIVE,
    OUTCOMES,
    THE_CLOCK,
    HistoryEntry,
    HistoryEvent,
    MoveRefused,
    Outcome,
    OutcomeReport,
    Request,
    Status,
    Then,
)
from ivr.desk.store import note
from ivr.diary.patients import known_as, require_name
from ivr.line.booking import Kind, next_try
from ivr.line.clinic import Clinic
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database
from ivr.storage.upsert import in_turn

LEFT_ALONE = timedelta(minutes=20)
"""The time after which a request that somebody has taken and left alone is open again."""

LONGEST_NOTE = 1000
"""The longest note on a request, in characters."""

table = schema.requests


MERGED = (HistoryEvent.TOOK_IN, HistoryEvent.DUPLICATE_OF)
"""The history events of a merge. `Moves.undo` does not undo a merge; merging.py does."""


@dataclass(frozen=True)
class Moves:
    """Makes the moves of requests at the desk. The parameter `words` of a move is a note that was typed with the move.

    The move and its note are stored together, or neither is.
    """

    database: Database
    next_due: Callable[[Request, Outcome, datetime], datetime]
    """The function that returns the new due time of a request whose patient was not reached."""
    tries: int
    """The number of tries to call a patient after which a request is closed as not reached."""
    clinic_now: Callable[[], Clinic]

    def take(self, request_id: int, by: By, words: str = "") -> None:
        """Take an open request for `by.who`. Safe to repeat. Raises MoveRefused, NoSuchRequest, StoreAway."""
        change = {"status": Status.TAKEN, "taken_by": by.who, "touched": by.at}
        entries = with_note(words, HistoryEntry.of(by, HistoryEvent.TAKEN))
        try:
            make(self.database, request_id, entries, lambda row: row.status == Status.OPEN, change)
        except MoveRefused as refused:
            if (refused.status, refused.taken_by) != (Status.TAKEN, by.who):
                raise
            if words:
                self.write_note(request_id, words, by)

    def put_back(self, request_id: int, by: By, words: str = "") -> None:
        """Put back a request that `by.who` took; `words` is a note. Raises MoveRefused, NoSuchRequest, StoreAway."""
        change = {"status": Status.OPEN, "taken_by": None, "touched": None}
        entries = with_note(words, HistoryEntry.of(by, HistoryEvent.PUT_BACK))
        make(self.database, request_id, entries, _taken_by(by.who), change)

    def pass_on(self, request_id: int, to: str, by: By, words: str = "") -> None:
        """Give a live request to the colleague `to`; `words` is a typed note. Raises the same errors as `take`."""
        change = {"status": Status.TAKEN, "taken_by": to, "touched": by.at}
        entries = with_note(words, HistoryEntry.of(by, HistoryEvent.PASSED_ON, to))
        make(self.database, request_id, entries, lambda row: row.status in LIVE, change)

    def report(self, request_id: int, report: OutcomeReport, by: By, words: str = "") -> None:
        """Report the outcome of calling a patient. The request is closed or due later, and the diary changed to match.

        Raises MoveRefused, NoSuchRequest and StoreAway, and the errors of `carry_out`.
        """
        clinic = self.clinic_now()

        def changed(row: Row[Any]) -> Mapping[str, Any]:
            return self._reported(row, report, by.at)

        def in_diary(write: Connection, row: Row[Any]) -> Mapping[str, Any]:
            return carry_out(write, clinic, row, report, by)

        entry = HistoryEntry.of(by, report.outcome, report.at.isoformat() if report.at else "")
        make(self.database, request_id, with_note(words, entry), _taken_by(by.who), changed, also=in_diary)

    def reopen(self, request_id: int, by: By, words: str = "") -> None:
        """Open a closed request again, due at once or when the clinic next opens. Raises the same errors as `take`.

        `words` is a typed note. An appointment that the request has booked stays in the diary. A duplicate leads to no
        other request any more.
        """
        clinic = self.clinic_now()
        nothing = dict.fromkeys(("taken_by", "touched", "outcome", "appointment", "merged_into"))

        def opened(row: Row[Any]) -> Mapping[str, Any]:
            due = clinic.line(row.line).hours.open_from(by.at) or by.at
            return {**nothing, "status": Status.OPEN, "tries": 0, "due": due}

        def unlinked(write: Connection, row: Row[Any]) -> Mapping[str, Any]:
            if row.merged_into:
                unlink(write, row.reference, row.merged_into)
            return {}

        entries = with_note(words, HistoryEntry.of(by, HistoryEvent.REOPENED))
        make(self.database, request_id, entries, lambda row: row.status == Status.CLOSED, opened, also=unlinked)

    def name(self, request_id: int, name: str, by: By, was: str | None = None) -> None:
        """Write down the name of a request's patient, also for the appointments it booked; an empty name removes it.

        `was` is the name that this person has seen. Raises NameChanged if there is another by now, ValueError for a
        longer name than `LONGEST_NAME`, CannotRead, NoSuchRequest, StoreAway.
        """

        def named(write: Connection) -> None:
            row = found_row(write, request_id)
            patient_id = known_as(write, request_of(row).phone, name, by.at)
            if patient_id != row.patient_id:
                require_name(write, row.patient_id, was)
                write.execute(update(table).where(table.c.id == request_id).values(patient_id=patient_id))
                name_booked(write, row, patient_id)
                write_down(write, row, HistoryEntry.of(by, HistoryEvent.NAMED))

        in_turn(self.database, named)

    def _reported(self, row: Row[Any], report: OutcomeReport, now: datetime) -> Mapping[str, Any]:
        """Return the new values, by column, of the row of a request whose outcome is reported.

        Raises CannotRead where they depend on a value that cannot be read.
        """
        closed = {"status": Status.CLOSED, "touched": now, "appointment": None}
        again = {"status": Status.OPEN, "taken_by": None, "touched": None, "outcome": report.outcome}
        match OUTCOMES[report.outcome]:
            case Then.CLOSED:
                return {**closed, "outcome": report.outcome, "appointment": report.at}
            case Then.AT_A_MOMENT:
                return {**again, "due": report.at}
            case Then.AGAIN:
                request = request_of(row)
                tries = request.tries + 1
                if tries >= self.tries:
                    return {**closed, "outcome": Outcome.NOT_REACHED, "tries": tries}
                return {**again, "tries": tries, "due": self.next_due(request, report.outcome, now)}

    def write_note(self, request_id: int, words: str, by: By) -> None:
        """Add a note to a request's history. A taken request then stays taken until `LEFT_ALONE` after the note.

        A note that this person has just written is not added again, because a button may be tapped twice.
        Raises ValueError for a longer note than `LONGEST_NOTE`, NoSuchRequest, StoreAway.
        """
        if len(words) > LONGEST_NOTE:
            raise ValueError(f"a note of {len(words)} letters")
        entry = HistoryEntry.of(by, HistoryEvent.NOTE, words)

        def written(write: Connection) -> None:
            row = found_row(write, request_id)
            if not just_noted(write, request_id, entry):
                write_down(write, row, entry)
            if row.status == Status.TAKEN:
                write.execute(update(table).where(table.c.id == request_id).values(touched=by.at))

        in_turn(self.database, written)

    def undo(self, request_id: int, what: str, by: By) -> bool:
        """Undo the move `what` of a request, if it is the last and this person's; return whether it was undone.

        The change that the move made in the diary is undone too. A merge is undone by merging.py. Raises TimeTaken if
        another patient has the appointment's former time by now, NoSuchRequest, StoreAway.
        """
        clinic = self.clinic_now()

        def undone(write: Connection) -> bool:
            row = found_row(write, request_id)
            last = last_line(write, request_id)
            if last is None or last.what != what or what in MERGED or not may_undo(last, by):
                return False
            before, done = restored(last.before), more_before(last.before, DONE)
            if before is None or (done and not take_back(write, clinic, done, by)):
                return False
            write.execute(update(table).where(table.c.id == request_id).values(before))
            if before.get("merged_into") and not row.merged_into:
                link_again(write, taken_in(row), row.reference, before["merged_into"])
            entry = HistoryEntry.of(by, HistoryEvent.UNDONE, last.what)
            note(write, request_id, entry)
            write.execute(audited(row, entry))
            return True

        return in_turn(self.database, undone)

    def return_untouched(self, now: datetime) -> int:
        """Open again the requests that somebody took and left for `LEFT_ALONE`; return how many. Raises StoreAway."""

        def returned(write: Connection) -> int:
            # A time ahead of now was written while the clock was wrong, and counts as past.
            over = or_(table.c.touched <= now - LEFT_ALONE, table.c.touched > now + LEFT_ALONE)
            alone = (schema.IS_LIVE, table.c.status == Status.TAKEN, over)
            # Locked in the order of the ids, as everywhere, so that two transactions do not deadlock.
            found = select(table.c.id, table.c.taken_by).where(*alone).order_by(table.c.id).with_for_update()
            rows = write.execute(found).all()
            for row in rows:
                change = {"status": Status.OPEN, "taken_by": None, "touched": None}
                write.execute(update(table).where(table.c.id == row.id).values(change))
                note(write, row.id, HistoryEntry(now, THE_CLOCK, HistoryEvent.RETURNED, row.taken_by or ""))
            return len(rows)

        return in_turn(self.database, returned)


def next_due(clinic: Clinic) -> Callable[[Request, Outcome, datetime], datetime]:
    """Return the clinic's rule for when a patient who was not reached is to be called again, as a function."""

    def due(request: Request, outcome: Outcome, now: datetime) -> datetime:
        pause = clinic.persistence.pause(request.tries + 1, busy=outcome is Outcome.BUSY)
        part = request.part if request.kind is Kind.CALLBACK else None
        return next_try(clinic.line(request.line).offer, part, now + pause)

    return due


def _taken_by(who: str) -> Callable[[Row[Any]], bool]:
    return lambda row: row.status == Status.TAKEN and row.taken_by == who

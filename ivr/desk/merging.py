"""Merges two live requests of one person: one remains, the other is closed as its duplicate and links to it.

One transaction locks both in the order of their ids. An undo restores both or neither. No HTTP, no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from ivr.desk.merge_links import forget_wish
from ivr.desk.move_parts import last_line, may_undo, more_before, restored, standing, taken_in, tell, write_down
from ivr.desk.outbox import give_back, withdraw
from ivr.desk.request_rows import request_of
from ivr.desk.requests import HistoryEntry, HistoryEvent, MoveRefused, NoSuchRequest, Outcome, Status
from ivr.desk.store import note
from ivr.diary.patients import LONGEST_NAME, forget_new, known_as
from ivr.storage import schema
from ivr.storage.audit import AuditAction, By, line
from ivr.storage.database import Database
from ivr.storage.odd import text_of
from ivr.storage.upsert import in_turn

table = schema.requests


class MergeRefused(MoveRefused):
    """The requests cannot be merged: the request `reference` is closed, or a colleague (`taken_by`) has taken it."""

    def __init__(self, row: Row[Any]) -> None:
        super().__init__(Status(row.status), row.taken_by)
        self.reference: str = row.reference


class SameRequest(ValueError):
    """The two requests to merge are the same request."""


@dataclass(frozen=True)
class Merging:
    """Merges two requests of one person, and undoes a merge."""

    database: Database

    def merge(self, stays_id: int, goes_id: int, by: By, words: str = "") -> None:
        """Close the second request as a duplicate of the first. The first becomes due at the earlier of both due times.

        `words` is a note typed with the merge, which an undo does not remove. Raises SameRequest, MergeRefused,
        CannotRead, NoSuchRequest, StoreAway.
        """
        if stays_id == goes_id:
            raise SameRequest

        def merged(write: Connection) -> None:
            stays, goes = _both(write, stays_id, goes_id)
            for row in (stays, goes):
                request_of(row)
                if not _is_free(row, by.who):
                    raise MergeRefused(row)
            if words:
                write_down(write, stays, HistoryEntry.of(by, HistoryEvent.NOTE, words))
            _take_in(write, stays, goes, by)
            _close(write, stays, goes, by)
            write.execute(line(by, AuditAction.MERGED_REQUEST, stays.reference, goes.reference))

        in_turn(self.database, merged)

    def undo(self, stays_id: int, by: By) -> bool:
        """Undo the merge that `by.who` has just made into the request `stays_id`; return False if nothing was undone.

        Nothing is undone if anything else has happened to either request since the merge. Raises StoreAway.
        """

        def undone(write: Connection) -> bool:
            goes_id = _taken_in(write, stays_id, by)
            return goes_id is not None and self._undo(write, stays_id, goes_id, by)

        return in_turn(self.database, undone)

    def _undo(self, write: Connection, stays_id: int, goes_id: int, by: By) -> bool:
        try:
            stays, goes = _both(write, stays_id, goes_id)
        except NoSuchRequest:
            return False
        last_of_stays, last_of_goes = last_line(write, stays_id), last_line(write, goes_id)
        # The link is read again, now that both requests are locked.
        if _taken_in(write, stays_id, by) != goes_id:
            return False
        if last_of_stays is None or last_of_goes is None or last_of_goes.what != HistoryEvent.DUPLICATE_OF:
            return False
        withdrawn, before_merge = more_before(last_of_goes.before, "withdrawn"), restored(last_of_goes.before)
        before_taking_in = restored(last_of_stays.before)
        if withdrawn is None or before_merge is None or before_taking_in is None:
            return False
        give_back(write, withdrawn)
        # The undo removes the link. If the closed request is erased later, its wish in this line would not be found.
        forget_wish(write, schema.history.c.id == last_of_stays.id, goes.reference)
        for row, before in ((stays, before_taking_in), (goes, before_merge)):
            write.execute(update(table).where(table.c.id == row.id).values(before))
            note(write, row.id, HistoryEntry.of(by, HistoryEvent.UNDONE))
        forget_new(write, stays.patient_id, stays.phone, last_of_stays.at)
        write.execute(line(by, AuditAction.UNDID_MERGING_REQUEST, stays.reference, goes.reference))
        return True


def _both(write: Connection, first: int, second: int) -> Sequence[Row[Any]]:
    """Return the rows of both requests to merge, locked in the order of their ids, so that no two merges deadlock."""
    query = select(table).where(table.c.id.in_((first, second))).order_by(table.c.id).with_for_update()
    found = {row.id: row for row in write.execute(query)}
    for each in (first, second):
        if each not in found:
            raise NoSuchRequest(each)
    return found[first], found[second]


def _is_free(row: Row[Any], who: str) -> bool:
    return bool(row.status == Status.OPEN or (row.status == Status.TAKEN and row.taken_by == who))


def _take_in(write: Connection, stays: Row[Any], goes: Row[Any], by: By) -> None:
    touched = by.at if stays.status == Status.TAKEN else stays.touched
    change = update(table).where(table.c.id == stays.id)
    known = stays.patient_id or _patient_of(write, stays, goes, by)
    write.execute(change.values(due=min(stays.due, goes.due), touched=touched, patient_id=known))
    entry = HistoryEntry.of(by, HistoryEvent.TOOK_IN, taken_in(goes))
    tell(write, stays, entry, standing(stays, took_in=goes.id))


def _patient_of(write: Connection, stays: Row[Any], goes: Row[Any], by: By) -> int | None:
    """Return the patient with the name on the request that goes, for the number of the request that stays.

    A patient of the other number would go, or come back under another name, when that number is erased.
    """
    patients = schema.patients
    name = write.scalar(select(patients.c.name).where(patients.c.id == goes.patient_id))
    return known_as(write, request_of(stays).phone, text_of(name)[:LONGEST_NAME], by.at) if name else None


def _close(write: Connection, stays: Row[Any], goes: Row[Any], by: By) -> None:
    withdrawn = withdraw(write, goes.id, by.at)
    closed = {"status": Status.CLOSED, "outcome": Outcome.DUPLICATE, "touched": by.at, "merged_into": stays.id}
    write.execute(update(table).where(table.c.id == goes.id).values(closed))
    tell(
        write,
        goes,
        HistoryEntry.of(by, HistoryEvent.DUPLICATE_OF, stays.reference),
        standing(goes, withdrawn=withdrawn),
    )


def _taken_in(write: Connection, stays_id: int, by: By) -> int | None:
    """Return the id of the request merged into request `stays_id`; None unless `by.who` may undo that merge now."""
    if write.execute(select(table.c.id).where(table.c.id == stays_id)).first() is None:
        return None
    last = last_line(write, stays_id)
    if last is None or last.what != HistoryEvent.TOOK_IN or not may_undo(last, by):
        return None
    found: int | None = more_before(last.before, "took_in")
    return found

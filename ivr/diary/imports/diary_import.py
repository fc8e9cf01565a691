"""Enters the plan of an import into the diary, in batches of one transaction each, so that no caller waits long.

An import may be cut short and repeated: marks show which entries are in the diary already. No HTTP, no clock.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from ivr.diary.blocked_times import undo_blocks
from ivr.diary.imports import steps
from ivr.diary.imports.clashes import clashes
from ivr.diary.imports.earlier import earlier
from ivr.diary.imports.entries import FileContent, Marks
from ivr.diary.imports.plan import Plan, PlannedVisit
from ivr.diary.imports.planner import Planner
from ivr.line.clinic import Clinic
from ivr.storage.audit import By
from ivr.storage.database import Database
from ivr.storage.upsert import in_turn

AT_ONCE = 100
"""The most busy times that one transaction of an import enters."""

VISITS_AT_ONCE = 20
"""The most appointments that an import enters in one transaction, because callers wait while a transaction runs."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class DiaryImport:
    """Imports a diary that is kept elsewhere into one column of this diary, or into all."""

    database: Database
    clinic: Clinic
    """The clinic's settings with the closures of the desk."""
    marks: Marks

    def plan(self, file: FileContent, now: datetime, *, take_away: bool = False) -> Plan:
        """Return the plan of importing this file: the steps that `enter` would take. Raises StoreAway.

        With `take_away`, entries that the file has no longer are removed, if all of the file could be read.
        """
        today = self.clinic.line("").hours.local(now).date()
        with self.database.reading() as read:
            before = earlier(read, now, today)
        plan = Planner(file, before, self.marks, self.clinic, now, take_away).planned()
        plan.notes += clashes(plan, before, self.clinic)
        return plan

    def enter(self, plan: Plan, by: By) -> None:
        """Make a plan's changes in the diary. Raises StoreAway, after which some of the changes may have been made."""
        for ids in _batches(plan.unblock, AT_ONCE):
            in_turn(self.database, lambda write: undo_blocks(write, ids, by))  # noqa: B023 - called at once
        self._each(plan.cancel, lambda write, each: steps.cancelled(write, each, by))
        self._each(plan.remark, lambda write, each: steps.remarked(write, *each, by))
        self._each(plan.name, lambda write, each: steps.named(write, each, by))  # while it is as the plan found it
        self._move(plan.move, by)
        self._each(plan.reopen, lambda write, each: steps.reopened(write, each, by))
        for visits in _batches(plan.book):
            in_turn(self.database, lambda write: steps.booked(write, self.clinic, self.marks, visits, by))  # noqa: B023
        for blocks in _batches(plan.block, AT_ONCE):
            in_turn(self.database, lambda write: steps.blocked(write, blocks, by))  # noqa: B023

    def _each(self, items: Sequence[Item], work: Callable[[Connection, Item], Result]) -> list[Result]:
        """Do the work for each item of the plan, each in a transaction of its own; return the results."""
        return [in_turn(self.database, lambda write: work(write, each)) for each in items]  # noqa: B023

    def _move(self, visits: Sequence[PlannedVisit], by: By) -> None:
        """Move each appointment to its new time, or to an extra place at that time if another appointment has the time.

        Last, an appointment leaves its extra place if the other appointment has gone meanwhile.
        """
        done = self._each(visits, lambda write, each: steps.moved(write, each, by, beside=False))
        waiting = [each for each, is_done in zip(visits, done, strict=True) if not is_done]
        self._each(waiting, lambda write, each: steps.moved(write, each, by, beside=True))
        self._each(waiting, lambda write, each: steps.settled(write, each, by))


def _batches(items: Sequence[Item], size: int = VISITS_AT_ONCE) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))

"""The kept counts of days: equal to the counts of the rows after every step, on both databases, whatever happens."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select

from ivr.desk.merging import MergeRefused, Merging
from ivr.desk.moves import Moves
from ivr.desk.requests import HistoryEvent, MoveRefused, Outcome, OutcomeReport
from ivr.line.hours import DeskClosure
from ivr.line.phones import Phone
from ivr.operations.demo_calls import HABITS
from ivr.operations.retention import remove
from ivr.reports.call_records import CallRecord, Ending, ending
from ivr.reports.counts.reports import Reports
from ivr.reports.period import Period
from ivr.reports.traces.collector import write_down
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database
from ivr.storage.upsert import insert_new
from tests.reports.counts import CLINIC, ZONE, Asked, from_rows, told

START = datetime(2026, 11, 23, 5, tzinfo=UTC)
LINES = ("main", "second", "gone", "")
OUTCOMES = (Outcome.NO_ANSWER, Outcome.BUSY, Outcome.SETTLED, Outcome.WRONG_NUMBER)


def next_due(*_: object) -> datetime:
    return START + timedelta(days=1)


@dataclass
class Clinic:
    """A clinic at which random things happen to its calls, its requests and its hours, one step after another."""

    database: Database
    random: Random
    now: datetime = START
    closures: list[DeskClosure] = field(default_factory=list)
    number: int = 0

    def __post_init__(self) -> None:
        self.moves = Moves(self.database, next_due, 3, lambda: CLINIC)
        self.merging = Merging(self.database)
        self.reports = Reports(self.database)

    @property
    def by(self) -> By:
        return By("asha", self.now)

    def earlier(self) -> datetime:
        """Return a random moment before now, mostly of today."""
        return self.now - timedelta(minutes=self.random.choice((20, 600, 4000)) * self.random.random())

    def time_goes_on(self) -> None:
        self.now += timedelta(minutes=self.random.choice((1, 7, 90, 1000)))

    def calls_are_collected(self) -> None:
        """Store records of random calls in any order, some of them a second time."""
        records = []
        for _ in range(self.random.randrange(1, 12)):
            self.number += self.random.random() < 0.9
            path = tuple(self.random.choice(HABITS).path.split())
            ended = self.random.choice((ending(path, over=True), Ending.UNKNOWN))
            line = self.random.choice(LINES)
            records.append(CallRecord(f"{self.number:032x}", self.earlier(), line, "en", path, 30, ended))
        write_down(self.database, self.random.sample(records, len(records)))

    def requests_are_made(self) -> None:
        for _ in range(self.random.randrange(1, 4)):
            self.number += 1
            made = self.earlier()
            row: dict[str, object] = {
                "reference": f"{self.number:06}",
                "kind": self.random.choice(("callback", "booking")),
            }
            row |= {"line": self.random.choice(LINES), "phone": Phone(f"+9199999{self.number % 10**5:05}").e164}
            row |= {"language": "en", "due": made + timedelta(hours=self.random.randrange(20)), "status": "open"}
            row |= {"created": made, "call_sid": f"CA{self.number}", "rang_again": 0}
            row |= {"source": self.random.choice(("call", "call", "counter", "diary"))}
            with self.database.writing() as write:
                line = {
                    "request_id": insert_new(write, schema.requests, **row),
                    "at": made,
                    "who": "caller",
                    "what": HistoryEvent.MADE,
                    "detail": "",
                }
                write.execute(schema.history.insert().values(line))

    def some_request(self) -> int | None:
        with self.database.reading() as read:
            ids = read.scalars(select(schema.requests.c.id).order_by(schema.requests.c.id)).all()
        return self.random.choice(ids) if ids else None

    def the_desk_moves_one(self) -> None:
        request_id = self.some_request()
        if request_id is None:
            return
        steps: list[Callable[[], object]] = [
            lambda: self.moves.take(request_id, self.by),
            lambda: self.moves.report(request_id, OutcomeReport(self.random.choice(OUTCOMES)), self.by),
            lambda: self.moves.reopen(request_id, self.by),
            lambda: self.moves.undo(request_id, self.random.choice(OUTCOMES), self.by),
        ]
        for step in (steps[0], steps[1], self.random.choice(steps)):
            with suppress(MoveRefused):
                step()

    def the_desk_merges_two(self) -> None:
        stays, goes = self.some_request(), self.some_request()
        if stays and goes and stays != goes:
            try:
                self.merging.merge(stays, goes, self.by)
            except MergeRefused:
                return
            if self.random.random() < 0.3:
                self.merging.undo(stays, self.by)

    def something_is_deleted(self) -> None:
        """Delete some rows of requests or calls, also the newest rows, because SQLite gives their ids to new rows."""
        table = self.random.choice((schema.requests, schema.calls))
        with self.database.writing() as write:
            ids = write.scalars(select(table.c.id).order_by(table.c.id.desc())).all()
            remove(write, table, ids[: self.random.randrange(3)] or self.random.sample(ids, min(1, len(ids))))

    def the_hours_change(self) -> None:
        day = (self.now + timedelta(days=self.random.randrange(-2, 2))).astimezone(ZONE).date()
        self.closures = [DeskClosure(day, self.random.choice(("", "main")))] if self.random.random() < 0.7 else []

    def agrees(self) -> None:
        """Check that a report of this clinic, made from the kept counts, equals one counted from all rows."""
        today = self.now.astimezone(ZONE).date()
        period = Period(today - timedelta(days=self.random.choice((0, 1, 3))), today, ZONE)
        asked = Asked(period, self.random.choice(("", "main", "second")), CLINIC.with_closures(self.closures), self.now)
        report = self.reports.of(asked.period, asked.line, asked.clinic, asked.now)
        assert told(report) == from_rows(self.database, asked)

    def the_clock_counts(self) -> None:
        self.reports.keep_counts(CLINIC.with_closures(self.closures), self.now)


@pytest.mark.parametrize("seed", range(2))
def test_kept_counts_are_those_of_the_rows(database: Database, seed: int) -> None:
    clinic = Clinic(database, Random(seed))  # noqa: S311 - the same histories every time
    happens = [
        *[clinic.time_goes_on, clinic.calls_are_collected, clinic.requests_are_made, clinic.the_desk_moves_one] * 4,
        *[clinic.the_desk_merges_two, clinic.something_is_deleted, clinic.the_hours_change, clinic.the_clock_counts],
    ]
    for _ in range(40):
        clinic.random.choice(happens)()
        if clinic.random.random() < 0.4:
            clinic.agrees()

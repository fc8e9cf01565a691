"""Query plans of the reads that run every few seconds: each uses an index, with or without database statistics."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import event, select, text

from ivr.desk.lists.worklist import Filter, Worklist
from ivr.desk.missed.missed_calls import MissedCalls
from ivr.desk.missed.sealed import SealedMissedCalls
from ivr.desk.missed.upkeep import MissedCallUpkeep
from ivr.desk.moves import Moves
from ivr.desk.outbox import Outbox
from ivr.desk.requests import LIVE, Status
from ivr.desk.upkeep.unheard import Unheard
from ivr.desk.upkeep.upkeep import Upkeep
from ivr.hours.closures import desk_closures
from ivr.operations.desk_snapshot import _failed, _overdue_since, _unsent_since
from ivr.reports.counts.reports import Reports
from ivr.reports.period import Period
from ivr.reports.reported_requests import overdue
from ivr.reports.traces.call_traces import CallTraces
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database
from ivr.storage.encryption import Cipher, KeyedIds
from tests.diary import the_clinic
from tests.storage.test_schema import request

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
MANY = 8_000

FILL = (
    # Of the requests of some years, a few are live; of their errands, a few are undone, and fewer have failed.
    "INSERT INTO requests (id, reference, kind, line, phone, language, due, status, created, touched, call_sid,"
    " rang_again, tries, source) SELECT i, '000000', CASE WHEN i % 2 = 0 THEN 'booking' ELSE 'callback' END, 'main',"
    " '+91999' || (1000000 + i), 'en', '2026-11-23 08:00:00.000000', CASE WHEN i % 200 = 0 THEN 'open'"
    " ELSE 'closed' END, '2026-11-23 08:00:00.000000', '2026-11-23 08:00:00.000000',"
    " 'CA' || i, 0, 0, 'call' FROM n",
    "INSERT INTO errands (id, request_id, task, created, next_at, leased_until, rings, attempts, done_at, failed_at,"
    " error) SELECT id, id, 'tell_staff', created, created, created, 1, 1, CASE WHEN id % 1000 > 0 THEN created END,"
    " CASE WHEN id % 2000 = 0 THEN created END, '' FROM requests",
    "INSERT INTO history (id, request_id, at, who, what, detail) SELECT id, id, created, 'x', 'made', '' FROM requests",
    # Of the appointments of some years, a few are ahead, and of fewer nobody knows whether the caller has heard.
    "INSERT INTO appointments (id, reference, phone, line, language, schedule, extra, starts, ends, status, source,"
    " whose, made_by, call_sid, created, touched, to_hear) SELECT id, reference, phone, 'main', 'en', '1', id,"
    " CASE WHEN id % 200 > 0 THEN '2026-11-20 08:00:00.000000'"
    " ELSE '2026-11-25 18:00:00.000000' END, '2026-11-25 18:30:00.000000', 'booked', 'phone',"
    " 'own', 'caller', call_sid, created, created, CASE WHEN id % 2000 = 0 THEN call_sid END FROM requests",
    "INSERT INTO appointment_history (id, appointment_id, at, who, what, detail)"
    " SELECT id, id, created, 'caller', 'booked', '' FROM requests",
    # Of the traces of a day's calls, a few are not recorded.
    "INSERT INTO call_traces (id, digest, mark, host, at, line, language, what, step, ended, lasted, caller, arrived,"
    " recorded) SELECT id, 'd' || id, 'm' || (id / 4), 'here', '2026-11-23 07:00:00.000000', 'main', 'en', 'main', '',"
    " id % 4 = 3, NULL, '', '2026-11-23 07:00:00.000000', id % 2000 > 0 FROM requests",
    # A day's missed calls, of numbers that are known.
    "INSERT INTO missed_calls (id, call_sid, phone, line, language, at, kind, reached, checked)"
    " SELECT id, call_sid, phone, 'main', 'en', '2026-11-23 07:00:00.000000', 'nothing', '', id % 4000 > 0"
    " FROM requests WHERE id % 40 = 0",
)

NUMBERS = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})"  # noqa: S608 - ours

MOMENT = re.compile(r"('2026-11-[^']+')")

BIG = ("requests", "errands", "history", "appointments", "appointment_history", "call_traces")
FEW = ("live_requests", "errands_undone", "errands_failed", "appointments_to_hear", "traces_unrecorded")
"""The indexes that hold only a few of a table's rows: a query plan may read such an index from end to end."""


@pytest.fixture
def filled(database_url: str) -> Iterator[Database]:
    """A database that holds the rows of some years."""
    database = Database(database_url, timeout=60)
    with database.writing() as write:
        for each in FILL:
            begun, _, asked = each.partition(" SELECT ")
            needs = NUMBERS if "FROM n" in each else ""
            moments = MOMENT.sub(r"CAST(\1 AS TIMESTAMP)", asked)
            write.execute(text(f"{begun} {needs} SELECT {moments if is_postgres(database) else asked}"))
    yield database
    database.close()


def is_postgres(database: Database) -> bool:
    return bool(database._engine.dialect.name == "postgresql")


def the_list(database: Database) -> object:
    worklist = Worklist(database)
    return (worklist.page(Filter()), worklist.page(Filter("main", "booking")), worklist.version())


def the_failures(database: Database) -> object:
    return Outbox(database).failed_for_good(NOW)


def the_sweep(database: Database) -> object:
    return (Outbox(database).due(NOW), Moves(database, lambda *_: NOW, 3, the_clinic).return_untouched(NOW))


def the_figures(database: Database) -> object:
    with database.reading() as read:
        return (_overdue_since(read, NOW), _unsent_since(read), _failed(read), overdue(read, "main", NOW))


def the_upkeep(database: Database) -> object:
    """Run the reads of the clock process's upkeep: appointments and requests in closed hours, and unheard bookings."""
    unheard, clinic = Unheard(database, str, CallTraces(database).words), the_clinic()
    return (Upkeep(database).touched(clinic, NOW), unheard.check(clinic, By("the clock", NOW)))


def the_report(database: Database) -> object:
    """Read the report on one week, as the reports' page does; it must not read the rows of other weeks."""
    clinic = the_clinic()
    week = Period(date(2026, 11, 9), date(2026, 11, 15), clinic.line("").hours.zone)
    return Reports(database).of(week, "", clinic, NOW)


def the_missed_calls(database: Database) -> object:
    """Run the reads about missed calls that an open page of the desk and the clock process repeat."""
    missed = MissedCalls(database, the_clinic(), desk_closures)
    redis = SealedMissedCalls(Redis(), Cipher("secret", "missed call"), KeyedIds("secret"))
    upkeep = MissedCallUpkeep(missed, redis, str, lambda _marks: {})
    return (missed.standing(NOW), missed.version(), upkeep.check(NOW), upkeep.purge(NOW))


def the_traces(database: Database) -> object:
    """Run the reads by which the clock process makes records of traces, and deletes recorded traces."""
    traces = CallTraces(database)
    return (traces.over(NOW), traces.paths(["m1", "m2"]), traces.forget(NOW))


Reader = Callable[[Database], object]


def plans(database: Database, reader: Reader) -> list[str]:
    """Return the query plans, step by step, of the statements that `reader` sends to the database."""
    sent: list[tuple[str, Any]] = []

    def notes(_c: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "UPDATE errands")):
            sent.append((statement, values))

    event.listen(database._engine, "before_cursor_execute", notes)
    reader(database)
    event.remove(database._engine, "before_cursor_execute", notes)
    explain = "EXPLAIN" if is_postgres(database) else "EXPLAIN QUERY PLAN"
    with database.reading() as read:
        return [
            str(row[-1]).strip()
            for statement, values in sent
            for row in read.exec_driver_sql(f"{explain} {statement}", values)
        ]


def reads_all(step: str) -> bool:
    """Return whether a step of a query plan reads a big table, or an index of all its rows, from end to end."""
    step = step.removeprefix("->").strip()
    whole = any(step.startswith((f"SCAN {table}", f"Seq Scan on {table}")) for table in BIG)
    return whole and not any(f"INDEX {index}" in step for index in FEW)


READERS = (the_list, the_failures, the_sweep, the_figures, the_upkeep, the_report, the_missed_calls, the_traces)
SQLITE = [("sqlite", reader, counted) for reader in READERS for counted in (False, True)]
POSTGRES = [("postgres", reader, True) for reader in READERS]
"""The cases for PostgreSQL, all with statistics, which PostgreSQL soon collects. Without them it assumes few NULLs."""


@pytest.mark.parametrize(
    ("database_url", "reader", "counted"),
    [*SQLITE, *POSTGRES, ("postgres", the_sweep, False)],
    indirect=["database_url"],
)
def test_no_table_is_read_from_end_to_end(filled: Database, reader: Reader, counted: bool) -> None:
    if counted:
        with filled.writing() as write:
            write.execute(text("ANALYZE"))
        filled.close()  # SQLite reads its statistics with the schema
    steps = plans(filled, reader)
    assert steps
    assert [each for each in steps if reads_all(each)] == []


def test_the_condition_of_a_live_request_is_that_of_its_index() -> None:
    assert str(schema.IS_LIVE) == f"requests.{schema.LIVE_ONLY}"
    assert str(schema.LIVE_ONLY) == f"status IN ({', '.join(repr(str(each)) for each in LIVE)})"


@pytest.mark.parametrize("status", Status)
def test_live_is_what_is_open_or_taken(database_url: str, status: Status) -> None:
    database = Database(database_url)
    with database.writing() as write:
        write.execute(schema.requests.insert().values(request(status=status)))
    with database.reading() as read:
        assert bool(read.execute(select(schema.requests).where(schema.IS_LIVE)).all()) == (status in LIVE)
    database.close()

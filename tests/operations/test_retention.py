"""Retention: old rows are deleted, a few at a time; live ones stay, however old they are."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, func, insert, select

from ivr.desk.requests import Outcome, OutcomeReport, Request, Status
from ivr.desk.store import add_task
from ivr.desk.tasks import TELL_STAFF, NewTask
from ivr.diary.diary import book
from ivr.diary.patients import known_as, set_patient
from ivr.hours.closures import Closures
from ivr.line.clinic import Retention
from ivr.line.hours import DeskClosure
from ivr.line.phones import Phone as Number
from ivr.operations import retention
from ivr.operations.personal_rows import CHILDREN_OF_AN_APPOINTMENT
from ivr.operations.retention import AT_ONCE, EVERY, Purge
from ivr.storage import schema
from ivr.storage.audit import Audit, AuditAction, By
from ivr.storage.database import Database, StoreAway, sqlite_path
from ivr.web.services import Services
from tests.applications import lent
from tests.diary import asked, wished
from tests.people import CALLER, Clock, Phone
from tests.staff.staffed import at_once
from tests.storage.test_schema import request
from tests.test_faults import moved
from workers import jobs
from workers.clock import purge_expired
from workers.services import WorkerServices

KEPT = Retention(closed_requests=timedelta(days=90), recordings=timedelta(days=30), log=timedelta(days=365))
SECOND = timedelta(seconds=1)


@pytest.fixture
def desk_url(database_url: str) -> str:
    """The address of the desk's database. Each test runs once on SQLite and once on PostgreSQL."""
    return database_url


@pytest.fixture
def purge(database: Database) -> Purge:
    return Purge(database, KEPT)


def rings(services: Services) -> Request:
    with lent(services) as app:
        Phone(app, services).rings().press("2", "1", "1", "1")
    return services.desk.store.waiting()[0]


def closes(services: Services, outcome: Outcome, clock: Clock) -> Request:
    """Make a request by telephone and close it with this outcome, as somebody at the desk does; return it."""
    found = rings(services)
    while services.desk.store.request(found.id).status is not Status.CLOSED:
        at = clock() + timedelta(hours=2) if outcome is Outcome.BOOKED else None
        services.desk.moves.take(found.id, By("asha", clock()))
        said = Outcome.NO_ANSWER if outcome is Outcome.NOT_REACHED else outcome
        services.desk.moves.report(found.id, OutcomeReport(said, at), By("asha", clock()))
        clock.goes_on(minutes=10)
    clock.goes_on(minutes=-10)
    return found


def count(database: Database, table: Table) -> int:
    with database.reading() as read:
        return read.scalar(select(func.count()).select_from(table)) or 0


def adds(database: Database, table: Table, *rows: dict[str, object]) -> None:
    with database.writing() as write:
        write.execute(insert(table), list(rows))


CLOSING = [each for each in Outcome if each not in {Outcome.NO_ANSWER, Outcome.BUSY, Outcome.LATER}]


@pytest.mark.parametrize("outcome", CLOSING)
def test_a_request_is_forgotten_ninety_days_after_it_was_closed_however_it_was_closed(
    services: Services, database: Database, purge: Purge, clock: Clock, outcome: Outcome
) -> None:
    closes(services, outcome, clock)
    clock.goes_on(days=90, seconds=-1)
    assert purge.run(clock()) == {}
    assert len(services.desk.store.all()) == 1
    clock.now += EVERY
    assert purge.run(clock()) == {"requests": 1}
    for table in (schema.requests, schema.promises, schema.history, schema.errands):
        assert count(database, table) == 0, table.name


def test_a_request_that_is_live_is_never_forgotten(services: Services, purge: Purge, clock: Clock) -> None:
    found = rings(services)
    clock.goes_on(days=4000)
    assert purge.run(clock()) == {}
    services.desk.moves.take(found.id, By("asha", clock()))
    clock.goes_on(days=4000)
    assert "requests" not in purge.run(clock()), "nor while it is taken"
    assert [each.id for each in services.desk.store.waiting()] == [found.id]


def test_a_closing_that_was_undone_does_not_count(services: Services, purge: Purge, clock: Clock) -> None:
    found = closes(services, Outcome.SETTLED, clock)
    assert services.desk.moves.undo(found.id, "settled", By("asha", clock()))
    clock.goes_on(days=80)
    services.desk.moves.report(found.id, OutcomeReport(Outcome.SETTLED), By("asha", clock()))
    clock.goes_on(days=80)
    assert purge.run(clock()) == {}
    clock.goes_on(days=10)
    assert purge.run(clock()) == {"requests": 1}


def test_what_was_booked_stays_until_the_appointment_is_over(services: Services, purge: Purge, clock: Clock) -> None:
    found = rings(services)
    services.desk.moves.take(found.id, By("asha", clock()))
    appointment = clock() + timedelta(days=120)
    services.desk.moves.report(found.id, OutcomeReport(Outcome.BOOKED, appointment), By("asha", clock()))
    clock.now = appointment - SECOND
    assert purge.run(clock()) == {}
    clock.now = appointment + EVERY
    assert purge.run(clock()) == {"requests": 1}


def test_one_that_the_first_version_closed_counts_from_the_last_line_of_its_history(
    database: Database, purge: Purge, clock: Clock
) -> None:
    adds(database, schema.requests, request(id=1, status="closed", created=clock() - timedelta(days=200)))
    line = {"request_id": 1, "who": "asha", "what": "done", "detail": ""}
    adds(database, schema.history, {**line, "at": clock() - timedelta(days=89)})
    assert purge.run(clock()) == {}
    clock.goes_on(days=1)
    assert purge.run(clock()) == {"requests": 1}


def test_the_audit_is_kept_for_a_year_and_says_nothing_of_what_it_forgets(
    database: Database, purge: Purge, clock: Clock
) -> None:
    audit = Audit(database)
    audit.write(By("asha", clock()), AuditAction.TOOK_REQUEST, "012345")
    clock.goes_on(days=364)
    audit.write(By("asha", clock()), AuditAction.TOOK_REQUEST, "543210")
    assert purge.run(clock()) == {}
    clock.goes_on(days=1)
    assert purge.run(clock()) == {"lines of the audit": 1}
    assert [line.about for line in audit.page()] == ["543210"]


def test_closures_of_long_ago_go_and_those_ahead_stay(database: Database, purge: Purge, clock: Clock) -> None:
    closures = Closures(database)
    closures.set([DeskClosure(date(2025, 11, 22), ""), DeskClosure(date(2026, 12, 25), "")], By("asha", clock()))
    assert purge.run(clock()) == {"closures": 1}
    assert [each.closure.day for each in closures.current(date(2020, 1, 1))] == [date(2026, 12, 25)]


def test_an_invitation_is_forgotten_a_year_after_it_worked(database: Database, purge: Purge, clock: Clock) -> None:
    person = {"id": 1, "name": "asha", "password_hash": "", "active": True, "created": clock(), "role": "staff"}
    adds(database, schema.staff, person)
    long_ago, not_yet = clock() - timedelta(days=365), clock() - timedelta(days=364)
    link = {"staff_id": 1, "used": None}
    adds(
        database,
        schema.invitations,
        {**link, "token_hash": "1", "expires": long_ago},
        {**link, "token_hash": "2", "expires": not_yet},
    )
    assert purge.run(clock()) == {"invitations": 1}
    assert count(database, schema.invitations) == 1


def test_a_block_stays_until_it_was_lifted_ninety_days_ago(database: Database, purge: Purge, clock: Clock) -> None:
    blocks = {"phone": CALLER, "reason": "", "who": "asha", "at": clock() - timedelta(days=1000)}
    lifted = {**blocks, "lifted_by": "asha", "lifted_at": clock() - timedelta(days=90)}
    stands = {**blocks, "lifted_by": None, "lifted_at": None}
    adds(database, schema.blocked, lifted, stands, {**lifted, "lifted_at": clock() - timedelta(days=89)})
    assert purge.run(clock()) == {"lifted blocks": 1}
    assert count(database, schema.blocked) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_digits_of_what_is_forgotten_are_gone_from_the_file_too(
    services: Services, purge: Purge, clock: Clock, sqlite_url: str
) -> None:
    closes(services, Outcome.SETTLED, clock)
    assert CALLER.encode() in bytes_of(sqlite_path(sqlite_url))
    clock.goes_on(days=90)
    assert purge.run(clock()) == {"requests": 1}
    assert CALLER.encode() not in bytes_of(sqlite_path(sqlite_url))


def bytes_of(path: Path) -> bytes:
    """Return all bytes of a SQLite database's file, after its journal was written into the file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as desk:
        desk.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()


# -- by the clock


def test_much_goes_a_little_at_a_time_and_then_not_before_the_hour_is_over(
    database: Database, purge: Purge, clock: Clock
) -> None:
    long_ago = clock() - timedelta(days=100)
    closed = request(status="closed", touched=long_ago)
    adds(database, schema.requests, *(closed for _ in range(AT_ONCE + 5)))
    assert [dict(purge.run(clock())) for _ in range(3)] == [{"requests": AT_ONCE}, {"requests": 5}, {}]
    adds(database, schema.requests, closed)
    clock.now += EVERY - SECOND
    assert purge.run(clock()) == {}
    clock.now += SECOND
    assert purge.run(clock()) == {"requests": 1}


def test_another_clock_that_looks_in_the_same_moment_does_no_harm(database: Database, clock: Clock) -> None:
    long_ago = clock() - timedelta(days=100)
    adds(database, schema.requests, *(request(id=each, status="closed", touched=long_ago) for each in range(1, 51)))
    line = {"at": long_ago, "who": "caller", "what": "made", "detail": ""}
    adds(database, schema.history, *({**line, "request_id": each} for each in range(1, 51)))
    looks = [lambda: Purge(database, KEPT).run(clock())] * 4
    gone = at_once(*looks)
    assert sum(each.get("requests", 0) for each in gone if isinstance(each, dict)) == 50, gone
    assert count(database, schema.history) == 0


def test_the_errand_of_a_request_that_is_forgotten_is_done_already(
    services: Services, worker: WorkerServices, purge: Purge, clock: Clock
) -> None:
    closes(services, Outcome.SETTLED, clock)
    rung = worker.desk.job_queue.queued_tasks()
    clock.goes_on(days=91)
    assert purge.run(clock()) == {"requests": 1}
    assert rung == {1}
    jobs.run(worker, 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_with_the_database_away_nothing_is_forgotten_until_it_is_back(
    services: Services, worker: WorkerServices, clock: Clock, sqlite_url: str
) -> None:
    closes(services, Outcome.SETTLED, clock)
    purge_expired(worker)
    clock.goes_on(days=100)
    with moved(sqlite_path(sqlite_url)), pytest.raises(StoreAway):
        purge_expired(worker)
    purge_expired(worker)
    assert services.desk.store.all() == []


def test_how_long_is_said_by_the_clinics_file(services: Services, database: Database, clock: Clock) -> None:
    assert services.clinic.retention == KEPT
    closes(services, Outcome.SETTLED, clock)
    short = replace(KEPT, closed_requests=timedelta(days=1))
    clock.goes_on(days=1)
    assert Purge(database, short).run(clock()) == {"requests": 1}


def test_everything_that_hangs_on_a_request_is_known_to_what_deletes_it() -> None:
    """Check that the deletion knows every table that refers to requests or appointments. An unknown table breaks it."""
    refers = {
        table
        for table in schema.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is schema.requests
    }
    assert refers == {*retention.CHILDREN_OF_A_REQUEST, schema.appointments}, "an appointment stays, and forgets it"
    hangs = {each for each in schema.metadata.sorted_tables if "appointment_id" in each.columns}
    assert hangs == set(CHILDREN_OF_AN_APPOINTMENT)


# -- the diary


def visits(database: Database, ends: datetime, number: int = 1, **more: object) -> int:
    """Store an appointment that ends at this moment, with a named patient and a task; return its id."""
    starts = ends - timedelta(minutes=30)
    with database.writing() as write:
        appointment_id = book(write, wished(starts, number, created=starts, mark=None, **more), asked(starts))
        known = known_as(write, Number(f"+9199999{number:05}"), "Made Up", starts)
        set_patient(write, schema.appointments, appointment_id, known)
        add_task(write, None, NewTask(TELL_STAFF), starts, appointment_id=appointment_id)
    return appointment_id


def test_an_appointment_is_forgotten_with_its_patient_ninety_days_after_it(
    database: Database, purge: Purge, clock: Clock
) -> None:
    visits(database, clock())
    clock.goes_on(days=90, seconds=-1)
    assert purge.run(clock()) == {}
    clock.now += EVERY
    assert purge.run(clock()) == {"appointments": 1, "patients": 1}
    for table in (schema.appointments, schema.patients, *CHILDREN_OF_AN_APPOINTMENT):
        assert count(database, table) == 0, table.name


def test_a_patient_stays_with_the_last_of_what_is_theirs(database: Database, purge: Purge, clock: Clock) -> None:
    visits(database, clock())
    visits(database, clock() + timedelta(days=30))
    clock.goes_on(days=91)
    assert purge.run(clock()) == {"appointments": 1}
    clock.goes_on(days=30)
    assert purge.run(clock()) == {"appointments": 1, "patients": 1}


def test_an_appointment_stays_while_somebody_is_to_tell_of_it_or_its_request_is_there(
    database: Database, purge: Purge, clock: Clock
) -> None:
    about = visits(database, clock())
    adds(database, schema.requests, request(about=about, created=clock(), touched=clock()))
    adds(database, schema.requests, request(id=2, status="closed", created=clock(), touched=clock()))
    visits(database, clock() + timedelta(hours=1), 2, request_id=2)
    clock.goes_on(days=90, hours=2)
    assert purge.run(clock()) == {"requests": 1, "appointments": 1, "patients": 1}, "the request first, then its own"
    assert count(database, schema.appointments) == 1


def test_blocked_times_are_forgotten_with_the_log(database: Database, purge: Purge, clock: Clock) -> None:
    row = {"schedule": "", "shift": "13:00-14:00", "words": "lunch", "who": "asha", "at": clock()}
    day = clock().date()
    adds(database, schema.blocked_times, {**row, "first_day": day, "last_day": day, "weekday": None})
    adds(database, schema.blocked_times, {**row, "first_day": day, "last_day": None, "weekday": 2})
    clock.goes_on(days=367)
    assert purge.run(clock()) == {"blocked times": 1}, "that of every week stays"

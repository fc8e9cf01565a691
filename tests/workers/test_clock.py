"""The duties of the clock process, each seen by its effect: every test runs rounds of the process's real loop."""

import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from rq import Queue
from sqlalchemy import func, select

from ivr.hours.closures_file import FILE, LOOKED_BACK
from ivr.line.hours import DeskClosure
from ivr.reports.spool import FOLDER
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import sqlite_path
from ivr.storage.lived_time import FILE as LIVED_TIME
from testing.servers.valkey import Valkey
from tests.people import CALLER, Clock, Phone, Staff
from tests.test_faults import moved
from tests.workers import books, the_clock_runs
from workers.services import WorkerServices

CLOSED, DIWALI = DeskClosure(date(2026, 11, 23), ""), DeskClosure(date(2027, 10, 29), "", (), "diwali")


def sets(worker: WorkerServices, *closures: DeskClosure) -> None:
    worker.hours.closures.set(closures, By("asha", worker.clock()))


def closes(staff: Staff, request_id: int = 1) -> None:
    staff.does("take", request_id)
    assert "Resolved" in staff.does("report", request_id, outcome="settled")


def count(worker: WorkerServices, table: str) -> int:
    with worker.database.reading() as read:
        return read.scalar(select(func.count()).select_from(schema.metadata.tables[table])) or 0


def lost(worker: WorkerServices) -> None:
    """Empty Redis, so that the job queue loses every job."""
    worker.desk.job_queue._redis.flushall()


# -- requests


def test_a_request_that_was_taken_and_left_alone_goes_back(
    phone: Phone, worker: WorkerServices, staff: Staff, clock: Clock
) -> None:
    books(phone)
    staff.does("take", 1)
    clock.goes_on(minutes=19)
    the_clock_runs(worker)
    assert "Taken by you" in staff.sees()
    clock.goes_on(minutes=1)
    the_clock_runs(worker)
    assert "Taken by you" not in staff.sees()
    assert [entry.who for entry in worker.desk.store.history(1)] == ["caller", "asha", "the clock"]


def test_what_waits_in_redis_is_given_to_a_worker_once(phone: Phone, worker: WorkerServices, sqlite_url: str) -> None:
    with moved(sqlite_path(sqlite_url)):
        books(phone)
    the_clock_runs(worker, lambda: None)
    assert queued(worker) == ["waiting-1"], "one is enough"


def queued(worker: WorkerServices) -> list[str]:
    """Return the ids of the jobs on all queues of the workers."""
    redis, names = worker.desk.job_queue._redis, worker.desk.job_queue.names
    return [each for name in names for each in Queue(name, connection=redis).get_job_ids()]


# -- tasks


def test_a_task_that_redis_lost_is_queued_again_within_half_a_minute(
    phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    books(phone)
    lost(worker)
    clock.goes_on(seconds=20)
    the_clock_runs(worker)
    assert worker.desk.job_queue.queued_tasks() == {1}


def test_a_task_that_still_lies_on_the_queue_is_not_queued_again(
    phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    books(phone)
    the_clock_runs(worker, *[lambda: clock.goes_on(minutes=2)] * 5)
    assert queued(worker) == ["errand-1-1"]


def test_a_task_whose_worker_died_is_queued_again_within_a_minute(
    phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    books(phone)
    lost(worker)
    assert worker.desk.outbox.begin(1, clock()) is not None, "a worker has begun it, and dies"
    the_clock_runs(worker)
    assert worker.desk.job_queue.queued_tasks() == set(), "it is left to that worker for a while"
    clock.goes_on(seconds=55)
    the_clock_runs(worker)
    assert worker.desk.job_queue.queued_tasks() == {1}


def test_two_clocks_queue_a_task_once(phone: Phone, worker: WorkerServices, clock: Clock) -> None:
    books(phone)
    clock.goes_on(minutes=1)
    due = worker.desk.outbox.due(clock()) + worker.desk.outbox.due(clock())
    assert [each.task_id for each in due] == [1]


# -- the closures, for the calls of this machine


def test_this_machine_learns_what_was_set_on_another(worker: WorkerServices, clock: Clock) -> None:
    the_clock_runs(worker)
    assert worker.hours.closures_file.read() == ()
    sets(worker, CLOSED, DIWALI)
    the_clock_runs(worker)
    assert worker.hours.closures_file.read() == (CLOSED, DIWALI)
    clock.goes_on(days=LOOKED_BACK.days + 1)
    the_clock_runs(worker)
    assert worker.hours.closures_file.read() == (DIWALI,), "it ends a month after its day"


def test_with_redis_away_the_rest_is_done_and_no_task_is_leased(
    phone: Phone, worker: WorkerServices, valkey_server: Valkey, clock: Clock
) -> None:
    """While Redis is away the clock process does its other duties, and leases no task that it could not queue."""
    books(phone)
    clock.goes_on(seconds=20)
    sets(worker, CLOSED)
    valkey_server.stop()
    try:
        the_clock_runs(worker)
    finally:
        valkey_server.start()
    assert worker.hours.closures_file.read() == (CLOSED,)
    assert [each.task_id for each in worker.desk.outbox.due(clock())] == [1]


# -- what is counted, and what is forgotten


def test_a_finished_call_is_recorded(phone: Phone, worker: WorkerServices, clock: Clock) -> None:
    phone.rings().hangs_up()
    clock.goes_on(minutes=10)
    the_clock_runs(worker)
    assert count(worker, "calls") == 1


def test_failed_logins_that_no_longer_count_are_forgotten(app: Flask, worker: WorkerServices, clock: Clock) -> None:
    assert Staff(app, "asha", "wrong horse battery").logs_in().status_code == 401
    for minutes, left in ((14, 1), (1, 0)):
        clock.goes_on(minutes=minutes)
        the_clock_runs(worker)
        assert count(worker, "failed_logins") == left


def test_what_was_kept_long_enough_is_deleted_and_the_log_has_counts_only(
    phone: Phone, worker: WorkerServices, staff: Staff, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    reference = books(phone)
    closes(staff)
    the_clock_runs(worker)
    clock.goes_on(days=400)
    with caplog.at_level(logging.INFO):
        the_clock_runs(worker)
    assert count(worker, "requests") == 0
    assert "kept long enough and deleted: 1 requests" in caplog.text
    assert CALLER[-10:] not in caplog.text
    assert reference not in caplog.text


def test_a_clock_that_jumps_ahead_deletes_nothing_and_ends_no_call(
    phone: Phone, worker: WorkerServices, staff: Staff, clock: Clock
) -> None:
    books(phone)
    closes(staff)
    the_clock_runs(worker, lambda: clock.jumps(days=100), lambda: None)
    assert (count(worker, "requests"), count(worker, "calls")) == (1, 0)
    the_clock_runs(worker)
    assert (count(worker, "requests"), count(worker, "calls")) == (1, 1), "until somebody says that the clock is right"


# -- when something is away


Mend = Callable[[], object]


def redis_stops(worker: WorkerServices, valkey_server: Valkey) -> Mend:
    valkey_server.stop()
    return valkey_server.start


def database_leaves(worker: WorkerServices, _: Valkey) -> Mend:
    path = sqlite_path(worker.settings.database_url)
    away = path.rename(path.with_suffix(".away"))
    return lambda: away.rename(path)


def closures_cannot_be_written(worker: WorkerServices, _: Valkey) -> Mend:
    return stands_in_the_way(worker.settings.state_dir / f"{FILE}.lock")


def calls_cannot_be_read(worker: WorkerServices, _: Valkey) -> Mend:
    """Replace yesterday's spool file by a link to itself, which nobody can read; return a function that removes it."""
    path = worker.settings.state_dir / FOLDER / "20261122T0830.jsonl"
    path.parent.mkdir(parents=True)
    path.symlink_to(path)
    return path.unlink


def lived_time_cannot_be_read(worker: WorkerServices, _: Valkey) -> Mend:
    return stands_in_the_way(worker.settings.state_dir / LIVED_TIME)


def stands_in_the_way(path: Path) -> Mend:
    """Make a folder where the clock process would write a file; return a function that removes the folder."""
    path.mkdir(parents=True)
    return path.rmdir


TROUBLES = {
    "QueueAway": redis_stops,
    "StoreAway": database_leaves,
    "MirrorFileAway": closures_cannot_be_written,
    "SpoolAway": calls_cannot_be_read,
    "LivedTimeAway": lived_time_cannot_be_read,
}


@pytest.mark.parametrize("name", TROUBLES)
def test_what_is_away_is_told_once_and_that_it_is_back_too(
    worker: WorkerServices, valkey_server: Valkey, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    mends = TROUBLES[name](worker, valkey_server)
    the_clock_runs(worker, lambda: None, mends, lambda: None)
    told, back = (record.getMessage() for record in caplog.records if record.name == "workers.clock")
    assert told.startswith(f"the sweep: {name} ")
    assert back == "the sweep: all is well again"

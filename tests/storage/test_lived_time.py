"""Deletion by age under a wrong clock: no row is deleted that the right clock would still keep."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, insert, select

from ivr.app import create_app
from ivr.preflight.clocks import deleting
from ivr.preflight.context import context
from ivr.preflight.findings import Result as Found
from ivr.storage import lived_time, schema
from ivr.storage.audit import AuditAction, By
from ivr.storage.lived_time import LivedTime, LivedTimeAway, read
from ivr.web.services import Services
from tests.people import Clock
from tests.storage.test_schema import request
from tests.web import service
from workers.clock import purge_expired, sweep
from workers.services import WorkerServices
from workers.services import build as build_workers

DAY = timedelta(days=1)
WRONG = [timedelta(days=400), timedelta(days=4000), -timedelta(days=400)]


@pytest.fixture
def services(tmp_path: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[Services]:
    with service(tmp_path, database_url, redis_url, clock) as phone:
        yield phone.services


@pytest.fixture
def app(services: Services) -> Flask:
    return create_app(services)


def starts(services: Services, clock: Clock) -> WorkerServices:
    """Start the clock process on this service's stores; return its services."""
    return build_workers(services.settings, clock, clock.seconds)


def fill(services: Services, clock: Clock) -> None:
    """Store a row for each of the last ninety days, in each table from which rows are deleted by age."""
    at = [clock() - number * DAY for number in range(1, 90)]
    closed = [request(status="closed", created=each, touched=each, call_sid=f"CA{each}") for each in at]
    audit = [{"at": each, "who": "asha", "what": "saw request", "about": "", "detail": ""} for each in at]
    calls = [
        {"mark": f"{number:032}", "began": each, "line": "main", "language": "en", "path": "main"}
        for number, each in enumerate(at)
    ]
    blocked = [{"phone": "+919999900009", "reason": "", "who": "asha", "at": each, "lifted_at": each} for each in at]
    closures = [{"day": each.date(), "line": "", "shifts": "", "reason": "", "who": "asha", "at": each} for each in at]
    failed = [{"at": clock(), "name": "n", "address": "a"}]
    with services.database.writing() as write:
        write.execute(insert(schema.requests), closed)
        write.execute(insert(schema.audit), audit)
        write.execute(insert(schema.calls), [{**each, "seconds": 1, "ended": "goodbye"} for each in calls])
        write.execute(insert(schema.blocked), blocked)
        write.execute(insert(schema.closures), closures)
        write.execute(insert(schema.failed_logins), failed)


TABLES = (schema.requests, schema.audit, schema.calls, schema.blocked, schema.closures, schema.failed_logins)


def held(services: Services) -> dict[str, int]:
    with services.database.reading() as read:
        return {each.name: read.scalar(select(func.count()).select_from(each)) or 0 for each in TABLES}


def works(worker: WorkerServices) -> None:
    """Run a sweep of the clock process, and its deletions by age."""
    sweep(worker)
    purge_expired(worker)


@pytest.mark.parametrize("wrong", WRONG)
def test_a_clock_that_is_wrong_from_the_start_deletes_nothing(
    services: Services, clock: Clock, wrong: timedelta
) -> None:
    fill(services, clock)
    before = held(services)
    clock.now += wrong
    services.staff.audit.write(By("asha", clock()), AuditAction.LOGGED_IN)  # before the clock process has looked
    for _ in range(3):  # the process restarts, and rows of the wrong day lie among the others
        worker = starts(services, clock)
        works(worker)
        services.staff.audit.write(By("asha", clock()), AuditAction.SAW_REQUEST)
        clock.goes_on(minutes=10)
        works(worker)
        worker.close()
    assert {**held(services), "audit": held(services)["audit"] - 4, "failed_logins": 1} == before


def test_under_a_wrong_clock_a_day_is_forgotten_for_each_day_that_passes(services: Services, clock: Clock) -> None:
    fill(services, clock)
    clock.now += timedelta(days=400)
    worker = starts(services, clock)
    works(worker)
    for day in range(3):
        before = held(services)["requests"]
        clock.goes_on(days=1)
        works(worker)
        assert before - held(services)["requests"] <= 1, day
    worker.close()


def test_with_the_right_clock_everything_is_forgotten_in_its_time(services: Services, clock: Clock) -> None:
    """Old rows are deleted on the day when they are due, or a day later, though the process is restarted meanwhile."""
    fill(services, clock)
    worker = starts(services, clock)
    works(worker)
    assert held(services)["requests"] == 89
    for day in range(1, 11):
        if day % 3 == 0:
            worker.close()
            worker = starts(services, clock)
        clock.goes_on(days=1)
        works(worker)
        assert 89 - held(services)["requests"] in {day - 1, day}
    worker.close()


def says(app: Flask) -> str:
    return str(app.test_client().get("/readyz").get_json()["clock"])


def confirms(app: Flask) -> Result:
    return app.test_cli_runner().invoke(args=["clock", "confirm"], input="y\n")


def test_a_wrong_clock_is_named_until_somebody_says_that_it_is_right(
    services: Services, app: Flask, clock: Clock
) -> None:
    fill(services, clock)
    clock.now += timedelta(days=400)
    worker = starts(services, clock)
    works(worker)
    assert says(app).startswith("401 days ahead of the time that this desk has lived through")
    with context(services.settings, clock) as on:
        assert deleting(on).result is Found.FAIL
    told = confirms(app)
    assert (told.exit_code, "Is that right?" in told.output) == (0, True), told.output
    works(worker)
    with context(services.settings, clock) as on:
        assert (says(app), deleting(on).result) == ("well", Found.PASS)
    assert held(services)["requests"] == 0, "and now it is deleted"
    worker.close()


def test_a_folder_that_takes_no_file_has_nothing_deleted(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").touch()
    lived = LivedTime(tmp_path / "file" / lived_time.FILE, lambda _: None, clock, clock.seconds)
    with pytest.raises(LivedTimeAway, match="cannot be written"):
        lived.now()


@pytest.mark.parametrize("words", ["", "soon", "\x00"])
def test_a_file_that_is_broken_begins_anew_at_the_newest_row(tmp_path: Path, clock: Clock, words: str) -> None:
    path, newest = tmp_path / lived_time.FILE, clock() - 40 * DAY
    path.write_text(words)
    assert LivedTime(path, lambda _: newest, clock, clock.seconds).now() == newest
    assert read(path) == newest


def test_a_request_that_was_taken_under_a_wrong_clock_goes_back(services: Services, clock: Clock) -> None:
    ahead: datetime = clock() + timedelta(days=400)
    with services.database.writing() as write:
        write.execute(insert(schema.requests).values(request(status="taken", taken_by="asha", touched=ahead)))
    assert services.desk.moves.return_untouched(clock()) == 1

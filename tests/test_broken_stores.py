"""Broken stores: a full disk, a read-only database, a wrong password, another version's schema, a clock that jumps.

Each fault is named where an operator looks, and no caller hears a promise that is not kept.
"""

import logging
import shutil
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import create_engine, text

from ivr.storage.revisions import revisions
from testing.servers.valkey import valkey
from tests.people import BOOK, Clock, Conversation, Phone
from tests.web import service
from workers import jobs
from workers.services import build as build_workers

Line = Callable[..., AbstractContextManager[Phone]]
"""A function that runs a service on the given database and, if given, the given Redis, and yields its telephone."""


@pytest.fixture
def line(tmp_path: Path, redis_url: str, clock: Clock) -> Line:
    def opened(database_url: str, redis: str = redis_url, **more: str) -> AbstractContextManager[Phone]:
        return service(tmp_path, database_url, redis, clock, **more)

    return opened


def fill(disk: Path) -> Callable[[], None]:
    """Fill this disk until no room is left; return a function that makes room on it again."""
    rubbish = disk / "rubbish"
    try:
        with rubbish.open("wb") as file:
            while True:
                file.write(bytes(4096))
    except OSError:
        return rubbish.unlink


def books(phone: Phone) -> Conversation:
    hears_hours(phone)
    return phone.rings().press(*BOOK)


def hears_hours(phone: Phone) -> None:
    assert "Our timings are:" in phone.rings().press("4").words


def is_promised(call: Conversation) -> bool:
    return "Thank you. We have your request." in call.uncut


def readiness(phone: Phone) -> dict[str, str]:
    answer = phone.app.test_client().get("/readyz")
    assert answer.status_code == 503
    parts: dict[str, str] = answer.get_json()
    return parts


def reaches_the_desk(phone: Phone, call: Conversation) -> None:
    """Check that a worker brings this call's request to the desk, now that the database is well again."""
    worker = build_workers(phone.services.settings, phone.services.clock)
    jobs.save(worker)
    assert [each.reference for each in worker.desk.store.waiting()] == [call.reference]
    worker.database.close()


# -- disks


def test_a_full_disk_under_sqlite(
    small_disk: Path, migrated_sqlite: Path, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copy(migrated_sqlite, small_disk / "clinic.db")
    with line(f"sqlite:///{small_disk}/clinic.db", STATE_DIR=str(small_disk)) as phone:
        make_room = fill(small_disk)
        call = books(phone)
        assert is_promised(call)
        assert "its disk is full" in caplog.text
        assert readiness(phone)["database"] == "away: its disk is nearly full: 0 MB left, make room"
        assert "not ready: database is away: its disk is nearly full" in caplog.text
        make_room()
        reaches_the_desk(phone, call)


def test_a_full_disk_under_redis_keeps_it_from_promising(small_disk: Path, tmp_path: Path, line: Line) -> None:
    with (
        valkey(folder=small_disk) as server,
        line(f"sqlite:///{tmp_path}/nowhere.db", server.url) as phone,
    ):
        make_room = fill(small_disk)
        call = books(phone)
        assert not is_promised(call)
        assert call.place == "not_kept"
        assert readiness(phone)["redis"] != "well"
        make_room()
        server.kill()  # Redis has ended itself: it cannot keep its promise to save
        server.start()
        assert is_promised(call.press("1")), "trying again helps as soon as there is room"


def test_a_disk_that_can_only_be_read(small_disk: Path, migrated_sqlite: Path, line: Line) -> None:
    shutil.copy(migrated_sqlite, small_disk / "clinic.db")
    with line(f"sqlite:///{small_disk}/clinic.db") as phone:
        subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
        call = books(phone)
        assert is_promised(call)
        assert "its file cannot be opened" in readiness(phone)["database"]
        subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
        reaches_the_desk(phone, call)


# -- PostgreSQL


def test_a_postgresql_that_can_only_be_read(postgres_url: str, line: Line) -> None:
    name = postgres_url.rpartition("/")[2]
    tell(postgres_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with line(postgres_url) as phone:
        call = books(phone)
        assert is_promised(call)
        assert "it is read-only: is this a standby server?" in readiness(phone)["database"]
    tell(postgres_url, "SET default_transaction_read_only = off", f"ALTER DATABASE {name} RESET ALL")
    with line(postgres_url) as phone:
        reaches_the_desk(phone, call)


def test_a_wrong_password(postgres_url: str, line: Line, caplog: pytest.LogCaptureFixture) -> None:
    secret = str(conninfo_to_dict(postgres_url.replace("+psycopg", ""))["password"])
    wrong = postgres_url.replace(secret, "not-the-password")
    assert wrong != postgres_url
    with line(wrong) as phone:
        call = books(phone)
        assert is_promised(call)
        state = readiness(phone)["database"]
        assert "it refuses our name or password: look at DATABASE_URL" in state
        assert "not-the-password" not in state + caplog.text
    with line(postgres_url) as phone:
        reaches_the_desk(phone, call)


def tell(url: str, *statements: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for each in statements:
            connection.execute(each)


# -- the schema


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (revisions()[0], "away: its schema is too old (0001): flask --app wsgi database upgrade"),
        (
            "9999",
            "its schema is newer than this program (9999), but serves it: requests are taken; run the newer one",
        ),
    ],
)
def test_a_schema_of_another_version(database_url: str, line: Line, found: str, says: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": found})
    engine.dispose()
    with line(database_url) as phone:
        assert readiness(phone)["database"] == says


def test_on_tables_that_are_too_old_a_request_waits_until_they_are_new(sqlite_url: str, line: Line) -> None:
    engine = create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE requests RENAME COLUMN rang_again TO rang"))
    with line(sqlite_url) as phone:
        call = books(phone)
        assert is_promised(call)
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE requests RENAME COLUMN rang TO rang_again"))
        reaches_the_desk(phone, call)
    engine.dispose()


# -- the clock


@pytest.mark.parametrize(("hours", "says"), [(2, "has jumped by +7200 s"), (-2, "has jumped by -7200 s")])
def test_a_clock_that_jumps_is_named_for_ten_minutes_and_the_promise_holds(
    phone: Phone, clock: Clock, caplog: pytest.LogCaptureFixture, hours: int, says: str
) -> None:
    assert readiness(phone)["clock"] == "well"
    call = phone.rings().press(*BOOK[:-1])
    clock.jumps(hours=hours)
    assert is_promised(call.press(BOOK[-1]))
    assert readiness(phone)["clock"] == f"{says}: look at the machine's time service"
    assert caplog.text.count("the clock has jumped") == 1
    clock.goes_on(minutes=11)
    assert readiness(phone)["clock"] == "well"
    reaches_the_desk(phone, call)


def test_after_a_clock_that_was_ahead_is_set_right_the_staff_are_still_told(phone: Phone, clock: Clock) -> None:
    worker = build_workers(phone.services.settings, clock)
    clock.jumps(hours=30)
    phone.rings().press(*BOOK)
    clock.jumps(hours=-30)
    assert [each.task_id for each in worker.desk.outbox.due(clock())] == [1]
    worker.database.close()


def test_the_log_names_what_readyz_names(phone: Phone, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        readiness(phone)
        readiness(phone)
    assert caplog.text.count("not ready: worker is none is running") == 1, "once, however often it is asked"

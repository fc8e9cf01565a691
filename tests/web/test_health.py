"""The health page: operators and load balancers read there which of database, Redis and workers is well."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from rq import Worker

from config.settings import ROOT
from ivr.storage.database import sqlite_path
from ivr.wiring.foundation import A_CALLER_WAITS, TimeLimits
from testing.servers import until
from testing.servers.postgres import Postgres
from testing.servers.valkey import Valkey
from tests.people import Clock, Phone
from tests.web import environment, service

UPGRADE = "flask --app wsgi database upgrade"
WITHOUT_TABLES = f"OperationalError SQLITE_ERROR: its tables are missing: {UPGRADE}"
GONE = "OperationalError SQLITE_CANTOPEN: its file cannot be opened: look at DATABASE_URL, STATE_DIR and permissions"
NO_SOCKET = "ConnectionError: its socket is not there: is it running?"
DOWN = "OperationalError: nobody listens there: is it running?"


@contextmanager
def worker(phone: Phone) -> Iterator[None]:
    """Run a real worker on this service's stores until the end of the block; it sends no notices."""
    settings = phone.services.settings
    with (settings.state_dir / "worker.log").open("w") as log:
        command = [sys.executable, "-m", "workers"]
        child = subprocess.Popen(command, cwd=ROOT, env=environment(settings), stdout=log, stderr=log)
    try:
        assert until(lambda: child.poll() is not None or _heard_of(settings.redis_url))
        assert child.poll() is None, (settings.state_dir / "worker.log").read_text()
        yield
    finally:
        child.kill()
        child.wait()


def _heard_of(redis_url: str) -> bool:
    with Redis.from_url(redis_url) as redis:
        return any(each.last_heartbeat for each in Worker.all(connection=redis))


def ready(app: Flask) -> tuple[int, dict[str, str]]:
    answer = app.test_client().get("/readyz")
    assert answer.mimetype == "application/json"
    parts: dict[str, str] = answer.get_json()
    return answer.status_code, parts


@pytest.fixture
def time_limits() -> TimeLimits:
    """The service's own time limits for the stores, for tests that stop one of the stores from answering."""
    return A_CALLER_WAITS


def test_with_a_worker_all_is_well_until_it_has_not_been_heard_of_for_a_minute(phone: Phone, clock: Clock) -> None:
    clock.now = datetime.now(UTC)  # a real worker's heart beats by the real clock
    assert ready(phone.app) == (
        503,
        {"database": "well", "redis": "well", "worker": "none is running", "pending": "well", "clock": "well"},
    )
    with worker(phone):
        assert until(lambda: ready(phone.app)[0] == 200), "each queue has its own process"
        assert ready(phone.app) == (
            200,
            {"database": "well", "redis": "well", "worker": "well", "pending": "well", "clock": "well"},
        )
    clock.goes_on(seconds=120)
    assert ready(phone.app) == (
        503,
        {"database": "well", "redis": "well", "worker": "none is running", "pending": "well", "clock": "well"},
    )


def test_who_has_looked_at_the_health_does_not_make_callers_wait_for_a_frozen_redis(
    phone: Phone, valkey_server: Valkey
) -> None:
    """Reading the health page changes no time limit of the Redis client: callers wait no longer for a frozen Redis."""
    with worker(phone):
        ready(phone.app)
    callers = [f"+91999990000{number}" for number in range(4)]
    with ThreadPoolExecutor(len(callers)) as hands:  # several at once, so that new connections are made
        valkey_server.pause()
        calls = [hands.submit(rings_back, phone, caller) for caller in callers]
        late = wait(calls, timeout=4).not_done
        valkey_server.resume()
    assert not late


def rings_back(phone: Phone, caller: str) -> None:
    phone.rings(caller=caller).press("2", "1", "1", "1")


def test_a_redis_that_is_down_is_named_and_nothing_is_known_of_the_worker(app: Flask, valkey_server: Valkey) -> None:
    valkey_server.stop()
    try:
        parts = {
            "database": "well",
            "redis": f"away: {NO_SOCKET}",
            "worker": "unknown: redis is away",
            "pending": "unknown: redis is away",
            "clock": "well",
        }
        assert ready(app) == (503, parts)
        assert app.test_client().get("/healthz").status_code == 200
    finally:
        valkey_server.start()


def test_a_redis_that_hangs_is_named(app: Flask, valkey_server: Valkey) -> None:
    valkey_server.pause()
    try:
        code, parts = ready(app)
    finally:
        valkey_server.resume()
    assert (code, parts["redis"]) == (503, "away: TimeoutError: it does not answer in time")


def test_a_database_file_that_is_gone_is_named(app: Flask, sqlite_url: str) -> None:
    sqlite_path(sqlite_url).unlink()
    code, parts = ready(app)
    assert (code, parts["database"], parts["redis"]) == (503, f"away: {GONE}", "well")
    assert app.test_client().get("/healthz").status_code == 200


def test_a_database_without_its_tables_is_named(app: Flask, sqlite_url: str) -> None:
    sqlite_path(sqlite_url).write_bytes(b"")
    code, parts = ready(app)
    assert (code, parts["database"]) == (503, f"away: {WITHOUT_TABLES}")


def test_a_postgresql_that_is_down_is_named_without_its_password(
    tmp_path: Path, postgres_url: str, redis_url: str, clock: Clock, postgres_server: Postgres
) -> None:
    with service(tmp_path, postgres_url, redis_url, clock) as phone:
        assert ready(phone.app)[1]["database"] == "well"
        postgres_server.stop()
        try:
            code, parts = ready(phone.app)
        finally:
            postgres_server.start()
        assert (code, parts["database"]) == (503, f"away: {DOWN}")
        assert ready(phone.app)[1]["database"] == "well", "and well again when it is back"


@pytest.mark.parametrize("database", ["sqlite:///{0}/nowhere.db", "postgresql://nobody:none@127.0.0.1:1/none"])
def test_the_process_lives_whatever_else_is_away(tmp_path: Path, clock: Clock, database: str) -> None:
    with service(tmp_path, database.format(tmp_path), f"unix://{tmp_path}/nowhere.sock", clock) as phone:
        answer = phone.app.test_client().get("/healthz")
        assert (answer.status_code, answer.get_json()) == (200, {"process": "well"})
        code, parts = ready(phone.app)
    assert code == 503
    assert [name for name, state in parts.items() if state == "well"] == ["clock"]
    assert "none@" not in str(parts)

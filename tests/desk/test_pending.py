"""Pending requests in Redis: a request that an older version sealed is read, and an unreadable one delays no other."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from redis import Redis

from ivr.desk.pending import KEY, TRIED, PendingRequest, PendingRequests, SealedRequest, to_json
from ivr.desk.requests import NewRequest
from ivr.desk.store import RequestStore
from ivr.line.booking import Kind, Part
from ivr.storage.database import Database, StoreAway
from ivr.storage.encryption import Cipher
from testing.servers import until
from testing.wishes import wish_to_be_rung
from tests.conftest import PASSWORD, settings_for
from tests.people import CALLER, Clock, Phone, Staff
from tests.web import service
from workers import jobs
from workers.services import WorkerServices
from workers.services import build as build_workers

MOMENT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)

NEW = wish_to_be_rung(CALLER, MOMENT)

CIPHER = Cipher("0123456789abcdef" * 4, "waiting request")
"""The cipher that seals pending requests, with the secret of the tests' settings."""

Place = tuple[Phone, WorkerServices]

AS_WRITTEN = {
    "mark": "m",
    "reference": "000000",
    "kind": "callback",
    "line": "main",
    "phone": CALLER,
    "language": "en",
    "day": None,
    "part": None,
    "due": MOMENT.isoformat(),
    "call_sid": "CA1",
    "created": MOMENT.isoformat(),
    "asked": MOMENT.isoformat(),
    "own_number": True,
}
"""The fields of a pending request in Redis, as the program of commit 837caff wrote them."""


def test_the_words_that_lie_there_are_written_and_read_as_they_always_were() -> None:
    assert json.loads(to_json(PendingRequest("m", "000000", NEW))) == AS_WRITTEN
    pending = PendingRequests(Redis(), CIPHER)  # the test never calls it
    sealed = SealedRequest(b"m", CIPHER.encrypt(json.dumps(AS_WRITTEN)).encode())
    assert pending.open(sealed) == PendingRequest("m", "000000", NEW)


def test_whatever_a_caller_has_asked_for_is_read_as_it_was_written() -> None:
    """A request with an unusual value in every field but `caller`, which only the limits use, is read as written."""
    unusual: dict[str, Any] = {
        "made_by": "asha",
        "other": True,
        "about": 7,
        "why": "cancel",
        "own_number": False,
        "name": "Made Up",
    }
    wished: dict[str, Any] = {"kind": Kind.BOOKING, "day": MOMENT.date(), "part": Part.EVENING, "language": "hi"}
    new = replace(NEW, **unusual, **wished)
    plain = {each.name: each.default for each in fields(NewRequest)}
    same = {name for name, usual in plain.items() if getattr(new, name) == usual}
    assert same == {"caller"}
    pending = PendingRequests(Redis(), CIPHER)  # the test never calls it
    kept = PendingRequest("m", "000000", new)
    assert pending.open(SealedRequest(b"m", CIPHER.encrypt(to_json(kept)).encode())) == kept


# -- one that cannot be read or saved holds up no other


def words(**odd: object) -> bytes:
    """Return a sealed pending request with the fields of AS_WRITTEN, some of them replaced by these odd values."""
    return CIPHER.encrypt(json.dumps({**AS_WRITTEN, **odd})).encode()


ODD = {
    "sealed under another secret": Cipher("another" * 8, "waiting request").encrypt("{}").encode(),
    "not sealed": b"\xff\xfe plain words",
    "no request": CIPHER.encrypt("[]").encode(),
    "cut short": words()[:-20],
    "a kind of a newer program": words(kind="video call"),
    "a part of a newer program": words(part="midnight"),
    "a number that is none": words(phone="12"),
    "a number of another shape": words(phone=["+919999900001"]),
    "no moment": words(due="soon"),
    "a day that is a number": words(day=7),
    "another's mark": words(mark="another"),
    "a line that the database has no room for": words(
        mark="odd11", call_sid="CA11", phone="+919999900011", line="x" * 50
    ),
}


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path, redis_url: str, clock: Clock) -> Iterator[Place]:
    """A telephone at a service, and the services of its worker. Each test runs on SQLite and on PostgreSQL."""
    url = request.getfixturevalue(f"{request.param}_url")
    with service(tmp_path, url, redis_url, clock) as phone:
        worker = build_workers(phone.services.settings, clock)
        yield phone, worker
        worker.close()


def lie_in(redis_url: str, **sealed: bytes) -> Redis:
    redis = Redis.from_url(redis_url)
    for field, each in sealed.items():
        redis.hset(KEY, field, each)
    return redis


def good(mark: str, caller: int) -> bytes:
    return words(mark=mark, call_sid=f"CA{mark}", phone=f"+9199999001{caller:02}", reference=f"00000{caller}")


def test_what_cannot_be_read_or_saved_stands_aside_and_is_named(
    place: Place, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Pending requests that cannot be read or stored are counted for the staff; all other requests reach the desk."""
    phone, worker = place
    between = {f"m{number}": good(f"m{number}", number) for number in range(8)}
    odd = {f"odd{number}": each for number, each in enumerate(ODD.values())}
    with lie_in(redis_url, **odd, **between, m=words()):
        jobs.save(worker)
        found = {each.reference for each in worker.desk.store.waiting()}
        assert found >= {f"00000{number}" for number in range(8)}
        kept = len(ODD) - (place_is_sqlite(worker) and 1)  # SQLite has room for everything
        assert (worker.desk.pending.count(), worker.desk.pending.count_aside()) == (0, kept)
        assert f"{kept} promised requests cannot be saved and stand aside" in caplog.text
        assert "99999" not in caplog.text
        state = phone.app.test_client().get("/readyz").get_json()["pending"]
        assert state == f"{kept} promised requests cannot be read or saved: see docs/runbook.md"
        desk = Staff(phone.app, "asha", PASSWORD)
        phone.services.staff.people.add("asha", PASSWORD, phone.services.clock())
        desk.logs_in()
        assert f"{kept} requests from calls cannot be shown here." in desk.sees()


def place_is_sqlite(worker: WorkerServices) -> bool:
    return worker.settings.database_url.startswith("sqlite")


def test_with_the_right_secret_again_what_stood_aside_is_saved(place: Place, redis_url: str, clock: Clock) -> None:
    _, worker = place
    other = build_workers(worker.settings.model_copy(update={"secret_key": "another" * 8}), clock)
    with lie_in(redis_url, m=words()) as redis:
        jobs.save(other)
        assert other.desk.pending.count_aside() == 1
        other.desk.pending.try_again()
        assert (other.desk.pending.count_aside(), worker.desk.pending.has("m")) == (1, True)
        worker.desk.pending.try_again()
        assert worker.desk.pending.count() == 0, "it was tried a moment ago"
        redis.delete(TRIED)
        worker.desk.pending.try_again()
        jobs.save(worker)
        assert (worker.desk.pending.count(), worker.desk.pending.count_aside()) == (0, 0)
        assert [each.reference for each in worker.desk.store.waiting()] == ["000000"]
    other.close()


def test_while_the_database_is_away_everything_goes_on_waiting(
    place: Place, redis_url: str, tmp_path: Path, clock: Clock
) -> None:
    nowhere = settings_for(tmp_path, f"sqlite:///{tmp_path}/nowhere.db", redis_url)
    worker = build_workers(nowhere, clock)
    with lie_in(redis_url, m=words()), pytest.raises(StoreAway):
        jobs.save(worker)
    assert (worker.desk.pending.count(), worker.desk.pending.count_aside()) == (1, 0)
    worker.close()


def test_an_odd_job_on_the_queue_stops_no_sweep(worker: WorkerServices, redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        redis.rpush("rq:queue:desk", "errand-x-1", "errand-", "errand", "errand-7-1")
        assert worker.desk.job_queue.queued_tasks() == {7}


# -- what fails in passing is no refusal


@pytest.fixture
def on_postgres(tmp_path: Path, postgres_url: str, redis_url: str, clock: Clock) -> Iterator[WorkerServices]:
    """The services of a worker on PostgreSQL, with a pending request."""
    worker = build_workers(settings_for(tmp_path, postgres_url, redis_url), clock)
    with lie_in(redis_url, m=words()):
        yield worker
    worker.close()


@contextmanager
def locked(worker: WorkerServices) -> Iterator[psycopg.Connection]:
    """Lock the table of requests until the block ends, as a migration does; yield a connection beside the lock."""
    url = worker.settings.database_url.replace("+psycopg", "")
    with psycopg.connect(url) as other, psycopg.connect(url, autocommit=True) as beside:
        other.execute("LOCK TABLE requests")
        yield beside


def test_while_somebody_has_locked_its_table_a_request_goes_on_waiting(
    on_postgres: WorkerServices, caplog: pytest.LogCaptureFixture
) -> None:
    worker = on_postgres
    with closing(Database(worker.settings.database_url, timeout=0.3)) as hurried, locked(worker):
        jobs.save(replace(worker, desk=replace(worker.desk, store=RequestStore(hurried))))
    assert (worker.desk.pending.count(), worker.desk.pending.count_aside()) == (1, 0)
    assert "cannot be saved" not in caplog.text
    jobs.save(worker)
    assert [each.reference for each in worker.desk.store.waiting()] == ["000000"]


WAITS = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def test_a_request_is_saved_although_the_connection_breaks_once(on_postgres: WorkerServices) -> None:
    worker = on_postgres
    with ThreadPoolExecutor(1) as thread:
        with locked(worker) as beside:
            saved = thread.submit(jobs.save, worker)
            assert until(lambda: beside.execute(f"SELECT pid {WAITS}").fetchone() is not None)
            beside.execute(f"SELECT pg_terminate_backend(pid) {WAITS}")
        saved.result(timeout=30)
    assert (worker.desk.pending.count(), worker.desk.pending.count_aside()) == (0, 0)
    assert [each.reference for each in worker.desk.store.waiting()] == ["000000"]

"""Missed calls while a store is away. The carrier gets its answer, and the other store keeps the call."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import func, select

from ivr.desk.missed.sealed import KEPT, KEY
from ivr.storage import schema
from testing.servers.valkey import Valkey
from tests.people import CALLER, Clock, Phone, Staff
from tests.web import service
from tests.workers import the_clock_runs
from workers.clock import bring_missed_calls
from workers.services import WorkerServices


@pytest.fixture
def away(tmp_path: Path, phone: Phone, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at the service of `phone` while the database is away. Redis and the state folder still work."""
    nowhere = f"sqlite:///{tmp_path}/nowhere/clinic.db"
    with service(tmp_path, nowhere, redis_url, clock) as found:
        yield found


def stored(worker: WorkerServices) -> list[tuple[str, str | None]]:
    table = schema.missed_calls
    with worker.database.reading() as read:
        return [(row.phone, row.kind) for row in read.execute(select(table.c.phone, table.c.kind))]


def test_with_the_database_away_it_waits_in_redis_and_comes_to_the_desk(
    away: Phone, staff: Staff, worker: WorkerServices
) -> None:
    away.rings().press("0").hangs_up()
    away.rings().press("0").hangs_up().hangs_up()
    assert stored(worker) == []
    the_clock_runs(worker)
    the_clock_runs(worker)
    assert len(stored(worker)) == 2
    assert "99999 00001" in staff.sees()
    assert worker.desk.sealed_missed.all() == []


def test_what_waits_in_redis_names_nobody_and_does_not_wait_for_ever(away: Phone, redis_url: str) -> None:
    call = away.rings().hangs_up()
    redis = Redis.from_url(redis_url)
    ((field, words),) = redis.hgetall(KEY).items()
    for secret in (CALLER, CALLER[3:], call.sid):
        assert secret not in f"{field!r} {words!r}"
    assert 0 < redis.ttl(KEY) <= KEPT.total_seconds()


def test_what_cannot_be_read_any_more_is_let_go(away: Phone, worker: WorkerServices, redis_url: str) -> None:
    away.rings().hangs_up()
    Redis.from_url(redis_url).hset(KEY, "under another secret", "nonsense")
    bring_missed_calls(worker)
    assert stored(worker) == [(CALLER, "nothing")]
    assert worker.desk.sealed_missed.all() == []


def test_a_blocked_number_is_left_out_when_it_comes_to_the_desk(
    away: Phone, worker: WorkerServices, clock: Clock
) -> None:
    away.rings().hangs_up()
    row = {"phone": CALLER, "reason": "shouts", "who": "asha", "at": clock()}
    with worker.database.writing() as write:
        write.execute(schema.blocked.insert().values(row))
    bring_missed_calls(worker)
    assert stored(worker) == []


def test_with_both_away_the_carrier_is_answered_and_the_log_tells_it(
    away: Phone, valkey_server: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    call = away.rings()
    valkey_server.stop()
    with caplog.at_level(logging.WARNING):
        call.hangs_up()
    assert "the desk hears of no missed call" in caplog.text
    assert CALLER[3:] not in caplog.text


def test_with_redis_away_nothing_is_lost(phone: Phone, staff: Staff, valkey_server: Valkey) -> None:
    valkey_server.stop()
    phone.rings().hangs_up()
    phone.rings(caller="+919999900002").press("4").hangs_up()
    shown = select(func.count()).select_from(schema.missed_calls).where(schema.missed_calls.c.kind.is_not(None))
    with phone.services.database.reading() as read:
        assert read.execute(shown).scalar_one() == 1
    assert "99999 00001" in staff.sees()

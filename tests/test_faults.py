"""Redis and the database really break while people call: promises are kept, and none is made that cannot be kept."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from ivr.app import create_app
from ivr.storage.database import StoreAway, sqlite_path
from ivr.storage.deadline import Deadline
from ivr.web.services import build
from testing.servers import until
from testing.servers.postgres import Postgres
from testing.servers.valkey import Valkey, valkey
from tests.conftest import QUICK, at_the_desk, settings_for
from tests.people import BOOK, Clock, Conversation, Phone
from workers import jobs
from workers.clock import sweep
from workers.services import WorkerServices
from workers.services import build as build_workers

HELD_UP_SECONDS = 2.0
"""The most seconds for which a stalled store may hold up a caller, before the line goes on without it."""

Place = tuple[Phone, WorkerServices]
Away = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path, redis_url: str, clock: Clock) -> Iterator[Place]:
    """A telephone that calls a service, and the service's workers. The test's parameter names the kind of database."""
    url = request.getfixturevalue(f"{request.param}_url")
    settings = settings_for(tmp_path, url, redis_url)
    services, worker = build(settings, clock, QUICK), build_workers(settings, clock)
    yield Phone(create_app(services), services), worker
    services.close()
    worker.database.close()


on_sqlite = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("place", ["postgres"], indirect=True)
on_both = pytest.mark.parametrize("place", ["sqlite", "postgres"], indirect=True)


def books(phone: Phone) -> Conversation:
    return phone.rings().press(*BOOK)


def hears_hours_and_advice(phone: Phone) -> None:
    assert "Our timings are:" in phone.rings().press("4").words
    assert "A heat pack can relax tight muscles." in phone.rings().press("3", "1").words


def books_in_time(phone: Phone) -> Conversation:
    """Hear hours and advice, then book; check that the booking took less than HELD_UP_SECONDS, and return the call."""
    hears_hours_and_advice(phone)
    began = time.monotonic()
    call = books(phone)
    assert time.monotonic() - began < HELD_UP_SECONDS
    return call


def stands_once(place: Place, call: Conversation) -> None:
    assert [each.reference for each in place[1].desk.store.waiting()] == [call.reference]


def works_off_the_queue(worker: WorkerServices) -> None:
    """Run each task whose job is on the queue, as a worker does."""
    for errand_id in sorted(worker.desk.job_queue.queued_tasks()):
        jobs.run(worker, errand_id)


# -- Redis away


@contextmanager
def frozen(server: Valkey | Postgres) -> Iterator[None]:
    server.pause()
    try:
        yield
    finally:
        server.resume()


@contextmanager
def stopped(server: Valkey | Postgres) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


@pytest.mark.parametrize("away", [frozen, stopped])
@on_both
def test_with_redis_away_a_request_is_kept_and_its_errand_is_run_later(
    place: Place, valkey_server: Valkey, clock: Clock, away: Away
) -> None:
    phone, worker = place
    with away(valkey_server):
        call = books_in_time(phone)
        stands_once(place, call)
    clock.goes_on(seconds=30)
    sweep(worker)
    assert worker.desk.job_queue.queued_tasks() == {1}
    works_off_the_queue(worker)
    clock.goes_on(minutes=5)
    assert worker.desk.outbox.due(clock()) == []


# -- the database away


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Lock the service's SQLite file until the block ends, as another process with exclusive access does."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.close()


@contextmanager
def moved(path: Path) -> Iterator[None]:
    """Move the service's SQLite file, and the files that SQLite keeps with it, to a folder until the block ends."""
    files = [path, *path.parent.glob(f"{path.name}-*")]
    elsewhere = path.parent / "elsewhere"
    elsewhere.mkdir()
    for each in files:
        each.rename(elsewhere / each.name)
    try:
        yield
    finally:
        for each in elsewhere.iterdir():
            each.rename(path.parent / each.name)


def reaches_the_desk_later(place: Place, call: Conversation) -> None:
    """Check that the call's pending request reaches the desk once, though its webhook and the saving job run twice."""
    worker = place[1]
    assert worker.desk.pending.count() == 1
    call.repeats_last_webhook()
    jobs.save(worker)
    jobs.save(worker)
    assert worker.desk.pending.count() == 0
    stands_once(place, call)


@pytest.mark.parametrize("away", [locked, moved])
@on_sqlite
def test_with_sqlite_away_a_request_waits_in_redis(place: Place, sqlite_url: str, away: Away) -> None:
    phone, worker = place
    path = sqlite_path(sqlite_url)
    with away(path):
        call = books_in_time(phone)
        assert "Thank you. We have your request." in call.uncut
        assert call.repeats_last_webhook().count("Say") > 0
        if away is moved:
            assert not path.exists(), "nobody makes an empty desk in its place"
            with pytest.raises(StoreAway):
                jobs.save(worker)
    reaches_the_desk_later(place, call)


@on_postgres
def test_with_postgresql_down_a_request_waits_in_redis(place: Place, postgres_server: Postgres) -> None:
    phone, worker = place
    with stopped(postgres_server):
        call = books_in_time(phone)
        with pytest.raises(StoreAway):
            jobs.save(worker)
    reaches_the_desk_later(place, call)


@on_postgres
def test_with_postgresql_frozen_a_request_waits_in_redis_and_is_saved_once(
    place: Place, postgres_server: Postgres
) -> None:
    phone, worker = place
    phone.rings(caller="+919999900009").press(*BOOK)  # a connection stands open, as in a service that has run a while
    with frozen(postgres_server):
        hears_hours_and_advice(phone)
        call = phone.rings().press(*BOOK[:-1])
        began = time.monotonic()
        call.press("1")
        assert time.monotonic() - began < HELD_UP_SECONDS
        assert worker.desk.pending.count() == 1
    jobs.save(worker)
    assert worker.desk.pending.count() == 0
    assert [each.reference for each in worker.desk.store.waiting()].count(call.reference) == 1
    assert len(worker.desk.store.waiting()) == 2


@on_postgres
def test_once_a_store_is_known_to_have_stalled_the_next_callers_do_not_wait_for_it(
    place: Place, postgres_server: Postgres, valkey_server: Valkey
) -> None:
    phone, worker = place
    callers = [f"+91999990001{number}" for number in range(4)]
    calls = [phone.rings(caller=caller).press(*BOOK[:-1]) for caller in callers]
    with frozen(postgres_server), frozen(valkey_server):
        waited = [seconds_until_answered(call) for call in calls]
        # On a busy machine the thread that was given up on may be late itself, and go on when the server thaws.
        assert until(lambda: at_rest(phone.services.operations.deadline)), "it has given up by itself"
    assert waited[0] < HELD_UP_SECONDS
    assert all(seconds < waited[0] / 3 for seconds in waited[1:])
    assert {call.place for call in calls} == {"not_kept"}
    assert worker.desk.store.waiting() == []


def at_rest(deadline: Deadline) -> bool:
    """Return whether all of this deadline's threads, which wait for the stores, are idle."""
    pool = deadline._threads
    return pool._idle_semaphore._value == len(pool._threads)


def seconds_until_answered(call: Conversation) -> float:
    began = time.monotonic()
    call.press("1")
    return time.monotonic() - began


@on_postgres
def test_a_desk_that_is_open_does_not_hold_up_the_telephone_while_postgresql_is_frozen(
    place: Place, postgres_server: Postgres
) -> None:
    phone, _ = place
    desk = at_the_desk(phone)
    with frozen(postgres_server):
        began = time.monotonic()
        answers = [desk.browser.get("/desk/list").status_code for _ in range(5)]
        assert answers == [503] * 5
        assert time.monotonic() - began < 2 * HELD_UP_SECONDS, "only the first one found it out"


@on_sqlite
def test_a_request_that_waited_stands_beside_the_one_the_number_has_already(place: Place, sqlite_url: str) -> None:
    phone, worker = place
    first = books(phone)
    with moved(sqlite_path(sqlite_url)):
        second = phone.rings("third").press("1", "2", "1", "1", "1")
        assert second.heard[0] == "Thank you. We have your request.", "nobody can know of the first one"
    jobs.save(worker)
    found = {each.reference: each for each in phone.services.desk.store.waiting()}
    assert set(found) == {first.reference, second.reference}, "the desk sees both, each by what its caller heard"
    assert [f"{found[call.reference].day:%a}" for call in (first, second)] == ["Mon", "Tue"]
    assert [each.rang_again for each in found.values()] == [0, 0]


@on_sqlite
def test_what_waits_in_redis_shows_no_number(place: Place, sqlite_url: str, valkey_server: Valkey) -> None:
    phone, worker = place
    with moved(sqlite_path(sqlite_url)):
        books(phone)
    assert all(b"9999900001" not in sealed.words for sealed in worker.desk.pending.sealed())


# -- both away


@on_sqlite
def test_with_both_away_the_caller_is_told_the_truth_and_may_try_again(
    place: Place, sqlite_url: str, valkey_server: Valkey
) -> None:
    phone, worker = place
    other = phone.rings(caller="+919999900009").press(*BOOK)  # a connection to Redis stands open from now on
    with moved(sqlite_path(sqlite_url)), frozen(valkey_server):
        call = books_in_time(phone)
        assert call.uncut[0].startswith("We are very sorry. We could not save your request")
        assert "reference" not in call.words
        assert call.place == "not_kept"
    assert worker.desk.pending.count() == 0, "a Redis that thaws finds nothing to write down after all"
    assert [each.reference for each in phone.services.desk.store.waiting()] == [other.reference]
    call.press("1")
    assert [each.reference for each in phone.services.desk.store.waiting()] == [other.reference, call.reference]


@on_sqlite
def test_a_redis_that_freezes_before_the_last_key_keeps_nothing_later(
    place: Place, sqlite_url: str, valkey_server: Valkey
) -> None:
    """A caller who hears that nothing is kept has no request later, because Redis drops late commands when it thaws."""
    phone, worker = place
    call = phone.rings().press(*BOOK[:-1])
    with moved(sqlite_path(sqlite_url)), frozen(valkey_server):
        assert call.press(BOOK[-1]).place == "not_kept"
    assert worker.desk.pending.count() == 0


@on_sqlite
def test_nothing_is_promised_on_a_redis_that_keeps_nothing(tmp_path: Path, place: Place, clock: Clock) -> None:
    with valkey(durable=False) as forgetful:
        settings = settings_for(tmp_path, f"sqlite:///{tmp_path}/nowhere.db", forgetful.url)
        services = build(settings, clock)
        call = books(Phone(create_app(services), services))
        services.close()
    assert call.place == "not_kept"

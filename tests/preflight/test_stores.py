"""The checks of the stores: a database or Redis that is away, outdated, or keeps nothing is named with a remedy."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from redis.exceptions import AuthenticationError
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy import create_engine, text

from config import clinic as clinic_file
from config.settings import ROOT, Settings
from ivr.hosts.seen import Hosts
from ivr.hours.phone_booking import BookingSwitch, PhoneBooking
from ivr.preflight.processes import MEGABYTE, room
from ivr.staff.people import STAFF
from ivr.storage.audit import By
from ivr.storage.database import Database
from ivr.storage.lived_time import FILE as LIVED_TIME
from ivr.supervisor.embedded_redis import find_binary
from ivr.web.services import build
from testing.servers import reserved_port, until
from testing.servers.postgres import Postgres
from testing.servers.valkey import Valkey, valkey
from tests.clinic import SHIPPED
from tests.conftest import NOT_HERE, PASSWORD, QUICK, settings_for
from tests.people import Clock
from tests.preflight import SECRET, looks, real_clock, said, without_stores
from tests.web import environment

NO_SOCKET = "ConnectionError: its socket is not there: is it running?"


@pytest.fixture
def both(tmp_path: Path, database_url: str) -> Settings:
    """The settings of a service. Each test runs once with SQLite and once with PostgreSQL."""
    return settings_for(tmp_path, database_url, f"unix://{tmp_path}/none.sock", SECRET_KEY=SECRET)


def marked(url: str, revision: str | None) -> None:
    """Write another schema revision into the database at this url; with None, drop the table with the revision."""
    engine = create_engine(url)
    with engine.begin() as connection:
        if revision is None:
            connection.execute(text("DROP TABLE alembic_version"))
        else:
            connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
    engine.dispose()


# -- the database


def test_a_database_of_this_version_passes(both: Settings) -> None:
    assert looks(both, "database").result == "pass"
    assert looks(both, "schema").saw.startswith("the tables are at 00")
    assert looks(both, "schema").result == "pass"


@pytest.mark.parametrize(
    ("revision", "result", "saw", "do"),
    [
        ("0001", "FAIL", "too old: the tables are at 0001, this version needs 00", "flask --app wsgi database upgrade"),
        ("9999", "warn", "too new: the tables are at 9999, this version knows 00", "run the version that brought them"),
        (None, "FAIL", "the tables bear no revision: alembic_version is empty or missing, and ", "see docs/runbook.md"),
    ],
)
def test_tables_of_another_version_are_named_and_which_way_to_go(
    both: Settings, revision: str | None, result: str, saw: str, do: str
) -> None:
    marked(both.database_url, revision)
    found = looks(both, "schema")
    assert found.result == result
    assert found.saw.startswith(saw)
    assert found.do.startswith(do)


def test_a_database_that_can_only_be_read_fails(tmp_path: Path, postgres_url: str) -> None:
    name = postgres_url.rpartition("/")[2]
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        found = looks(settings_for(tmp_path, postgres_url, f"unix://{tmp_path}/none.sock"), "database")
        owner.execute(f"ALTER DATABASE {name} RESET ALL")
    assert (found.result, "it is read-only: is this a standby server?" in found.saw) == ("FAIL", True)


def test_an_sqlite_that_can_only_be_read_fails(tmp_path: Path, small_disk: Path, migrated_sqlite: Path) -> None:
    shutil.copy(migrated_sqlite, small_disk / "clinic.db")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    settings = settings_for(tmp_path, f"sqlite:///{small_disk}/clinic.db", f"unix://{tmp_path}/none.sock")
    assert looks(settings, "database").result == "FAIL"


def test_a_database_file_that_is_gone_fails_and_none_is_made(tmp_path: Path) -> None:
    settings = without_stores(tmp_path)
    found = looks(settings, "database")
    assert found.result == "FAIL"
    assert found.saw.startswith("sqlite is away (OperationalError SQLITE_CANTOPEN")
    for check in ("schema", "people"):
        assert looks(settings, check).saw.startswith("not known: the database is away (OperationalError SQLITE_CANT")
    assert not (tmp_path / "none.db").exists()


def test_a_postgresql_that_is_down_fails_without_its_password(
    tmp_path: Path, postgres_url: str, postgres_server: Postgres
) -> None:
    settings = settings_for(tmp_path, postgres_url, f"unix://{tmp_path}/none.sock")
    postgres_server.stop()
    try:
        found = looks(settings, "database")
    finally:
        postgres_server.start()
    assert found.result == "FAIL"
    assert found.saw.startswith("postgresql is away (OperationalError")
    assert "@" not in found.saw + found.do


def test_booking_by_telephone_waits_for_what_is_booked_elsewhere(
    tmp_path: Path, database_url: str, redis_url: str, clock: Clock
) -> None:
    more = {"ENV": "production", "CLINIC_FILE": str(SHIPPED), "SECRET_KEY": SECRET}
    there = settings_for(tmp_path, database_url, redis_url, **more)
    waits = looks(there, "booking by telephone")
    assert (waits.result, waits.saw) == ("warn", "off until a manager confirms 1 at once: 30 minutes")
    assert "enter what is booked elsewhere (flask --app wsgi diary import FILE)" in waits.do
    database = Database(database_url)
    switch = PhoneBooking(database, tmp_path)
    for what, result in ((BookingSwitch.CONFIRMED, "pass"), (BookingSwitch.PAUSED, "warn")):
        switch.change(what, clinic_file.read(SHIPPED).diary, By("asha", clock()))
        assert looks(there, "booking by telephone").result == result
    database.close()


def test_a_desk_that_nobody_can_manage_fails(both: Settings) -> None:
    services = build(both, passwords=QUICK)
    try:
        assert looks(both, "people").result == "FAIL"
        services.staff.people.add("meena", PASSWORD, real_clock(), STAFF)
        services.staff.invitations.invite("ravi", "manager", By("tests", real_clock()))
        assert said(looks(both, "people")) == ("FAIL", "nobody can log in and manage the desk")
        services.staff.people.add("asha", PASSWORD, real_clock())
        assert said(looks(both, "people")) == ("pass", "1 manager can log in")
    finally:
        services.close()


# -- Redis


@pytest.fixture
def its_own() -> Iterator[Valkey]:
    """A Redis for this test alone, whose settings the test may change."""
    with valkey() as server:
        yield server


def on_redis(tmp_path: Path, server: Valkey, **settings: str) -> Settings:
    with Redis.from_url(server.url) as client:
        for name, value in settings.items():
            client.config_set(name.replace("_", "-"), value)
    return settings_for(tmp_path, f"sqlite:///{tmp_path}/none.db", server.url)


@pytest.mark.parametrize(
    ("settings", "result", "saw"),
    [
        ({}, "pass", "on disk before it answers"),
        ({"appendfsync": "everysec"}, "warn", "on disk within a second"),
        ({"appendfsync": "no"}, "FAIL", "leaves it to the kernel"),
        ({"appendonly": "no"}, "FAIL", "this Redis keeps nothing on disk"),
        ({"appendonly": "no", "save": "3600 1"}, "FAIL", "this Redis writes snapshots only"),
    ],
)
def test_a_redis_that_may_lose_what_was_promised_is_named(
    tmp_path: Path, its_own: Valkey, settings: dict[str, str], result: str, saw: str
) -> None:
    found = looks(on_redis(tmp_path, its_own, **settings), "redis on disk")
    assert found.result == result
    assert saw in found.saw


def test_a_redis_that_tells_nothing_of_its_settings_is_doubted(tmp_path: Path, its_own: Valkey) -> None:
    settings = on_redis(tmp_path, its_own)
    with Redis.from_url(its_own.url) as client:
        client.execute_command("ACL", "SETUSER", "default", "-config")
    found = looks(settings, "redis on disk")
    assert said(found) == ("warn", "this Redis does not say when it writes to disk")


def test_a_redis_that_forgets_to_make_room_is_named(tmp_path: Path, its_own: Valkey) -> None:
    assert looks(on_redis(tmp_path, its_own), "redis memory").result == "pass"
    forgetful = on_redis(tmp_path, its_own, maxmemory_policy="allkeys-lru")
    saw = "this Redis forgets what it was given (allkeys-lru); nothing is promised on it"
    assert said(looks(forgetful, "redis memory")) == ("FAIL", saw)
    picky = on_redis(tmp_path, its_own, maxmemory_policy="volatile-lru")
    assert said(looks(picky, "redis memory")) == ("warn", "this Redis may forget what it was given (volatile-lru)")


def test_a_redis_that_is_away_fails_once_by_name_and_the_rest_is_not_known(tmp_path: Path) -> None:
    settings = without_stores(tmp_path)
    assert said(looks(settings, "redis")) == ("FAIL", f"Redis is away ({NO_SOCKET})")
    for check in ("redis on disk", "redis memory", "worker"):
        assert said(looks(settings, check)) == ("FAIL", f"not known: Redis is away ({NO_SOCKET})")


@pytest.fixture
def over_tcp(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """A function that starts a Redis on a TCP port with the options that it is given, and returns the port as text."""
    with reserved_port() as port, ExitStack() as at_the_end:

        def with_settings(*settings: str) -> str:
            command = [str(find_binary()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", *settings]
            server = subprocess.Popen([*command, "--dir", str(tmp_path)], stdout=subprocess.DEVNULL)
            at_the_end.callback(server.wait)
            at_the_end.callback(server.kill)
            with Redis(port=port) as anybody:
                assert until(lambda: answers(anybody))
            return str(port)

        yield with_settings


def answers(redis: Redis) -> bool:
    try:
        return bool(redis.ping())
    except AuthenticationError:
        return True
    except RedisConnectionError:
        return False


def test_a_redis_to_which_anybody_here_may_write_is_named(
    tmp_path: Path, over_tcp: Callable[..., str], redis_url: str
) -> None:
    database = f"sqlite:///{tmp_path}/none.db"
    assert looks(settings_for(tmp_path, database, redis_url), "redis access").saw == "over a socket of this machine"
    open_to_all = settings_for(tmp_path, database, f"redis://127.0.0.1:{over_tcp()}/0")
    found = looks(open_to_all, "redis access")
    assert said(found) == ("warn", "everybody on this machine may write to this Redis: it asks no password")
    assert "requirepass" in found.do


def test_a_redis_that_asks_for_a_password_passes(tmp_path: Path, over_tcp: Callable[..., str]) -> None:
    port = over_tcp("--requirepass", "hunter2")
    url = f"redis://:hunter2@localhost:{port}/0"
    assert said(looks(settings_for(tmp_path, f"sqlite:///{tmp_path}/none.db", url), "redis access")) == (
        "pass",
        "with a password",
    )


def test_a_redis_elsewhere_wants_a_password_and_tls(tmp_path: Path, over_tcp: Callable[..., str]) -> None:
    """The preflight fails a Redis without a password that other machines can reach, and warns of one without TLS."""
    database, here = f"sqlite:///{tmp_path}/none.db", "0.0.0.0"  # noqa: S104 - nobody listens there
    port = over_tcp("--protected-mode", "no")
    found = looks(settings_for(tmp_path, database, f"redis://{here}:{port}/0"), "redis access")
    assert said(found) == ("FAIL", "whoever reaches 0.0.0.0 may write to this Redis: it asks no password")
    with Redis(port=int(port)) as redis:
        redis.config_set("requirepass", "hunter2")
    found = looks(settings_for(tmp_path, database, f"redis://:hunter2@{here}:{port}/0"), "redis access")
    assert said(found) == ("warn", "its password and all it holds cross the network unencrypted")


# -- processes, and the machine


def test_without_a_worker_nobody_is_told(tmp_path: Path, sqlite_url: str, redis_url: str) -> None:
    settings = settings_for(tmp_path, sqlite_url, redis_url)
    assert said(looks(settings, "worker")) == ("FAIL", "no worker runs: nobody is told of a request")
    with (tmp_path / "worker.log").open("w") as log:
        command = [sys.executable, "-m", "workers"]
        child = subprocess.Popen(command, cwd=ROOT, env=environment(settings), stdout=log, stderr=log)
    try:
        assert until(lambda: looks(settings, "worker").result == "pass")
    finally:
        child.kill()
        child.wait()


def test_a_clock_that_never_ran_here_is_named(tmp_path: Path) -> None:
    assert looks(without_stores(tmp_path), "clock process").result == "warn"
    (tmp_path / LIVED_TIME).write_text("2026-11-23T08:00:00+00:00")
    assert looks(without_stores(tmp_path), "clock process").result == "pass"


def test_a_host_that_is_not_seen_any_more_is_named(tmp_path: Path, sqlite_url: str, redis_url: str) -> None:
    settings = settings_for(tmp_path, sqlite_url, redis_url)
    assert looks(settings, "hosts").result == "pass"
    with closing(Database(sqlite_url)) as database:
        Hosts(database).saw("clinic-1a2b3c4d", datetime(2026, 11, 23, 8, tzinfo=UTC))
    result, words = said(looks(settings, "hosts"))
    assert (result, words) == ("warn", "not seen: clinic-1a2b3c4d (since 2026-11-23 08:00 UTC)")


def test_a_full_disk_fails_and_a_filling_one_is_named(tmp_path: Path) -> None:
    free = (99, 100, 1023, 1024)
    assert [room(each * MEGABYTE).result for each in free] == ["FAIL", "warn", "warn", "pass"]
    assert looks(without_stores(tmp_path), "disk space").saw.endswith("MB are free in STATE_DIR")
    gone = without_stores(tmp_path, STATE_DIR=f"{tmp_path}/nowhere")
    assert said(looks(gone, "disk space")) == ("FAIL", "STATE_DIR cannot be looked at (No such file or directory)")


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A folder in which nobody can make a file, not even root."""
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    if os.geteuid():
        yield folder
        return
    mount = ["mount", "--bind", "-o", "ro", str(folder), str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip(f"{NOT_HERE}it takes the right to mount a folder")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_state_folder_that_takes_no_file_fails(tmp_path: Path, locked: Path) -> None:
    """The desk's closures could not be written there, and callers would not hear them."""
    found = looks(without_stores(tmp_path, STATE_DIR=str(locked)), "disk space")
    assert (found.result, found.saw.partition(" (")[0]) == ("FAIL", "STATE_DIR takes no file")
    assert "the owner of the folder" in found.do
    assert looks(without_stores(tmp_path), "disk space").result != "FAIL"
    assert not list(tmp_path.glob(".preflight-*"))


# -- the time


@pytest.mark.parametrize(("seconds", "result"), [(0, "pass"), (-30, "warn"), (30, "warn"), (-90, "FAIL"), (90, "FAIL")])
@pytest.mark.parametrize("whose", ["Redis", "the database"])
def test_a_clock_that_is_wrong_is_found_by_the_stores(
    tmp_path: Path, request: pytest.FixtureRequest, whose: str, seconds: int, result: str
) -> None:
    nowhere = f"sqlite:///{tmp_path}/none.db", f"unix://{tmp_path}/none.sock"
    urls: dict[str, Callable[[], tuple[str, str]]] = {
        "Redis": lambda: (nowhere[0], request.getfixturevalue("redis_url")),
        "the database": lambda: (request.getfixturevalue("postgres_url"), nowhere[1]),
    }
    settings = settings_for(tmp_path, *urls[whose](), PUBLIC_BASE_URL="http://127.0.0.1:1")
    ours = Clock(real_clock())
    ours.goes_on(seconds=seconds)
    found = looks(settings, "system clock", clock=ours)
    assert found.result == result
    assert whose in found.saw


def test_with_nobody_to_ask_the_clock_is_let_be_and_the_time_zone_is_known(tmp_path: Path, clock: Clock) -> None:
    alone = without_stores(tmp_path, PUBLIC_BASE_URL="http://127.0.0.1:1")
    assert said(looks(alone, "system clock")) == ("pass", "there is no other clock to compare with")
    assert said(looks(alone, "time zone", clock)) == ("pass", "at the clinic it is 14:00 (Asia/Kolkata)")

"""Connections to PostgreSQL: opened by the address in the settings, directly and through a real PgBouncer."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from ivr.desk.store import RequestStore
from ivr.line.phones import Phone as Number
from ivr.storage.database import WORKER_TIMEOUT, Database, StoreAway
from ivr.storage.engines.postgres import QUIET, migrating
from ivr.storage.migrate import migrate
from testing.servers import reserved_port, until
from testing.servers.pgbouncer import PgBouncer, PgBouncerUnavailable, pgbouncer
from testing.servers.postgres import OTHERS_END, Postgres
from tests.conftest import NO_PGBOUNCER, Desks, at_the_desk, settings_for, skipped_without, with_driver
from tests.people import BOOK, Clock, Phone
from tests.preflight import looks
from tests.storage.steady import steady_service
from tests.storage.test_server_log import CALLBACK


@pytest.fixture
def postgres_url(postgres_desks: Desks) -> Iterator[str]:
    """The address of a PostgreSQL database for this test alone. Emptying a shared one would end a pooler's sessions."""
    server = postgres_desks.server
    server.resume()
    server.start()
    url = server.new_database(like=postgres_desks.as_new)
    yield with_driver(url)
    server.drop(url)


LIMITS = "SELECT name FROM pg_settings WHERE name ~ '^(statement|transaction|idle_in_transaction_session)_timeout$'"


@pytest.fixture(params=["itself", "by way of PgBouncer"])
def way(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """A function that takes a database's address and returns the address to use, with PgBouncer or without."""
    if request.param == "itself":
        return str
    pooler: PgBouncer = request.getfixturevalue("pgbouncer_server")
    pooler.start()
    return pooler.to


def asks(url: str, words: str) -> str:
    """Return the address of a database with these parameters at its end."""
    return f"{url}?{words}"


def database_state(app: Flask) -> str:
    return str(app.test_client().get("/readyz").get_json()["database"])


def works(phone: Phone, clock: Clock) -> None:
    """Check that this service takes a request and shows it at the desk, and that the preflight passes the database."""
    reference = phone.rings().press(*BOOK).reference
    assert phone.services.desk.pending.count() == 0
    assert [each.reference for each in phone.services.desk.store.waiting()] == [reference]
    assert database_state(phone.app) == "well"
    desk = at_the_desk(phone)
    desk.does("take", 1)
    assert reference in desk.sees()
    for check in ("database", "schema", "people"):
        assert looks(phone.services.settings, check).result == "pass"


# -- behind a pooler


def test_the_line_and_the_desk_work_behind_a_pooler(
    tmp_path: Path, pooled_url: str, redis_url: str, clock: Clock
) -> None:
    with steady_service(tmp_path, pooled_url, redis_url, clock) as phone:
        works(phone, clock)


def test_many_at_once_share_two_sessions_of_a_pooler(pooled_url: str) -> None:
    """Forty requests are stored over two sessions of PgBouncer, which do not know each other's prepared statements."""
    with closing(Database(pooled_url, timeout=WORKER_TIMEOUT)) as database:
        store = RequestStore(database)

        def keep(number: int) -> str:
            new = replace(CALLBACK, phone=Number(f"+9199999000{number:02}"), call_id=f"CA{number}")
            return store.keep(new, f"mark {number}", f"{number:06}").kept.reference

        with ThreadPoolExecutor(4) as callers:
            promised = list(callers.map(keep, range(40)))
        assert sorted(each.reference for each in store.waiting()) == sorted(promised)


def test_the_tables_are_made_by_way_of_a_pooler(
    tmp_path: Path, pgbouncer_server: PgBouncer, empty_postgres: str, redis_url: str, clock: Clock
) -> None:
    pgbouncer_server.start()
    with steady_service(tmp_path, pgbouncer_server.to(empty_postgres), redis_url, clock) as phone:
        done = phone.app.test_cli_runner().invoke(args=["database", "upgrade"])
        assert (done.exit_code, done.output) == (0, "The database is up to date.\n")
        works(phone, clock)


def test_our_limits_hold_behind_a_pooler_and_are_left_to_nobody_else(
    pooled_url: str, pgbouncer_server: PgBouncer
) -> None:
    with closing(Database(pooled_url, timeout=0.3)) as database:
        with pytest.raises(StoreAway, match="57014: it took too long"), database.reading() as read:
            read.execute(text("SELECT pg_sleep(5)"))
        with database.reading() as read:
            found = {name: read.execute(text(f"SHOW {name}")).scalar() for name in ("statement_timeout", *QUIET)}
    assert found == {"statement_timeout": "300ms", **QUIET}
    with psycopg.connect(pooled_url.replace("+psycopg", ""), autocommit=True) as other:
        assert other.execute("SHOW statement_timeout").fetchone() == ("0",)


def test_a_migration_may_take_any_time_whatever_is_set_for_its_database(
    way: Callable[[str], str], postgres_url: str
) -> None:
    own = psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True)
    with own as owner:
        limits = [name for (name,) in owner.execute(LIMITS).fetchall()]
        for each in limits:
            owner.execute(f"ALTER DATABASE {owner.info.dbname} SET {each} = '5s'")
    engine = migrating(way(postgres_url), 60)
    with engine.begin() as connection:
        assert {each: connection.scalar(text(f"SHOW {each}")) for each in limits} == dict.fromkeys(limits, "0")
        assert connection.scalar(text("SHOW lock_timeout")) == "1min"
    engine.dispose()


def test_an_older_state_is_not_dumped_through_a_pooler(
    tmp_path: Path, pgbouncer_server: PgBouncer, empty_postgres: str, redis_url: str, clock: Clock
) -> None:
    """Through PgBouncer, an upgrade refuses to dump the older state. pg_dump would spoil the next client's session."""
    migrate(empty_postgres, "0005")
    with psycopg.connect(empty_postgres.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO requests (reference, kind, line, phone, language, due, status, created, call_sid, rang_again)"
            " VALUES ('1', 'booking', 'main', '+919999900001', 'en', now(), 'open', now(), 'CA1', 0)"
        )
    pgbouncer_server.start()
    pooled = pgbouncer_server.to(empty_postgres)
    with steady_service(tmp_path, pooled, redis_url, clock) as phone:
        runner = phone.app.test_cli_runner()
        done = runner.invoke(args=["database", "upgrade"])
        assert done.exit_code == 1
        (line,) = done.output.splitlines()
        assert "a pooler such as PgBouncer stands before PostgreSQL" in line
        assert line.endswith("To go on without: flask --app wsgi database upgrade --without-backup")
        assert not (tmp_path / "backups").exists()
        assert runner.invoke(args=["database", "upgrade", "--without-backup"]).exit_code == 0
    with psycopg.connect(pooled.replace("+psycopg", "")) as other:
        assert other.execute("SHOW search_path").fetchone() == ('"$user", public',)


def test_a_pooler_that_shares_by_statement_is_named(
    tmp_path: Path, postgres_server: Postgres, postgres_url: str, redis_url: str, clock: Clock
) -> None:
    with (
        skipped_without(PgBouncerUnavailable, NO_PGBOUNCER),
        pgbouncer(postgres_server, "statement") as pooler,
        steady_service(tmp_path, pooler.to(postgres_url), redis_url, clock) as phone,
    ):
        says = "its pooler (PgBouncer) shares by statement: set pool_mode = transaction"
        assert says in database_state(phone.app)
        assert says in looks(phone.services.settings, "database").saw
        assert "Thank you. We have your request." in phone.rings().press(*BOOK).uncut
        done = phone.app.test_cli_runner().invoke(args=["database", "upgrade"])
        assert (done.exit_code, done.output.count("\n"), says in done.output) == (1, 1, True)


def test_a_pooler_whose_server_is_down_is_named(tmp_path: Path, pooled_url: str, postgres_server: Postgres) -> None:
    settings = settings_for(tmp_path, pooled_url, f"unix://{tmp_path}/none.sock")
    assert looks(settings, "database").result == "pass"
    postgres_server.stop()
    try:
        says = "its pooler (PgBouncer) does not reach it: is PostgreSQL running?"
        assert until(lambda: says in looks(settings, "database").saw)
    finally:
        postgres_server.start()


def test_a_pooler_refuses_what_it_does_not_know_by_name(
    tmp_path: Path, pooled_url: str, redis_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c search_path=desk")
    with steady_service(tmp_path, pooled_url, redis_url, clock) as phone:
        says = "its pooler (PgBouncer) refuses a setting of the connection: look at PGOPTIONS"
        assert says in database_state(phone.app)


# -- what the address says


def test_a_search_path_is_that_of_the_tables_the_line_and_the_desk(
    tmp_path: Path, empty_postgres: str, way: Callable[[str], str], redis_url: str, clock: Clock
) -> None:
    with psycopg.connect(empty_postgres.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE SCHEMA desk")
        url = asks(way(empty_postgres), "options=-c%20search_path=desk")
        with steady_service(tmp_path, url, redis_url, clock) as phone:
            phone.runs("database", "upgrade")
            works(phone, clock)
        found = connection.execute("SELECT DISTINCT schemaname FROM pg_tables WHERE tablename = 'requests'").fetchall()
    assert found == [("desk",)]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("-c search_path=nowhere", "its tables are missing"),
        ("-c default_transaction_read_only=on", "it is read-only: is this a standby server?"),
        ("-c no_such_setting=1", "it does not know a setting in the options of DATABASE_URL"),
        ("-c max_connections=5", "it cannot be given a setting in the options of DATABASE_URL by a client"),
        ("-c TimeZone=Nowhere", "it does not take a value in the options of DATABASE_URL"),
    ],
)
def test_options_are_obeyed_or_named(  # noqa: PLR0913, PLR0917 - what a service is made of
    tmp_path: Path, postgres_url: str, way: Callable[[str], str], redis_url: str, clock: Clock, options: str, says: str
) -> None:
    with steady_service(tmp_path, asks(way(postgres_url), f"options={quote(options)}"), redis_url, clock) as phone:
        assert says in database_state(phone.app)
        assert says in looks(phone.services.settings, "database").saw
        assert "Thank you. We have your request." in phone.rings().press(*BOOK).uncut


def test_options_beside_ours_do_not_take_the_place_of_ours(postgres_url: str, way: Callable[[str], str]) -> None:
    options = "options=-c%20statement_timeout=0%20-c%20TimeZone=Asia/Kolkata"
    with closing(Database(asks(way(postgres_url), options), timeout=0.3)) as database, database.reading() as read:
        found = [read.execute(text(f"SHOW {name}")).scalar() for name in ("statement_timeout", "TimeZone")]
    assert found == ["300ms", "Asia/Kolkata"]


def test_kept_sessions_that_the_server_has_ended_are_opened_anew(postgres_url: str) -> None:
    """A read and a write succeed after the server has ended all idle sessions, as it does when it is restarted."""
    with closing(Database(postgres_url)) as database:
        with database.reading(), database.reading():
            pass
        with psycopg.connect(postgres_url.replace("+psycopg", "")) as server:
            server.execute(OTHERS_END)
        for transaction in (database.reading, database.writing):
            with transaction() as connection:
                assert connection.scalar(text("SELECT 1")) == 1


def test_where_one_host_is_down_the_other_is_used(
    tmp_path: Path, postgres_server: Postgres, empty_postgres: str, redis_url: str, clock: Clock
) -> None:
    port = postgres_server.url.rpartition(":")[2].partition("/")[0]
    with reserved_port() as nobody:
        url = empty_postgres.replace(f"127.0.0.1:{port}", f"127.0.0.1:{nobody},127.0.0.1:{port}")
        with steady_service(tmp_path, url, redis_url, clock) as phone:
            phone.runs("database", "upgrade")
            works(phone, clock)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("postgresql://u@no-such-host.invalid/desk", "its host's name is not known"),
        ("postgresql://u@one..two/desk", "its host's name is not known"),
        ("postgresql://u@127.0.0.1:1/desk?sslmode=perhaps", "a part of DATABASE_URL is no value that"),
        ("postgresql://u@127.0.0.1:1/desk?keepalives=hunter22", "a part of DATABASE_URL is no value that"),
        ("postgresql://u@127.0.0.1:1/desk?target_session_attrs=hunter22", "a part of DATABASE_URL is no value that"),
    ],
)
def test_a_part_that_only_shows_when_it_is_opened_is_named(tmp_path: Path, address: str, says: str) -> None:
    settings = settings_for(tmp_path, address, f"unix://{tmp_path}/none.sock")
    database = Database(settings.database_url)
    with pytest.raises(StoreAway, match=says) as away, database.reading():
        pass
    database.close()
    assert "hunter22" not in str(away.value)

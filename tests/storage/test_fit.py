"""An older version on newer tables after a rollback: requests are stored if the tables fit, else they are pending."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, text

from ivr.storage.database import StoreAway
from ivr.storage.fit import unfit
from ivr.storage.revisions import revisions
from ivr.storage.schema import metadata
from tests.conftest import PASSWORD
from tests.people import BOOK, Clock, Conversation, Phone, Staff
from tests.preflight import looks
from tests.storage.newer import (
    ADDS,
    ASKS_FOR_MORE,
    MAKES_ANOTHER_KIND,
    TAKES_AWAY,
    TAKES_AWAY_ELSEWHERE,
    comes_back,
    goes_on_to,
)
from tests.storage.steady import steady_service
from workers import clock as clock_process
from workers import jobs
from workers.services import build as build_workers


@pytest.fixture
def phone(tmp_path: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at a service. Each test runs twice, on SQLite and on PostgreSQL."""
    with steady_service(tmp_path, database_url, redis_url, clock) as phone:
        yield phone


def books(phone: Phone) -> Conversation:
    """Call the line for its opening hours, then call again and make a request; return the second call."""
    assert "Our timings are:" in phone.rings().press("4").words
    call = phone.rings().press(*BOOK)
    assert "Thank you. We have your request." in call.uncut
    return call


def on_the_desk(phone: Phone) -> list[str]:
    return [each.reference for each in phone.services.desk.store.waiting()]


def database_state(app: Flask) -> str:
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    return str(answer.get_json()["database"])


def test_on_tables_with_more_than_ours_requests_are_taken_and_the_desk_works(
    phone: Phone, database_url: str, tmp_path: Path, clock: Clock
) -> None:
    phone.services.staff.people.add("asha", PASSWORD, clock())
    goes_on_to(database_url, ADDS, tmp_path)
    call = books(phone)
    assert (phone.services.desk.pending.count(), on_the_desk(phone)) == (0, [call.reference])
    desk = Staff(phone.app, "asha", PASSWORD)
    desk.logs_in()
    desk.does("take", 1)
    assert call.reference in desk.sees()
    worker = build_workers(phone.services.settings, clock)
    clock_process.sweep(worker)
    clock_process.purge_expired(worker)
    worker.close()
    says = "its schema is newer than this program (9001), but serves it: requests are taken; run the newer one"
    assert database_state(phone.app) == says
    found = looks(phone.services.settings, "schema")
    assert found.result == "warn"
    assert found.saw.startswith("too new: the tables are at 9001, this version knows 00")
    done = phone.app.test_cli_runner().invoke(args=["database", "upgrade"])
    left = "The database is of a newer version (revision 9001). It serves this version too and is left as it is.\n"
    assert (done.exit_code, done.output) == (0, left)


@pytest.mark.parametrize(
    ("invented", "wrong"),
    [
        (TAKES_AWAY, "requests.rang_again is missing"),
        (TAKES_AWAY_ELSEWHERE, "staff.epoch is missing"),
        (ASKS_FOR_MORE, "promises.channel wants a value"),
        (MAKES_ANOTHER_KIND, "requests.reference is of another kind"),
    ],
)
def test_on_tables_that_lack_something_of_ours_requests_wait_in_redis(
    phone: Phone, database_url: str, tmp_path: Path, invented: str, wrong: str
) -> None:
    revision = goes_on_to(database_url, invented, tmp_path)
    call = books(phone)
    assert phone.services.desk.pending.count() == 1
    says = f"its schema is newer than this program ({revision}) and does not serve it: {wrong}; run the newer one"
    assert database_state(phone.app) == f"away: {says}"
    found = looks(phone.services.settings, "schema")
    assert (found.result, wrong in found.saw) == ("FAIL", True)
    done = phone.app.test_cli_runner().invoke(args=["database", "upgrade"])
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert (
        f"of a newer version (revision {revision}) and does not serve this one: {wrong}; run the newer" in done.output
    )
    worker = build_workers(phone.services.settings, phone.services.clock)
    with pytest.raises(StoreAway, match=wrong):
        jobs.save(worker)
    comes_back(database_url, tmp_path)
    jobs.save(worker)
    worker.close()
    assert (phone.services.desk.pending.count(), on_the_desk(phone)) == (0, [call.reference])


def test_a_promise_that_is_repeated_while_the_tables_lack_something_stays_the_same(
    phone: Phone, database_url: str, tmp_path: Path
) -> None:
    call = phone.rings().press(*BOOK)
    first = call.reference
    goes_on_to(database_url, TAKES_AWAY, tmp_path)
    assert f"{first[:3]} {first[3:]}" in call.hears_again()
    assert phone.services.desk.pending.count() == 1
    comes_back(database_url, tmp_path)
    worker = build_workers(phone.services.settings, phone.services.clock)
    jobs.save(worker)
    worker.close()
    assert on_the_desk(phone) == [first]


def test_tables_whose_revision_nobody_wrote_down_are_named_alike_everywhere(phone: Phone, database_url: str) -> None:
    tell(database_url, "DELETE FROM alembic_version")
    call = books(phone)
    assert on_the_desk(phone) == [call.reference]
    says = "its schema is of no known revision, but serves it: requests are taken; see docs/runbook.md, "
    assert database_state(phone.app).startswith(says)
    found = looks(phone.services.settings, "schema")
    assert (found.result, found.saw) == (
        "warn",
        "the tables bear no revision: alembic_version is empty or missing, but they serve it",
    )
    done = phone.app.test_cli_runner().invoke(args=["database", "upgrade"])
    left = "The database is of no known revision. It serves this version too and is left as it is.\n"
    assert (done.exit_code, done.output) == (0, left)


def test_an_empty_database_is_of_no_version_and_is_filled(phone: Phone, database_url: str) -> None:
    for each in [*(table.name for table in reversed(metadata.sorted_tables)), "alembic_version"]:
        tell(database_url, f"DROP TABLE {each}")
    assert "its tables are missing: flask --app wsgi database upgrade" in database_state(phone.app)
    assert looks(phone.services.settings, "schema").saw == "the database has no tables yet"
    done = phone.app.test_cli_runner().invoke(args=["database", "upgrade"])
    assert (done.exit_code, done.output) == (0, "The database is up to date.\n")


def tell(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    """A connection to a database with the desk's tables, whose changes are undone at the test's end."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


def test_any_table_or_column_that_is_gone_is_missed(connection: Connection) -> None:
    assert unfit(connection) == ""
    for table in metadata.sorted_tables:
        column = list(table.columns)[-1].name
        connection.execute(text(f'ALTER TABLE {table.name} RENAME COLUMN "{column}" TO elsewhere'))
        assert f"{table.name}.{column} is missing" in unfit(connection)
        connection.execute(text(f'ALTER TABLE {table.name} RENAME COLUMN elsewhere TO "{column}"'))
        connection.execute(text(f"ALTER TABLE {table.name} RENAME TO elsewhere"))
        assert unfit(connection) == f"no table {table.name}"
        connection.execute(text(f"ALTER TABLE elsewhere RENAME TO {table.name}"))
    assert unfit(connection) == ""


def test_the_revisions_stay_those_of_the_running_program() -> None:
    assert revisions() is revisions(), "looked up once, whatever is put in the program's place meanwhile"

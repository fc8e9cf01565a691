"""The schema of the database: its tables are those that the migrations make, and no error tells a caller's number."""

import logging
import stat
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from config.settings import ROOT
from ivr.storage import schema
from ivr.storage.database import Database, StoreAway, UniqueViolation, sqlite_path
from ivr.storage.engines.database_errors import error_kind
from ivr.storage.migrate import migrate
from tests.conftest import with_driver

MARKED = "+919876501234"
"""A made-up caller's number, which nothing that leaves the database may show."""

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


def request(**more: Any) -> dict[str, Any]:
    row = {"reference": "012345", "kind": "booking", "line": "main", "phone": MARKED, "language": "en"}
    moments = {"due": NOW, "created": NOW, "status": "open", "call_sid": "CA1", "rang_again": 0}
    return {**row, **moments, **more}


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables. The test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/new/clinic.db"
        return
    server = request.getfixturevalue("postgres_server")
    server.start()
    url: str = server.new_database()
    yield with_driver(url)
    server.drop(url)


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """Open a connection to this database that is not the product's own."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


# -- the tables


def test_the_migrations_make_exactly_the_tables_that_the_code_knows(database_url: str) -> None:
    with connected(database_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, schema.metadata) == []


def test_migrating_twice_does_no_harm(database_url: str, database: Database) -> None:
    with database.writing() as write:
        write.execute(insert(schema.requests).values(request()))
    migrate(database_url)
    with database.reading() as read:
        assert read.scalars(select(schema.requests.c.phone)).all() == [MARKED]


MIGRATES = """
import sys
from ivr.storage.migrate import migrate
print("ready", flush=True)
sys.stdin.readline()
migrate(sys.argv[1])
"""


def test_copies_that_start_at_once_migrate_one_after_the_other(empty_url: str) -> None:
    command = [sys.executable, "-c", MIGRATES, empty_url]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    copies = [subprocess.Popen(command, cwd=ROOT, text=True, **pipes) for _ in range(4)]
    ready = [copy.stdout.readline() for copy in copies if copy.stdout]
    for copy in copies:
        assert copy.stdin
        copy.stdin.write("now\n")
        copy.stdin.flush()
    said = [copy.communicate(timeout=60)[1] for copy in copies]
    assert (ready, [copy.returncode for copy in copies]) == (["ready\n"] * 4, [0] * 4), said
    with connected(empty_url) as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


def test_migrating_leaves_the_logs_of_the_process_as_they_are(empty_url: str) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    migrate(empty_url)
    assert (root.level, list(root.handlers)) == before
    assert not logging.getLogger("ivr.web.telephone.webhooks").disabled


def test_a_moment_comes_back_as_it_was_from_any_time_zone(database: Database) -> None:
    delhi = datetime.fromisoformat("2026-11-23T14:00:00.000123+05:30")
    with database.writing() as write:
        write.execute(insert(schema.requests).values(request(due=delhi)))
    with database.reading() as read:
        assert read.scalars(select(schema.requests.c.due)).one() == delhi


def test_what_fails_half_way_leaves_nothing(database: Database) -> None:
    def fails() -> None:
        with database.writing() as write:
            write.execute(insert(schema.requests).values(request()))
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    with database.reading() as read:
        assert read.scalars(select(schema.requests.c.id)).all() == []


# -- SQLite's file


def test_the_file_is_its_owners_alone_and_keeps_what_it_has_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "state" / "a desk.db"
    migrate(f"sqlite:///{path}")
    database = Database(f"sqlite:///{path}")
    with database.writing() as write:
        write.execute(insert(schema.requests).values(request()))
        files = [each for each in path.parent.iterdir() if each.name.startswith(path.name)]
        assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}
        assert len(files) == 3, "the journal holds what the file holds"
        found = {name: write.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")}
        assert (found, write.execute(text("PRAGMA foreign_keys")).scalar()) == (
            {"journal_mode": "wal", "synchronous": 2},
            1,
        )
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    database.close()


@pytest.mark.parametrize("begins", [Database.reading, Database.writing])
def test_a_file_that_was_moved_is_an_error_and_never_a_new_and_empty_desk(
    sqlite_url: str, begins: Callable[[Database], AbstractContextManager[Connection]]
) -> None:
    path, database = sqlite_path(sqlite_url), Database(sqlite_url)
    with database.writing() as write:
        write.execute(insert(schema.requests).values(request()))
    elsewhere = path.rename(path.with_name("moved.db"))
    with pytest.raises(StoreAway), begins(database) as connection:
        connection.execute(select(schema.requests.c.id)).all()
    assert not path.exists()
    elsewhere.rename(path)
    with database.reading() as read:
        assert read.scalars(select(schema.requests.c.phone)).all() == [MARKED], "noticed at once when it is back"
    database.close()


# -- errors


def told_of(error: BaseException) -> str:
    """Return all words by which a log, or RQ's list of failed jobs, would show this error."""
    return "".join(traceback.format_exception(error)) + repr(error) + str(error.__dict__)


def provoke(database: Database, **values: Any) -> Exception:
    with pytest.raises(StoreAway) as raised, database.writing() as write:
        write.execute(insert(schema.requests).values(request(**values)))
    return raised.value


PERSON = {"name": MARKED, "password_hash": "", "active": True, "created": NOW}
"""A person's row whose name is a telephone number. Stored twice, the row violates the unique column of names."""


def test_the_database_itself_would_tell_the_key(postgres_url: str) -> None:
    with connected(postgres_url) as connection, pytest.raises(SQLAlchemyError) as raised:
        connection.execute(insert(schema.staff).values([PERSON, PERSON]))
    assert f"({MARKED}) already exists" in told_of(raised.value)
    assert error_kind(raised.value) == "UniqueViolation 23505", "nor do its words pass for those of another error"


def test_a_clash_does_not_tell_whose_key_it_was(database: Database) -> None:
    with pytest.raises(UniqueViolation) as raised, database.writing() as write:
        write.execute(insert(schema.staff).values([PERSON, PERSON]))
    error = raised.value
    assert MARKED[3:] not in told_of(error)
    assert (error.__cause__, error.__suppress_context__) == (None, True)


@pytest.mark.parametrize("column", ["kind", "line", "call_sid"])
def test_a_value_that_does_not_fit_is_told_by_its_kind_only(postgres_url: str, column: str) -> None:
    database = Database(postgres_url)
    error = provoke(database, **{column: MARKED * 6})
    database.close()
    assert isinstance(error, StoreAway)
    assert str(error) == "StringDataRightTruncation 22001"
    assert MARKED[3:] not in told_of(error)
    assert (error.__cause__, error.__suppress_context__) == (None, True)


def test_a_broken_rule_does_not_tell_whose_row_it_was(database: Database) -> None:
    """The error for a row that lacks a value holds no number, though PostgreSQL's own error quotes the whole row."""
    error = provoke(database, line=None)
    assert isinstance(error, StoreAway)
    assert str(error).endswith("its tables are of another version: flask --app wsgi database upgrade")
    assert MARKED[3:] not in told_of(error)
    assert (error.__cause__, error.__suppress_context__) == (None, True)


def test_a_statement_that_is_wrong_shows_neither_itself_nor_its_values(database: Database) -> None:
    with pytest.raises(StoreAway) as raised, database.reading() as read:
        read.execute(text("SELECT phone FROM nowhere WHERE phone = :phone"), {"phone": MARKED})
    assert MARKED[3:] not in told_of(raised.value)
    assert "SELECT" not in str(raised.value)


def test_a_postgresql_that_nobody_answers_at_is_told_without_its_password(caplog: pytest.LogCaptureFixture) -> None:
    database = Database("postgresql+psycopg://asha:a-password-to-hide@127.0.0.1:1/clinic")
    with pytest.raises(StoreAway) as raised, database.reading():
        pass
    assert "a-password-to-hide" not in told_of(raised.value) + repr(database) + caplog.text
    assert str(raised.value) == "OperationalError: nobody listens there: is it running?"

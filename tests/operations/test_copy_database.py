"""`flask database copy`, for a clinic that has outgrown SQLite: PostgreSQL gets the whole desk, or nothing at all."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, inspect, literal_column, select, table, text

from ivr.storage import schema
from ivr.storage.database import Database, sqlite_path
from ivr.storage.migrate import migrate
from tests.conftest import PASSWORD, with_driver
from tests.people import BOOK, Clock, Phone, Staff
from tests.web import service


def test_the_desk_is_the_same_on_the_new_database_and_goes_on_there(
    phone: Phone, staff: Staff, postgres_url: str, redis_url: str, clock: Clock
) -> None:
    first = phone.rings().press(*BOOK).reference
    phone.rings(caller="+919999900002").press("2", "1", "1", "1")
    staff.does("take", 1)
    staff.does("note", 1, note="rings after six")
    assert "requests: 2" in phone.runs("database", "copy", "--to", plain(postgres_url))
    assert counts(phone.services.settings.database_url) == counts(postgres_url)
    with service(phone.services.settings.state_dir, postgres_url, redis_url, clock) as moved:
        desk = Staff(moved.app, "asha", PASSWORD)
        desk.logs_in()
        assert first in desk.sees()
        assert "rings after six" in desk.browser.get(f"/desk/requests/{first}").text
        third = moved.rings(caller="+919999900003").press(*BOOK).reference
        assert third in desk.sees(), "new requests are numbered on"


def test_a_database_that_is_in_use_is_not_written_over(app: Flask, postgres_url: str) -> None:
    with closing(Database(postgres_url)) as new, new.writing() as write:
        row = {"at": schema.LONG_AGO, "who": "", "what": "", "about": "", "detail": ""}
        write.execute(schema.audit.insert().values(row))
    done = app.test_cli_runner().invoke(args=["database", "copy", "--to", plain(postgres_url)])
    assert (done.exit_code, "the new database is in use, it has audit" in done.output) == (1, True)


def test_a_row_that_cannot_be_copied_is_named_and_nothing_is(phone: Phone, postgres_url: str) -> None:
    phone.rings().press(*BOOK)
    with closing(Database(phone.services.settings.database_url)) as old, old.writing() as write:
        write.execute(text("UPDATE requests SET due = 'tomorrow'"))
    done = phone.app.test_cli_runner().invoke(args=["database", "copy", "--to", plain(postgres_url)])
    assert done.exit_code == 1
    assert "nothing was copied: row 1 of requests cannot be read: due" in done.output
    assert set(counts(postgres_url).values()) == {0}


def at_rest(url: str) -> str:
    """Return the whole contents of the database at this url as text, to be compared with a later state."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(sqlite_path(url))) as read:
            return "\n".join([str(read.execute("PRAGMA journal_mode").fetchone()), *read.iterdump()])
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {name: inspect(connection).get_columns(name) for name in inspect(connection).get_table_names()}
        rows: dict[str, Any] = {
            name: connection.execute(select(literal_column("*")).select_from(table(name))).all() for name in found
        }
    engine.dispose()
    return f"{found} {rows}"


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (None, "nothing was copied: the new database is in use, it has requests"),
        (
            "UPDATE alembic_version SET version_num = '9999'",
            "nothing was copied: the new database has tables of",
        ),
        ("DELETE FROM alembic_version", "nothing was copied: the new database has tables of"),
    ],
)
def test_a_database_in_use_is_left_as_it_is_also_where_its_tables_are_older(  # noqa: PLR0913, PLR0917 - two databases
    app: Flask, tmp_path: Path, request: pytest.FixtureRequest, kind: str, change: str | None, says: str
) -> None:
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path}/used.db"
    else:
        server = request.getfixturevalue("postgres_server")
        server.start()
        url = with_driver(server.new_database())
        request.addfinalizer(lambda: server.drop(plain(url)))
    in_use(url, change)
    before = at_rest(url)
    done = app.test_cli_runner().invoke(args=["database", "copy", "--to", url])
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert says in done.output
    assert at_rest(url) == before


def in_use(url: str, change: str | None) -> None:
    """Make a desk's database of an older version, with one request. Then run the SQL `change`, if it is not None.

    SQLite is left in its journal mode DELETE.
    """
    migrate(url, "0004")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO requests (reference, kind, line, phone, language, due, status, created, call_sid,"
                " rang_again) VALUES ('1', 'booking', 'main', '+919999900001', 'en', '2026-11-23 08:30:00', 'open',"
                " '2026-11-23 08:30:00', 'CA1', 0)"
            )
        )
        if change:
            connection.execute(text(change))
    if url.startswith("sqlite"):
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    engine.dispose()


def test_a_desk_that_is_not_up_to_date_is_not_copied(app: Flask, sqlite_url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(sqlite_path(sqlite_url))) as write:
        write.execute("UPDATE alembic_version SET version_num = '0004'")
        write.commit()
    new = tmp_path / "new.db"
    done = app.test_cli_runner().invoke(args=["database", "copy", "--to", f"sqlite:///{new}"])
    assert done.exit_code == 1
    assert "nothing was copied: the present database is not of this version: flask --app wsgi database" in done.output
    assert not new.exists()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("mysql://desk:secret@host/desk", "expected sqlite:///FILE or postgresql://"),
        ("postgresql://desk:secret@127.0.0.1:1/desk", "nobody listens there"),
    ],
)
def test_an_address_that_does_not_do_is_refused_without_its_password(app: Flask, address: str, says: str) -> None:
    done = app.test_cli_runner().invoke(args=["database", "copy"], input=f"{address}\n")
    assert done.exit_code == 1
    assert says in done.output
    assert "secret" not in done.output


def plain(url: str) -> str:
    return url.replace("+psycopg", "")


def counts(url: str) -> dict[str, int]:
    with closing(Database(url)) as database, database.reading() as read:
        return {
            table.name: read.execute(select(func.count()).select_from(table)).scalar_one()
            for table in schema.metadata.sorted_tables
        }

"""Odd moments, days and words in the tables: the program reads them as they are stored, and does not fail."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, select, text

from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.odd import Odd
from tests.storage.test_schema import request

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with one request. The test runs once on SQLite and once on PostgreSQL."""
    database = Database(database_url)
    with database.writing() as write:
        write.execute(insert(schema.requests).values(request(day=date(2026, 11, 24))))
    yield database
    database.close()


def stored(database: Database, column: str, value: object) -> object:
    """Store this value in a database column of the only request; return the value that the program then reads."""
    with database.writing() as write:
        kind = schema.requests.c[column].type.compile(dialect=write.dialect)
        cast = ":value" if write.dialect.name == "sqlite" else f"CAST(:value AS {kind})"
        write.execute(text(f"UPDATE requests SET {column} = {cast}"), {"value": value})  # noqa: S608 - our columns
    with database.reading() as read:
        return read.scalar(select(schema.requests.c[column]))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(
            ("due", each)
            for each in ("0001-01-01 00:00:00.000000", "9999-12-31 23:59:59.000000", "1969-12-31 00:00:00")
        ),
        *(("day", each) for each in ("0001-01-01", "9999-12-31", "2200-01-01")),
    ],
)
def test_what_is_far_outside_every_calendar_is_odd(database: Database, column: str, value: str) -> None:
    assert isinstance(stored(database, column, value), Odd)


@pytest.mark.parametrize(("column", "value"), [("due", "infinity"), ("due", "-infinity"), ("day", "infinity")])
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_moment_without_end_is_odd_and_no_error_of_the_driver(database: Database, column: str, value: str) -> None:
    assert stored(database, column, value) == Odd(value)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        *(("due", "tomorrow", "tomorrow"), ("due", 17, "17"), ("due", b"\xff", "\ufffd"), ("day", "noon", "noon")),
        ("day", 2.5, "2.5"),
    ],
)
@on_sqlite
def test_sqlite_keeps_anything_and_all_of_it_is_read(database: Database, column: str, value: object, told: str) -> None:
    assert stored(database, column, value) == Odd(told)


@on_sqlite
def test_words_that_are_no_utf_8_are_read_with_a_mark_in_their_place(database: Database) -> None:
    with database.writing() as write:
        write.execute(text("UPDATE requests SET line = CAST(x'6dff' AS TEXT)"))
    with database.reading() as read:
        assert read.scalar(select(schema.requests.c.line)) == "m\ufffd"


def test_what_can_be_read_is_read_as_ever(database: Database) -> None:
    assert stored(database, "due", "2026-11-23 08:30:00.000123") == NOW.replace(microsecond=123)
    assert stored(database, "day", "2026-11-24") == date(2026, 11, 24)
    assert stored(database, "appointment", None) is None

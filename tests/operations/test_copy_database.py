"""A clinic that has grown moves its desk from SQLite to PostgreSQL, and nothing is left behind."""

from contextlib import closing

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from ivr.storage import schema
from ivr.storage.database import Database
from tests.conftest import PASSWORD
from tests.people import Clock, Phone, Staff
from tests.web import service

BOOK = ("1", "1", "1", "1", "1")


def test_the_desk_is_the_same_on_the_new_database_and_goes_on_there(
    phone: Phone, staff: Staff, postgres_url: str, redis_url: str, clock: Clock
) -> None:
    first = phone.rings().press(*BOOK).reference
    phone.rings(caller="+919999900002").press("2", "1", "1", "1")
    staff.does("take", 1)
    staff.does("note", 1, note="rings after six")
    done = phone.app.test_cli_runner().invoke(args=["database", "copy", "--to", plain(postgres_url)])
    assert done.exit_code == 0, done.output
    assert "requests: 2" in done.output
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

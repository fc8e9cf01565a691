"""PostgreSQL's own log: it holds no number and no name, whatever clashes, waits or fails in the database."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, insert, literal, select

from ivr.desk.requests import NewRequest
from ivr.desk.store import RequestStore, Saved
from ivr.staff.passwords import Passwords
from ivr.staff.people import NameTaken, People
from ivr.storage import schema
from ivr.storage.database import WORKER_TIMEOUT, Database, StoreAway, UniqueViolation
from ivr.storage.encryption import KeyedIds
from ivr.storage.upsert import insert_new
from testing.servers import until
from testing.servers.postgres import Postgres
from testing.wishes import wish_to_be_rung
from tests.staff.staffed import PASSWORD, QUICK, at_once, somebody_waits
from tests.storage.test_schema import request, told_of

MARKED = "+919876501234"
NAME = "asha-of-the-desk"
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
KEYED_IDS = KeyedIds("0123456789abcdef" * 4)

CALLBACK = wish_to_be_rung(MARKED, NOW)


def personal_in(text: str) -> list[str]:
    return [word for word in (MARKED[3:], NAME) if word in text]


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    database = Database(postgres_url, timeout=WORKER_TIMEOUT)
    yield database
    database.close()


@pytest.fixture
def desk(database: Database) -> RequestStore:
    return RequestStore(database)


def keeps(desk: RequestStore, new: NewRequest) -> Saved:
    return desk.keep(new, KEYED_IDS.mark(new.promise), KEYED_IDS.reference(new.promise))


PERSON = {"name": NAME, "password_hash": MARKED, "active": True, "created": NOW}
"""A row of the table of people at the desk, whose unique key, the name, is personal."""


def test_the_server_itself_would_write_down_whose_key_clashed(
    database: Database, server_log: Callable[[], str]
) -> None:
    for _ in range(2):
        try:
            with database.writing() as write:
                write.execute(insert(schema.staff).values(PERSON))
        except UniqueViolation:
            continue
    assert f"DETAIL:  Key (name)=({NAME}) already exists." in server_log()


def test_calls_of_one_number_at_the_same_moment_leave_it_out_of_the_servers_log(
    desk: RequestStore, server_log: Callable[[], str]
) -> None:
    calls = [replace(CALLBACK, call_id=f"CA{number}") for number in range(8)]
    saved = at_once(*(lambda each=each: keeps(desk, each) for each in calls))
    twice = at_once(*(lambda: keeps(desk, replace(CALLBACK, call_id="CA-twice")) for _ in range(8)))
    assert all(isinstance(each, Saved) for each in [*saved, *twice]), [*saved, *twice]
    assert [each.rang_again for each in desk.waiting()] == [8]
    assert "ERROR" not in server_log()
    assert personal_in(server_log()) == []


def test_a_row_whose_key_another_has_written_but_not_committed_is_a_clash_and_no_error_of_the_server(
    database: Database, postgres_server: Postgres, server_log: Callable[[], str]
) -> None:
    def adds() -> None:
        with database.writing() as write:
            insert_new(write, schema.staff, **PERSON)

    with ThreadPoolExecutor(1) as other:
        with database.writing() as write:
            insert_new(write, schema.staff, **PERSON)
            second = other.submit(adds)
            assert until(lambda: somebody_waits(postgres_server))
        clash = second.exception(20)
    assert isinstance(clash, UniqueViolation)
    assert "ERROR" not in server_log()
    assert personal_in(server_log() + told_of(clash)) == []


def test_what_takes_too_long_is_logged_by_the_server_without_its_values(
    postgres_url: str, server_log: Callable[[], str]
) -> None:
    impatient = Database(postgres_url, timeout=0.1)
    with pytest.raises(StoreAway) as slow, impatient.reading() as read:
        read.execute(select(func.pg_sleep(5), literal(MARKED)))
    told = told_of(slow.value)
    with impatient.writing() as write:
        first = insert_new(write, schema.requests, **request(phone=MARKED, kind="callback"))
        promise = {"mark": KEYED_IDS.mark(CALLBACK.promise), "reference": "000001", "spoken": "", "joined": False}
        insert_new(write, schema.promises, **promise, request_id=first, created=NOW)
        with pytest.raises(StoreAway) as held_up:
            keeps(RequestStore(impatient), CALLBACK)
    told += told_of(held_up.value)
    impatient.close()
    said = server_log()
    assert "canceling statement due to statement timeout" in said
    assert re.search(
        r"canceling statement due to (lock|statement) timeout\n(.*\n)?.*STATEMENT:  INSERT INTO promises", said
    )
    assert "$1" in said
    assert personal_in(said + told) == []


def test_a_name_that_is_taken_at_the_desk_is_not_written_down_by_the_server(
    database: Database, server_log: Callable[[], str]
) -> None:
    people = People(database, Passwords(QUICK))
    people.add(NAME, PASSWORD, NOW)
    with pytest.raises(NameTaken):
        people.add(NAME, PASSWORD, NOW)
    assert "ERROR" not in server_log()
    assert personal_in(server_log()) == []

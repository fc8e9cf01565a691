"""A caller's number is looked up in one short transaction, and a stalled database delays the greeting only briefly."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import event

from ivr.storage.database import sqlite_path
from ivr.web.services import build
from ivr.wiring.foundation import A_CALLER_WAITS
from testing.servers.postgres import Postgres
from tests.conftest import QUICK, settings_for
from tests.desk.callers import prefers_hindi
from tests.people import Clock, Conversation, Phone
from tests.test_faults import moved
from tests.web import served

SLACK = 3


def greets(phone: Phone) -> Conversation:
    return phone.rings()


def test_one_transaction_finds_the_appointment_and_the_language(phone: Phone) -> None:
    prefers_hindi(phone)
    greets(phone)
    begun: list[str] = []
    engine = phone.services.database._engine
    event.listen(engine, "begin", lambda _: begun.append("transaction"))
    assert greets(phone).spoken[0].language == "hi-IN"
    assert len(begun) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_with_the_database_away_the_call_begins_in_the_lines_language(phone: Phone, sqlite_url: str) -> None:
    prefers_hindi(phone)
    with moved(sqlite_path(sqlite_url)):
        assert greets(phone).spoken[0].language == "en-IN"
    assert greets(phone).spoken[0].language == "hi-IN"


@pytest.fixture
def hurried(
    tmp_path_factory: pytest.TempPathFactory, postgres_url: str, redis_url: str, clock: Clock
) -> Iterator[Phone]:
    """A telephone at a service on PostgreSQL whose waits for the stores are as short as in production."""
    settings = settings_for(tmp_path_factory.mktemp("hurried"), postgres_url, redis_url)
    with served(build(settings, clock, QUICK, limits=A_CALLER_WAITS)) as phone:
        yield phone


def test_a_database_that_has_stalled_holds_up_the_greeting_no_longer_than_its_limit(
    hurried: Phone, postgres_server: Postgres
) -> None:
    prefers_hindi(hurried)
    assert greets(hurried).spoken[0].language == "hi-IN"
    postgres_server.pause()
    try:
        began = time.monotonic()
        call = greets(hurried)
        took = time.monotonic() - began
    finally:
        postgres_server.resume()
    assert call.spoken[0].language == "en-IN"
    assert took < SLACK * A_CALLER_WAITS.look_up

"""The hosts that answer calls, and the silent hosts, which have not written to the database for a while."""

from contextlib import closing
from datetime import timedelta

from sqlalchemy import event, select

from ivr.hosts.seen import EVERY, GONE, SILENT, Hosts
from ivr.storage import schema
from ivr.storage.database import Database
from tests.people import Clock


def seen(database: Database) -> dict[str, object]:
    with database.reading() as read:
        return {row.name: row.seen for row in read.execute(select(schema.hosts))}


def test_a_host_that_lives_is_written_once_a_minute(database: Database, clock: Clock) -> None:
    hosts, first = Hosts(database), clock()
    writes: list[str] = []
    event.listen(database._engine, "commit", lambda _: writes.append("one"))
    for _ in range(12):
        hosts.saw("here", clock())
        clock.goes_on(seconds=5)
    assert (seen(database), len(writes)) == ({"here": first}, 1)
    clock.goes_on(seconds=EVERY.total_seconds())
    hosts.saw("here", clock())
    assert seen(database) == {"here": clock()}


def test_one_that_is_silent_is_named_until_it_is_back_or_forgotten(database: Database, clock: Clock) -> None:
    hosts = Hosts(database)
    hosts.saw("there", clock())
    clock.goes_on(seconds=SILENT.total_seconds() - 1)
    hosts.saw("here", clock())
    assert hosts.silent(clock()) == []
    clock.goes_on(seconds=1)
    assert [each.name for each in hosts.silent(clock())] == ["there"]
    hosts.saw("there", clock())
    assert hosts.silent(clock()) == []
    clock.goes_on(days=GONE / timedelta(days=1))
    hosts.saw("here", clock())
    hosts.forget(clock())
    assert list(seen(database)) == ["here"]


def test_one_whose_clock_was_ahead_is_seen_again(database: Database, clock: Clock) -> None:
    hosts = Hosts(database)
    hosts.saw("here", clock() + timedelta(days=400))
    hosts.saw("here", clock())
    assert seen(database) == {"here": clock()}


def test_a_moment_that_cannot_be_read_names_nobody(sqlite_url: str, clock: Clock) -> None:
    """A host whose last sign of life has an unreadable time is not reported as silent.

    Tested on SQLite alone, as PostgreSQL stores no unreadable time.
    """
    with closing(Database(sqlite_url)) as database:
        odd(database)
        assert Hosts(database).silent(clock()) == []


def odd(database: Database) -> None:
    with database.writing() as write:
        write.exec_driver_sql("INSERT INTO hosts (name, seen) VALUES ('odd', '0000 nonsense')")

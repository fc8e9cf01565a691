"""The shipper of traces: a host's traces come into the database once and whole; its files stay until then."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from ivr.reports import spool as spool_module
from ivr.reports.call_records import SETTLES, SILENT, Trace
from ivr.reports.spool import HELD, Spool
from ivr.reports.traces.call_traces import CallTraces
from ivr.reports.traces.shipper import TraceShipper
from ivr.storage import schema
from ivr.storage.database import Database, StoreAway

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
A, B = "a" * 32, "b" * 32
NOWHERE = "postgresql+psycopg://127.0.0.1:1/clinic"


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "calls")


@pytest.fixture
def shipper(database: Database, spool: Spool) -> TraceShipper:
    return TraceShipper(CallTraces(database), spool, lambda: "here")


def step(mark: str, *places: str, at: datetime = NOW) -> Trace:
    return Trace(mark, at, "main", "en", places, "-".join(places)[:8])


def end(mark: str, at: datetime = NOW) -> Trace:
    return Trace(mark, at, "", "", over=True, lasted=9)


def sent(database: Database) -> list[tuple[str, str]]:
    with database.reading() as read:
        table = schema.call_traces
        return [(row.mark[0], row.what) for row in read.execute(select(table).order_by(table.c.id))]


def segments(spool: Spool) -> int:
    return len(spool.read()[0])


def test_each_trace_is_sent_once_as_it_comes_in_the_order_of_the_file(
    spool: Spool, shipper: TraceShipper, database: Database
) -> None:
    spool.write(step(A, "welcome", "main"), step(B, "welcome", "main"))
    for _ in range(2):
        assert shipper.ship(NOW) is False
    spool.write(step(A, "hours"))
    shipper.ship(NOW)
    assert sent(database) == [("a", "welcome main"), ("b", "welcome main"), ("a", "hours")]
    TraceShipper(CallTraces(database), spool, lambda: "here").ship(NOW)
    assert len(sent(database)) == 3, "a process that begins anew sends them all again, which changes nothing"


def test_a_line_that_is_not_whole_yet_is_sent_when_it_is(
    spool: Spool, shipper: TraceShipper, database: Database, tmp_path: Path
) -> None:
    spool.write(step(A, "welcome"), step(A, "hours"))
    (path,) = (tmp_path / "calls").iterdir()
    whole = path.read_bytes()
    for size in (0, 1, 20, len(whole) - 3, len(whole)):
        path.write_bytes(whole[:size])
        shipper.ship(NOW)
    assert sent(database) == [("a", "welcome"), ("a", "hours")]


def test_what_the_database_has_lost_is_sent_again_before_the_file_goes(
    spool: Spool, shipper: TraceShipper, database: Database
) -> None:
    """A spool file is sent again before its deletion, as a restored database or another server may lack its traces."""
    spool.write(step(A, "welcome", "main"))
    shipper.ship(NOW)
    with database.writing() as write:
        write.execute(delete(schema.call_traces))
    spool.write(step(A, "callback"), end(A))
    shipper.ship(NOW)
    assert sent(database) == [("a", "callback"), ("a", "")]
    shipper.ship(NOW + HELD)
    assert segments(spool) == 0
    assert sorted(sent(database)) == [("a", ""), ("a", "callback"), ("a", "welcome main")]


def test_a_file_stays_while_a_call_in_it_goes_on_and_for_a_while(spool: Spool, shipper: TraceShipper) -> None:
    spool.write(step(A, "welcome"), step(B, "welcome"), end(B))
    shipper.ship(NOW + HELD)
    assert segments(spool) == 1
    late = NOW + HELD + timedelta(minutes=3)
    spool.write(end(A, late))
    shipper.ship(late + SETTLES)
    assert segments(spool) == 1, "the first is removed; somebody may still write to the one of the end"
    shipper.ship(late + HELD, removes=False)
    assert segments(spool) == 1, "not on the word of a clock that has jumped"
    shipper.ship(late + HELD)
    assert segments(spool) == 0


def test_a_call_whose_end_another_host_heard_keeps_a_file_for_an_hour(spool: Spool, shipper: TraceShipper) -> None:
    spool.write(step(A, "welcome"))
    shipper.ship(NOW + SILENT - timedelta(seconds=1))
    assert segments(spool) == 1
    shipper.ship(NOW + SILENT)
    assert segments(spool) == 0
    assert (shipper._sent, shipper._calls, shipper._last) != ({}, {}, {})
    shipper.ship(NOW + SILENT)
    assert (shipper._sent, shipper._calls, shipper._last) == ({}, {}, {}), "nothing is remembered of it"


def test_with_the_database_away_nothing_is_removed_and_all_is_sent_later(
    spool: Spool, shipper: TraceShipper, database: Database
) -> None:
    nowhere = Database(NOWHERE)
    shipper._store = CallTraces(nowhere)
    spool.write(step(A, "welcome"), end(A))
    with pytest.raises(StoreAway):
        shipper.ship(NOW + SILENT)
    nowhere.close()
    assert segments(spool) == 1
    shipper._store = CallTraces(database)
    shipper.ship(NOW + SILENT)
    assert (len(sent(database)), segments(spool)) == (2, 0)


def test_much_that_waited_is_sent_a_piece_at_a_time(
    spool: Spool, shipper: TraceShipper, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_module, "AT_ONCE", 200)
    for minute in range(10):
        spool.write(step(A, "welcome", "main", at=NOW + timedelta(minutes=minute)), step(B, "main", at=NOW))
    rounds = 1
    while shipper.ship(NOW, removes=False):
        rounds += 1
    assert 3 < rounds < 11
    assert len(sent(database)) == 11, "ten, and one that is the same each time"

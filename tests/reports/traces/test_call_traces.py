"""The traces of calls in the database: when a call counts as over, its record, corrections of records, deletion."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from ivr.desk.callers.languages import ERASED_FOR
from ivr.reports.call_records import SETTLES, SILENT, Trace
from ivr.reports.traces.call_traces import AT_ONCE, CORRECTS, KEPT, CallTraces
from ivr.reports.traces.collector import CallCollector, Corrected
from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.encryption import KeyedIds

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
A, B = "a" * 32, "b" * 32


def step(*places: str, seconds: int = 0, mark: str = A, over: bool = False) -> Trace:
    at = NOW + timedelta(seconds=seconds)
    return Trace(mark, at, "" if over else "main", "" if over else "en", places, "-".join(places)[:8], over=over)


@pytest.fixture
def traces(database: Database) -> CallTraces:
    return CallTraces(database)


@pytest.fixture
def followed() -> list[Corrected]:
    """The corrections of records that the collector has passed on to other code, empty at first."""
    return []


@pytest.fixture
def collector(traces: CallTraces, followed: list[Corrected]) -> CallCollector:
    return CallCollector(traces, KeyedIds("a secret of these tests"), (lambda _, calls, _now: followed.extend(calls),))


def paths(database: Database) -> list[str]:
    with database.reading() as read:
        return list(read.scalars(select(schema.calls.c.path).order_by(schema.calls.c.id)))


def test_a_call_is_over_by_what_any_host_has_sent_of_it(traces: CallTraces) -> None:
    traces.take([step("welcome"), step("welcome", mark=B)], "here", NOW)
    traces.take([step(seconds=30, over=True)], "there", NOW)
    assert traces.over(NOW + timedelta(seconds=30)) == []
    assert traces.over(NOW + timedelta(seconds=30) + SETTLES) == [A]
    assert traces.over(NOW + SILENT) == [A, B], "nobody has told of the end of the second"


def test_the_record_is_made_of_all_and_each_call_is_recorded_once(
    traces: CallTraces, collector: CallCollector, database: Database, followed: list[Corrected]
) -> None:
    traces.take([step("welcome", "main"), step("callback", seconds=20)], "here", NOW)
    traces.take([step("hours", seconds=10), step(seconds=30, over=True)], "there", NOW)
    assert collector.collect(NOW + SILENT) == 1
    assert collector.collect(NOW + SILENT) == 0
    traces.take([step("hours", seconds=10)], "there", NOW + SILENT)
    assert collector.collect(NOW + SILENT) == 0, "one that is sent again is no news"
    assert paths(database) == ["welcome main hours callback"]
    assert followed == []


def test_what_comes_late_corrects_the_record_and_others_are_told(
    traces: CallTraces, collector: CallCollector, database: Database, followed: list[Corrected]
) -> None:
    traces.take([step("hours", seconds=10), step(seconds=30, over=True)], "there", NOW)
    collector.collect(NOW + SILENT)
    traces.take([step("welcome", "main")], "here", NOW + SILENT)
    collector.collect(NOW + SILENT)
    assert paths(database) == ["welcome main hours"]
    assert followed == [Corrected(A, (NOW + timedelta(seconds=10), NOW))]
    traces.take([step("welcome", "main", seconds=1)], "here", NOW + SILENT)
    collector.collect(NOW + SILENT)
    assert len(followed) == 1, "a webhook that came twice changes nothing"


@pytest.mark.parametrize(("later", "path"), [(-1, "welcome main hours"), (0, "hours")])
def test_a_record_is_corrected_while_all_that_made_it_is_there(
    traces: CallTraces, collector: CallCollector, database: Database, later: int, path: str
) -> None:
    traces.take([step("hours", seconds=10), step(seconds=30, over=True)], "there", NOW)
    collector.collect(NOW + SILENT)
    late = NOW + CORRECTS + timedelta(seconds=later)
    traces.take([step("welcome", "main")], "here", late)
    collector.collect(late)
    assert paths(database) == [path]


def test_a_record_that_an_older_program_has_made_is_left_as_it_is(
    traces: CallTraces, collector: CallCollector, database: Database
) -> None:
    traces.take([step("welcome", "main")], "here", NOW)
    collector.collect(NOW + SILENT)
    with database.writing() as write:
        write.execute(schema.call_traces.delete())
    traces.take([step("hours", seconds=10)], "there", NOW + SILENT)
    collector.collect(NOW + 2 * SILENT)
    assert paths(database) == ["welcome main"]
    assert collector.collect(NOW + 2 * SILENT) == 0


@pytest.mark.parametrize(("later", "learnt"), [(-1, 1), (0, 0)])
def test_what_comes_later_than_an_erasure_is_remembered_teaches_nothing(
    traces: CallTraces, collector: CallCollector, database: Database, later: int, learnt: int
) -> None:
    pressed = Trace(A, NOW + timedelta(seconds=5), "main", "hi", ("main",), "1", caller="c" * 64)
    late = NOW + ERASED_FOR + timedelta(seconds=later)
    traces.take([step("welcome"), pressed], "here", late)
    collector.collect(late)
    with database.reading() as read:
        assert len(read.execute(select(schema.caller_languages)).all()) == learnt
    assert paths(database) == ["welcome main"]


def test_traces_are_forgotten_by_their_arrival_some_at_a_time(traces: CallTraces) -> None:
    traces.take([step("main", seconds=each, mark=f"{each:032x}") for each in range(AT_ONCE + 1)], "here", NOW)
    traces.take([step("hours")], "there", NOW + timedelta(seconds=1))
    assert traces.forget(NOW + KEPT - timedelta(seconds=1)) == 0
    assert [traces.forget(NOW + KEPT) for _ in range(3)] == [AT_ONCE, 1, 0]
    assert set(traces.paths([A])) == {A}


def test_a_host_with_a_wrong_clock_holds_up_no_other(
    traces: CallTraces, collector: CallCollector, database: Database
) -> None:
    far = datetime(9999, 12, 31, tzinfo=UTC)
    traces.take([Trace(B, far, "main", "en", ("main",), "0"), Trace(B, far, "", "", over=True)], "there", far)
    traces.take([step("welcome"), step(seconds=9, over=True)], "here", NOW)
    assert collector.collect(NOW + SILENT) == 2
    assert sorted(paths(database)) == ["main", "welcome"]

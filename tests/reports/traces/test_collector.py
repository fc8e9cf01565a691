"""The collector of traces: an unreadable file or line of the spool holds up no other call."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.reports.call_records import Trace
from ivr.reports.spool import Spool
from ivr.reports.traces.call_traces import CallTraces
from ivr.reports.traces.collector import CallCollector
from ivr.reports.traces.shipper import TraceShipper
from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.encryption import KeyedIds

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
YEARS = timedelta(days=4000)
KEYED_IDS = KeyedIds("a secret of these tests")


def host(spool: Spool, database: Database) -> TraceShipper:
    return TraceShipper(CallTraces(database), spool, lambda: "a")


def leaves(spool: Spool, mark: str, began: datetime, lasted: timedelta) -> None:
    spool.write(Trace(mark * 32, began, "main", "en", ("main",), "0" * 8))
    spool.write(Trace(mark * 32, began + lasted, "main", "en", ("hours",), "1" * 8, over=True))


def test_an_odd_file_in_the_spool_holds_up_no_other(
    tmp_path: Path, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path / "calls")
    leaves(spool, "a", NOW, timedelta(seconds=40))
    (tmp_path / "calls" / "20269999T9999.jsonl").write_text("no minute of any day")
    unreadable = tmp_path / "calls" / "20261123T0700.jsonl"
    unreadable.mkdir()
    too_late = {"c": "b" * 32, "t": 1e300, "l": "main", "g": "en", "w": ["main"]}
    with (tmp_path / "calls" / "20261123T0701.jsonl").open("w") as file:
        file.write(f"half a li\n\n[]\n{json.dumps(too_late)}\n")
    shipper, collector = host(spool, database), CallCollector(CallTraces(database), KEYED_IDS)
    for hours in (1, 2):
        shipper.ship(NOW + timedelta(hours=hours))
        collector.collect(NOW + timedelta(hours=hours))
    with database.reading() as read:
        assert read.scalars(select(schema.calls.c.mark)).all() == ["a" * 32]
    assert caplog.text.count("the calls of 20261123T0700.jsonl cannot be read") == 1
    assert sorted(each.name for each in (tmp_path / "calls").iterdir()) == [
        "20261123T0700.jsonl",
        "20269999T9999.jsonl",
    ]


def test_a_call_across_a_jump_of_the_clock_holds_up_no_other(tmp_path: Path, database: Database) -> None:
    spool = Spool(tmp_path / "calls")
    leaves(spool, "a", NOW - YEARS, YEARS * 20)
    leaves(spool, "b", NOW, timedelta(seconds=40))
    host(spool, database).ship(NOW + YEARS * 40)
    CallCollector(CallTraces(database), KEYED_IDS).collect(NOW + YEARS * 40)
    with database.reading() as read:
        assert read.scalars(select(schema.calls.c.mark).order_by(schema.calls.c.mark)).all() == ["a" * 32, "b" * 32]

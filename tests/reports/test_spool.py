"""The spool on a disk that fills: whole lines stay readable, and the loss of other lines is logged."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.reports.call_records import Trace
from ivr.reports.spool import Spool

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
TRACES = [Trace(f"{number:032x}", NOW, "main", "en", ("welcome", "main")) for number in range(20)]


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let a file of this process grow to this many bytes until the block ends: a write beyond that stays incomplete."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def kept(spool: Spool) -> list[Trace]:
    return [trace for segment in spool.read()[0] for trace in segment.traces]


def test_traces_for_which_there_is_no_room_are_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    spool = Spool(tmp_path / "calls")
    with room_for(1000):
        spool.write(*TRACES)
    some = kept(spool)
    assert 0 < len(some) < len(TRACES)
    assert some == TRACES[: len(some)]
    assert [each.getMessage() for each in caplog.records] == ["calls leave no record: File too large"]


def test_the_next_trace_is_whole_although_the_last_one_was_cut_off(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "calls")
    with room_for(1000):
        spool.write(*TRACES)
    some = kept(spool)
    spool.write(TRACES[-1])
    assert kept(spool) == [*some, TRACES[-1]]


def test_a_failure_is_told_once_until_a_trace_is_written_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path / "calls")
    with room_for(0):
        for _ in range(2):
            spool.write(TRACES[0])
            spool.write()
    assert len(caplog.records) == 1
    spool.write(TRACES[0])
    with room_for(0):
        spool.write(TRACES[1])
    assert len(caplog.records) == 2

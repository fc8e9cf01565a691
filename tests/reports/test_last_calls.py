"""The last calls, as the desk shows them: the path of a call that just ended, read from this host's spool."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.reports.call_records import Trace
from ivr.reports.last_calls import LastCalls, paths_here
from ivr.reports.spool import AT_ONCE, Spool
from ivr.storage.deadline import Deadline
from tests.people import Clock

CALL, OTHER = "a" * 32, "b" * 32


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path)


@pytest.fixture
def last_calls(spool: Spool) -> Iterator[LastCalls]:
    calls = LastCalls(spool, Deadline(0.2))
    yield calls
    calls.deadline.close()


def trace(clock: Clock, *places: str, mark: str = CALL, language: str = "en") -> Trace:
    return Trace(mark, clock(), "main", language, places, "-".join(places)[:8])


def test_a_call_of_several_minutes_has_its_whole_path_and_the_last_language(
    spool: Spool, last_calls: LastCalls, clock: Clock
) -> None:
    began = clock()
    for places, language in ((("welcome", "main"), "en"), (("main",), "hi"), (("person", "ring"), "hi")):
        spool.write(trace(clock, *places, language=language))
        spool.write(trace(clock, "hours", mark=OTHER))
        clock.goes_on(seconds=70)
    found = last_calls.path(CALL)
    assert found is not None
    assert (found.path, found.line, found.language, found.began) == (
        ("welcome", "main", "person", "ring"),
        "main",
        "hi",
        began,
    )


def test_of_a_call_that_another_machine_has_answered_nothing_is_known(
    spool: Spool, last_calls: LastCalls, clock: Clock
) -> None:
    spool.write(trace(clock, "hours", mark=OTHER))
    spool.write(Trace(CALL, clock(), "", "", (), "", over=True, lasted=61))
    assert last_calls.path(CALL) is None


def test_a_line_that_was_cut_off_spoils_no_other(spool: Spool, tmp_path: Path, clock: Clock) -> None:
    spool.write(trace(clock, "welcome", "main"))
    (segment,) = tmp_path.iterdir()
    segment.write_bytes(segment.read_bytes() + f'\n{{"c":"{CALL}","t":17'.encode())
    spool.write(trace(clock, "book"))
    assert paths_here(spool, [CALL])[CALL].path == ("welcome", "main", "book")


def test_of_a_long_spool_only_the_newest_part_is_read(spool: Spool, tmp_path: Path, clock: Clock) -> None:
    """Only the newest part of a spool is read, because a spool grows long while the database is away for hours."""
    spool.write(trace(clock, "hours", mark=OTHER))
    (oldest,) = tmp_path.iterdir()
    (tmp_path / oldest.name.replace("0830", "0831")).write_bytes(b"\n" * AT_ONCE)
    clock.goes_on(minutes=2)
    spool.write(trace(clock, "welcome", "main"))
    assert set(paths_here(spool, [CALL, OTHER])) == {CALL}


def test_a_disk_that_does_not_answer_is_not_waited_for(
    spool: Spool, last_calls: LastCalls, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A call's path is reported as unknown, in time, if the disk stalls.

    A pipe stands in for the disk, because reading from a pipe into which nobody writes never ends.
    """
    pipe = tmp_path / "20261123T0830.jsonl"
    os.mkfifo(pipe)
    with caplog.at_level(logging.WARNING):
        assert last_calls.path(CALL) is None
    assert "the spool of calls cannot be read (no answer in time)" in caplog.text
    os.close(os.open(pipe, os.O_WRONLY))


def test_a_folder_that_is_not_there_yet_knows_no_call(tmp_path: Path) -> None:
    assert paths_here(Spool(tmp_path / "nowhere"), [CALL]) == {}

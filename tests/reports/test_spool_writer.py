"""The writer of the spool: a thread writes the traces, so that no answer to a caller waits for the disk."""

import logging
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.reports import spool
from ivr.reports.call_records import Trace
from ivr.reports.spool import NAMED, Spool
from ivr.reports.spool_writer import SpoolWriter
from tests.people import CALL, Clock, Phone

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


def trace(number: int) -> Trace:
    return Trace(f"{number:032x}", NOW, "main", "en", ("welcome", "main"))


class Stalls(Spool):
    """A spool on a disk that writes nothing until the test lets it go on."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.stands, self.goes_on = threading.Event(), threading.Event()

    def write(self, *traces: Trace) -> None:
        self.stands.set()
        self.goes_on.wait(30)
        super().write(*traces)


@pytest.fixture
def stalled(tmp_path: Path) -> Iterator[Stalls]:
    stalled = Stalls(tmp_path / "calls")
    yield stalled
    stalled.goes_on.set()


def written(folder: Spool) -> list[str]:
    return [trace.mark for segment in folder.read()[0] for trace in segment.traces]


def test_what_is_taken_is_written_in_its_order(tmp_path: Path) -> None:
    folder = Spool(tmp_path / "calls")
    scribe = SpoolWriter(folder)
    for number in range(100):
        scribe.write(trace(number))
    scribe.close()
    assert written(folder) == [f"{number:032x}" for number in range(100)]


def test_of_more_than_can_wait_the_last_are_dropped_and_counted(
    stalled: Stalls, caplog: pytest.LogCaptureFixture
) -> None:
    scribe = SpoolWriter(stalled, most=3)
    scribe.write(trace(0))
    assert stalled.stands.wait(30)
    with caplog.at_level(logging.WARNING):
        for number in range(1, 9):
            scribe.write(trace(number))
        stalled.goes_on.set()
        assert scribe.settle()
    assert written(stalled) == [f"{number:032x}" for number in range(4)]
    assert [each.getMessage() for each in caplog.records] == [
        "calls leave no record: the disk does not answer",
        "calls leave their record again; the traces of 5 webhooks were dropped",
    ]


def test_an_end_does_not_wait_for_ever_for_a_disk(stalled: Stalls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.reports.spool_writer.LAST_WORDS", 0.01)
    scribe = SpoolWriter(stalled)
    scribe.write(trace(0))
    with ThreadPoolExecutor(1) as thread:
        thread.submit(scribe.close).result(30)
    assert not stalled.goes_on.is_set()


def test_a_stalled_disk_keeps_no_caller_waiting(phone: Phone, clock: Clock) -> None:
    folder = phone.services.settings.state_dir / spool.FOLDER
    folder.mkdir()
    pipe = folder / clock().astimezone(UTC).strftime(NAMED)
    os.mkfifo(pipe)  # nobody reads it: who opens it to write stands still, as before a disk that does not answer
    fields = {**CALL, "Digits": "4"}
    path = "/voice/main?line=main&lang=en"
    signed = {"X-Twilio-Signature": phone.signs(path, fields)}
    client = phone.app.test_client(use_cookies=False)
    with ThreadPoolExecutor(1) as thread:
        answers = [thread.submit(client.post, path, data=fields, headers=signed, buffered=True) for _ in range(8)]
        try:
            assert ["Our timings are:" in each.result(30).text for each in answers] == [True] * 8
        finally:
            reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert phone.services.reports.spool_writer.settle()
    assert os.read(reader, 100_000).count(b'"hours"') == 8
    os.close(reader)

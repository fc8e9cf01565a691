"""The upkeep of a host: one process does the work while calls go on, and a piece of work that fails stops no other."""

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from ivr.hosts.one_process import OneProcess
from ivr.hosts.upkeep import HostUpkeep


class Away(Exception):
    """The error of a store that does not answer."""


def upkeep(path: Path, *works: Callable[[], None], every: float = 30.0) -> HostUpkeep:
    return HostUpkeep(works, (Away,), OneProcess(path / "lock"), every)


def fails(error: Exception) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


def test_it_begins_at_once_and_ends_with_the_process_that_serves(tmp_path: Path) -> None:
    done = Event()
    host = upkeep(tmp_path, done.set)
    assert not done.is_set(), "who builds an application for a command or a test begins nothing"
    host.start()
    assert done.wait(10)
    host.close()
    assert host._thread
    assert not host._thread.is_alive()
    assert OneProcess(tmp_path / "lock").take()


def test_of_two_processes_one_works_and_the_other_takes_over(tmp_path: Path) -> None:
    first, second = Event(), Event()
    one, other = upkeep(tmp_path, first.set), upkeep(tmp_path, second.set, every=0.01)
    one.start()
    assert first.wait(10)
    assert not other.round()
    other.start()
    assert not second.is_set()
    one.close()
    assert second.wait(10)
    other.close()


def test_a_work_that_cannot_be_done_holds_up_no_other_and_is_named_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []
    works = [fails(Away("no answer in time")), fails(ZeroDivisionError("a number")), lambda: done.append("the last")]
    host = upkeep(tmp_path, *works)
    with caplog.at_level(logging.WARNING):
        assert host.round()
        assert host.round()
        host.works = works[2:]
        assert host.round()
    assert done == ["the last"] * 3
    assert [each.getMessage() for each in caplog.records] == [
        "the upkeep of this host: Away no answer in time; a mistake of ours (ZeroDivisionError)",
        "the upkeep of this host: all is well again",
    ]
    host.close()


def test_without_a_folder_for_its_lock_it_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("no folder")
    host = HostUpkeep((), (), OneProcess(tmp_path / "file" / "lock"))
    assert not host.round()
    assert "its lock cannot be had (File exists)" in caplog.text

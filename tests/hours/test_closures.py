"""Closures that the desk sets: stored with their maker and time, undone only once, and read by calls from a file."""

import json
import logging
import stat
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ivr.hours.closures import Closures, Standing
from ivr.hours.closures_file import FILE, ClosuresFile
from ivr.hours.mirror_file import MirrorFileAway
from ivr.line.hours import DeskClosure, shifts_of
from ivr.storage.audit import Audit, By
from ivr.storage.database import Database, StoreAway

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
HOUR = timedelta(hours=1)

CLOSED = DeskClosure(TODAY, "")
EARLY = DeskClosure(TODAY, "second", shifts_of("09:00-13:00,16:00-18:00"), "power_cut")
DIWALI = DeskClosure(date(2027, 10, 29), "", (), "diwali")


@pytest.fixture
def closures(database: Database) -> Closures:
    """The store of the closures that the desk sets."""
    return Closures(database)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The path of the file in which the telephone finds the closures while no store answers."""
    return tmp_path / "state" / FILE


def found(closures: Closures, day: date = TODAY) -> list[DeskClosure]:
    return [each.closure for each in closures.current(day)]


# -- the table


def test_what_is_set_stands_with_who_set_it_and_when_in_the_order_in_which_it_was_set(closures: Closures) -> None:
    first, second = closures.set([DIWALI, CLOSED], By("asha", NOW))
    (third,) = closures.set([EARLY], By("binod", NOW + HOUR))
    standing = closures.current(TODAY)
    assert [(each.id, each.closure) for each in standing] == [(first, DIWALI), (second, CLOSED), (third, EARLY)]
    assert [(each.who, each.at) for each in standing] == [("asha", NOW), ("asha", NOW), ("binod", NOW + HOUR)]


def test_a_closure_ends_by_itself_with_its_day(closures: Closures) -> None:
    closures.set([CLOSED, DIWALI], By("asha", NOW))
    assert found(closures, TODAY + timedelta(days=1)) == [DIWALI]
    assert found(closures, DIWALI.day + timedelta(days=1)) == []


def test_what_is_undone_stands_no_longer_and_is_undone_once(closures: Closures) -> None:
    first, second = closures.set([CLOSED, EARLY], By("asha", NOW))
    assert closures.undo(first, By("binod", NOW + HOUR))
    assert found(closures) == [EARLY]
    assert not closures.undo(first, By("chandra", NOW + HOUR))
    assert not closures.undo(second + 1, By("chandra", NOW))


def test_the_audit_says_who_set_and_undid_what(closures: Closures, database: Database) -> None:
    (closure_id,) = closures.set([EARLY], By("asha", NOW))
    closures.undo(closure_id, By("binod", NOW + HOUR))
    closures.undo(closure_id, By("chandra", NOW + HOUR))
    told = [(each.who, each.what, each.about, each.detail) for each in Audit(database).page()]
    words = "second: open 09:00-13:00,16:00-18:00, power_cut"
    assert told == [("binod", "undid hours", "2026-11-23", words), ("asha", "set hours", "2026-11-23", words)]


def test_of_several_that_are_set_together_all_stand_or_none(closures: Closures) -> None:
    impossible = DeskClosure(TODAY, None)  # type: ignore[arg-type]  # what the table refuses
    with pytest.raises(StoreAway):
        closures.set([CLOSED, impossible], By("asha", NOW))
    assert found(closures) == []


def test_of_two_wishes_at_once_the_second_is_made_after_the_first(closures: Closures) -> None:
    def first(_before: Sequence[DeskClosure]) -> list[DeskClosure]:
        second.append(hands.submit(closures.set_after, lambda before: [*before, CLOSED], By("binod", NOW)))
        wait(second, timeout=0.3)  # it gets this far only if nothing makes it wait for its turn
        return [EARLY]

    second: list[Future[list[Standing]]] = []
    with ThreadPoolExecutor(1) as hands:
        closures.set_after(first, By("asha", NOW))
    assert [each.closure for each in second[0].result()] == [EARLY, CLOSED]


# -- the file


def test_the_telephone_reads_what_the_desk_has_set_and_nobody_elses_eyes_do(closures: Closures, path: Path) -> None:
    closures.set([CLOSED, EARLY, DIWALI], By("asha", NOW))
    past, long_past = DeskClosure(TODAY - timedelta(days=1), ""), DeskClosure(TODAY - timedelta(days=32), "")
    closures.set([past, long_past], By("asha", NOW))
    closures_file = ClosuresFile(path)
    assert [each.closure for each in closures_file.follow(closures, TODAY)] == [CLOSED, EARLY, DIWALI]
    assert closures_file.read() == ClosuresFile(path).read() == (CLOSED, EARLY, DIWALI, past)
    assert {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "asha" not in path.read_text(), "who did it is nothing to the telephone"


def test_every_process_reads_a_change_at_its_next_look(closures: Closures, path: Path) -> None:
    writes, reads = ClosuresFile(path), ClosuresFile(path)
    for each in (CLOSED, EARLY, DIWALI):
        closures.set([each], By("asha", NOW))
        writes.follow(closures, TODAY)
        assert reads.read()[-1] == each


def test_a_file_that_has_not_changed_is_neither_written_nor_read_again(closures: Closures, path: Path) -> None:
    closures.set([CLOSED], By("asha", NOW))
    closures_file = ClosuresFile(path)
    closures_file.follow(closures, TODAY)
    before, known = path.stat(), closures_file.read()
    closures_file.follow(closures, TODAY)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert closures_file.read() is known


BROKEN = (b"", b"{", b"null", b"7", b'["x"]', b'[{"day": "2026-11-23"}]', b"\xff\xfe", b'{"day": 1}')


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_file_leaves_the_last_known_closures_and_is_told_once(
    closures: Closures, path: Path, text: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    closures.set([CLOSED], By("asha", NOW))
    closures_file = ClosuresFile(path)
    closures_file.follow(closures, TODAY)
    assert closures_file.read() == (CLOSED,)
    path.write_bytes(text)
    assert [closures_file.read() for _ in range(3)] == [(CLOSED,)] * 3
    assert [record.getMessage() for record in caplog.records] == [
        "closures.json is broken: the last known closures hold"
    ]
    assert ClosuresFile(path).read() == (), "a process that has known none"
    closures_file.follow(closures, TODAY)
    assert ClosuresFile(path).read() == (CLOSED,), "the next sweep mends it"


def test_shifts_that_cannot_be_are_a_broken_file(path: Path) -> None:
    path.parent.mkdir()
    row = {"day": "2026-11-23", "line": "", "shifts": "13:00-09:00", "reason": ""}
    path.write_text(json.dumps([row]))
    assert ClosuresFile(path).read() == ()


def test_an_absent_file_leaves_the_last_known_closures_until_it_is_back(
    closures: Closures, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    closures.set([CLOSED], By("asha", NOW))
    closures_file = ClosuresFile(path)
    assert [closures_file.read(), closures_file.read()] == [(), ()]
    assert len(caplog.records) == 1
    closures_file.follow(closures, TODAY)
    assert closures_file.read() == (CLOSED,)
    away = path.rename(path.with_name("away"))
    assert [closures_file.read(), closures_file.read()] == [(CLOSED,), (CLOSED,)]
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    away.rename(path)
    assert (closures_file.read(), len(caplog.records)) == ((CLOSED,), 2)


def test_a_folder_that_cannot_be_written_is_told_and_leaves_the_old_file(closures: Closures, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(MirrorFileAway):
        ClosuresFile(tmp_path / "state" / FILE).follow(closures, TODAY)


def test_with_the_database_away_the_file_stays_as_it_is(path: Path, tmp_path: Path, closures: Closures) -> None:
    closures.set([CLOSED], By("asha", NOW))
    ClosuresFile(path).follow(closures, TODAY)
    nowhere = Database(f"sqlite:///{tmp_path}/nowhere.db")
    with pytest.raises(StoreAway):
        ClosuresFile(path).follow(Closures(nowhere), TODAY)
    assert ClosuresFile(path).read() == (CLOSED,)


def test_of_several_who_write_at_once_none_brings_back_what_was_before(closures: Closures, path: Path) -> None:
    days = [TODAY + timedelta(days=n) for n in range(24)]

    def sets(day: date) -> bool:
        closures.set([DeskClosure(day, "")], By("asha", NOW))
        ClosuresFile(path).follow(closures, TODAY)
        return DeskClosure(day, "") in ClosuresFile(path).read()

    with ThreadPoolExecutor(4) as hands:
        assert list(hands.map(sets, days)) == [True] * len(days), "heard on the very next call"
    assert {each.day for each in ClosuresFile(path).read()} == set(days)


def test_who_read_before_a_change_does_not_bring_back_what_was(
    closures: Closures, path: Path, database: Database
) -> None:
    def changes() -> None:
        closures.set([CLOSED], By("asha", NOW))
        ClosuresFile(path).follow(closures, TODAY)

    class Slow(Closures):
        def current(self, day: date = date.min) -> list[Standing]:
            found = super().current(day)
            change.append(hands.submit(changes))
            wait(change, timeout=0.3)  # it gets this far only if nothing makes it wait for its turn
            return found

    change: list[Future[None]] = []
    with ThreadPoolExecutor(1) as hands:
        ClosuresFile(path).follow(Slow(database), TODAY)
    change[0].result()
    assert ClosuresFile(path).read() == (CLOSED,)

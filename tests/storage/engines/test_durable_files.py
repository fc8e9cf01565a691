"""Files that are replaced durably: the new contents are on disk before the old ones go; a failure leaves nothing."""

import errno
import os
import stat
from contextlib import nullcontext
from pathlib import Path

import pytest

from ivr.storage.engines.durable_files import replace, replacing
from tests.conftest import NOT_HERE
from tests.reports.test_spool import room_for

SOMEBODY = 65534
"""The user and the group that own nothing."""


def test_the_new_contents_are_on_disk_before_they_are_in_place(tmp_path: Path, synced: list[tuple[str, int]]) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    replace(path, b"new")
    assert path.read_bytes() == b"new"
    new, folder = synced
    assert new[0] != str(path), "the old contents were still in place"
    assert new[1] == path.stat().st_ino
    assert folder[0] == str(tmp_path), "and so is its place"


def test_a_file_keeps_its_permissions_and_a_new_one_is_private(tmp_path: Path) -> None:
    path = tmp_path / "file"
    replace(path, b"first")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    replace(path, b"second")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_private_file_is_private_whatever_stood_there_before(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("from a copy")
    path.chmod(0o644)
    replace(path, b"names of patients", private=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_root_writes_belongs_to_the_service_as_before(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.skip(f"{NOT_HERE}only root may give a file away")
    kept, new = tmp_path / "kept", tmp_path / "new"
    kept.write_text("old")
    for path in (kept, tmp_path):
        os.chown(path, SOMEBODY, SOMEBODY)
    with replacing({kept: b"1", new: b"2"}):
        pass
    assert [(path.stat().st_uid, path.stat().st_gid) for path in (kept, new)] == [(SOMEBODY, SOMEBODY)] * 2


@pytest.mark.parametrize(("refused", "fails"), [(errno.EINVAL, False), (errno.EACCES, False), (errno.EIO, True)])
def test_a_file_is_replaced_where_the_file_system_cannot_flush_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: int, fails: bool
) -> None:
    def fsync(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(refused, "no")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="no") if fails else nullcontext():
        replace(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"


def test_of_several_files_all_are_replaced_or_none(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("old")
    with room_for(100), pytest.raises(OSError, match="too large"), replacing({first: b"new", second: b"x" * 200}):
        pytest.fail("it is not ready")
    with pytest.raises(ValueError, match="no good"), replacing({first: b"new"}) as ready:
        raise ValueError(f"{ready[first].read_text()} is no good")
    assert os.listdir(tmp_path) == ["first"]
    assert first.read_text() == "old"

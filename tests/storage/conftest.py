"""Fixtures of the stores' tests: the people of the desk, and what goes to the disk."""

import os

import pytest

from tests.staff.conftest import desk

__all__ = ["desk", "synced"]


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The path and the inode of each file or folder that was flushed to the disk, as they were at that moment."""
    found: list[tuple[str, int]] = []
    fsync = os.fsync

    def flushed(handle: int) -> None:
        fsync(handle)
        found.append((os.readlink(f"/proc/self/fd/{handle}"), os.fstat(handle).st_ino))

    monkeypatch.setattr(os, "fsync", flushed)
    return found

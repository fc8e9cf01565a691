"""Keeps the closures in a file on this machine, so that calls can read them without a store.

The file is written after each change of a closure, and regularly by the clock process. Every call checks whether the
file has changed. While it cannot be read, the closures that were read last hold. No HTTP, no SQL.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import mkstemp

from ivr.hours.closures import Closures, Standing
from ivr.line.hours import DeskClosure, shifts_of, written

log = logging.getLogger(__name__)

FILE = "closures.json"
"""The file's name in the state folder."""


class ClosuresFileAway(Exception):
    """The file cannot be written; calls go on with the closures that they have read."""


@dataclass(frozen=True)
class FileVersion:
    """The state of the file when it was last checked."""

    mark: tuple[int, int, int] | None = None
    """The time of its last change in nanoseconds, its size in bytes and its inode; None if it cannot be read."""
    closures: tuple[DeskClosure, ...] = ()
    trouble: str = ""


class ClosuresFile:
    """The file of closures, with a cache of what was read last."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = FileVersion()

    def read(self) -> tuple[DeskClosure, ...]:
        """Return the closures, in the order of setting; from the cache while the file is unchanged."""
        before = self._last
        look = self._last = self._look(before)
        if look.trouble and look.trouble != before.trouble:
            log.warning("%s %s: the last known closures hold", self._path.name, look.trouble)
        return look.closures

    def _look(self, last: FileVersion) -> FileVersion:
        try:
            found = self._path.stat()
            mark = (found.st_mtime_ns, found.st_size, found.st_ino)
            return last if mark == last.mark else FileVersion(mark, _closures(self._path.read_bytes()))
        except OSError as absent:
            return FileVersion(None, last.closures, f"cannot be read ({absent.strerror})")
        except (ValueError, TypeError, KeyError):
            return FileVersion(mark, last.closures, "is broken")

    def follow(self, closures: Closures, day: date) -> list[Standing]:
        """Write the closures from that day on, where the file differs, and return them.

        The lock is held from reading the database until the file is written, so that older closures never replace newer
        ones. Raises StoreAway, ClosuresFileAway.
        """
        with _written_by_one(self._path):
            standing = closures.current(day)
            wanted = _text([each.closure for each in standing])
            if not self._path.is_file() or self._path.read_bytes() != wanted:
                _replace(self._path, wanted)
        return standing


@contextmanager
def _written_by_one(path: Path) -> Iterator[None]:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)
    except OSError as refused:
        raise ClosuresFileAway(refused.strerror) from refused


def _replace(path: Path, wanted: bytes) -> None:
    """Replace the file atomically: a reader sees the whole old file or the whole new one, even after a power cut."""
    handle, name = mkstemp(dir=path.parent, prefix=f"{path.name}.")  # open to nobody else
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(wanted)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _text(closures: Sequence[DeskClosure]) -> bytes:
    rows = [{"day": f"{c.day}", "line": c.line, "shifts": written(c.shifts), "reason": c.reason} for c in closures]
    return json.dumps(rows, indent=1).encode()


def _closures(text: bytes) -> tuple[DeskClosure, ...]:
    """Return the closures in the file's text. Raises ValueError, TypeError or KeyError where it is malformed."""
    return tuple(
        DeskClosure(date.fromisoformat(row["day"]), str(row["line"]), shifts_of(str(row["shifts"])), str(row["reason"]))
        for row in json.loads(text)
    )

"""A file on this host with a copy of what the desk has set, so that calls can read it without asking a store.

Every call checks the file for changes. While the file is unreadable, its former content is used. No HTTP, no SQL.
"""

import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from ivr.storage.engines.durable_files import replace

log = logging.getLogger(__name__)

Content = TypeVar("Content")
Stored = TypeVar("Stored")


class MirrorFileAway(Exception):
    """The file that copies the desk's settings for calls cannot be written. Calls use what was read from it last."""


@dataclass(frozen=True)
class FileVersion(Generic[Content]):
    """The state of a mirror file when it was last checked: its version and content."""

    mark: tuple[int, int, int] | None
    """The time of the file's last change in nanoseconds, its size in bytes, its inode; None if it cannot be read."""
    content: Content
    trouble: str = ""


class MirrorFile(Generic[Content]):
    """The file with a copy of what the desk has set, and a cache of what was last read from it."""

    def __init__(self, path: Path, read: Callable[[bytes], Content], nothing: Content, holds: str) -> None:
        self._path = path
        self._parsed = read
        """The function that reads the file's text; raises ValueError, TypeError or KeyError where it is malformed."""
        self._holds = holds
        """The words by which the log says what holds while the file cannot be read."""
        self._last = FileVersion(None, nothing)

    def read(self) -> Content:
        """Return the content of the file; while the file is unchanged or unreadable, the content read last."""
        before = self._last
        look = self._last = self._look(before)
        if look.trouble and look.trouble != before.trouble:
            log.warning("%s %s: %s", self._path.name, look.trouble, self._holds)
        return look.content

    def version(self) -> str:
        """Return the file's version: text that changes with the file, and is the same in each process of the host."""
        self.read()
        return "-".join(map(str, self._last.mark or ()))

    def _look(self, last: FileVersion[Content]) -> FileVersion[Content]:
        try:
            found = os.stat(self._path)
            mark = (found.st_mtime_ns, found.st_size, found.st_ino)
            return last if mark == last.mark else FileVersion(mark, self._parsed(self._path.read_bytes()))
        except OSError as absent:
            return FileVersion(None, last.content, f"cannot be read ({absent.strerror})")
        except (ValueError, TypeError, KeyError):
            return FileVersion(mark, last.content, "is broken")

    def follow(self, stored: Callable[[], Stored], text_of: Callable[[Stored], bytes]) -> Stored:
        """Write what `stored` returns to the file, as text, if the file differs; return what `stored` returned.

        Raises MirrorFileAway, and the errors of `stored`. The lock is held from reading the database until the file is
        written, so that older content never replaces newer content.
        """
        with _written_by_one(self._path):
            found = stored()
            text = text_of(found)
            if not self._path.is_file() or self._path.read_bytes() != text:
                replace(self._path, text, private=True)
        return found


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
        raise MirrorFileAway(refused.strerror) from refused

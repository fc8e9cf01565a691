"""A lock on a file that lets only one process of this host do a piece of work, and ends with the process. No SQL."""

import fcntl
import os
from dataclasses import dataclass, field
from pathlib import Path

FILE = "upkeep.lock"
"""The name of the locked file in the state folder. The process that holds the lock does the host's upkeep."""


@dataclass
class OneProcess:
    """The lock on the file at `path`; one process has the lock at a time, and in that process one object."""

    path: Path
    _handle: int | None = field(default=None, init=False)

    def take(self) -> bool:
        """Take the lock unless this object has it; return whether this object has the lock now. Raises OSError."""
        if self._handle is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                return False
            self._handle = handle
        return True

    def leave(self) -> None:
        """Give up the lock, so that another process can take it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

"""Makes those who write to SQLite's file take turns: the threads of a process, and the processes of a host.

Knows locks and a folder; no SQL. Why: docs/decisions/0018.
"""

import fcntl
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOOK_SECONDS = 0.001
"""The seconds between two checks of another process's lock: shorter than a write takes."""

NEVER = threading.Event()
"""An event that is never set, used to sleep for a number of seconds by waiting for it."""

IsOver = Callable[[], bool]
"""A function that returns whether a writer has waited long enough for its turn."""


class Queue:
    """Lets the threads of a process write one at a time, in the order in which they came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy = False
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """Wait for this thread's turn to write. After `seconds`, stop waiting and let the block run without a turn."""
        mine = self._take(seconds)
        try:
            yield
        finally:
            if mine:
                self._pass_on()

    def _take(self, seconds: float) -> bool:
        with self._lock:
            if not self._busy:
                self._busy = True
                return True
            called = threading.Event()
            self._waiting.append(called)
        if called.wait(seconds):
            return True
        with self._lock:
            with suppress(ValueError):
                self._waiting.remove(called)
            return called.is_set()  # at the last moment

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._busy = False


@contextmanager
def next_in_line(path: Path, is_over: IsOver) -> Iterator[None]:
    """Wait until this process holds a lock on the folder of SQLite's file, or until `is_over` returns True.

    Only the holder may write next. Without this lock, a process with many writers would start its next write before
    other processes notice that the last write has ended.
    """
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        yield  # the file is not there either, which SQLite says better
        return
    try:
        while not _has_locked(folder) and not is_over():
            NEVER.wait(LOOK_SECONDS)
        yield
    finally:
        with suppress(OSError):
            fcntl.flock(folder, fcntl.LOCK_UN)  # at once, even if a process that was forked meanwhile has it open
        os.close(folder)


def _has_locked(folder: int) -> bool:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without such locks has no line; SQLite's own lock still holds
    return True

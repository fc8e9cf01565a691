"""The files of the counts: each process writes its own pair, and any process reads them all.

They are those of prometheus_client's multiprocess mode, and merged by it. It would name them by process ids, which
containers share and kernels give away again, and would leave those of dead processes lying. Here a process takes a pair
that nobody holds and goes on where a dead one left off: no count is lost, and there are never more than processes.
"""

import fcntl
import os
import struct
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from prometheus_client import Metric as Family
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

ROOM = 256 * 1024
"""Bytes of a file, more than the whole table needs. All are written at once: a disk that is found full only when
memory is written back to it would end the process."""

KINDS = ("counter", "histogram")
"""What the names of the files begin with, as the library expects."""


class CounterFiles:
    """This process's pair, held by a lock that ends with the process, however it ends. Raises OSError."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.pid = os.getpid()
        self._lock, number = _hold(folder)
        self._files = {kind: _opened(folder / f"{kind}_{number}.db") for kind in KINDS}

    def add(self, kind: str, key: str, amount: float) -> None:
        """So much more under this key."""
        file = self._files[kind]
        file.write_value(key, file.read_value(key)[0] + amount, 0.0)

    def close(self) -> None:
        """Leaves the pair to the next process."""
        for file in self._files.values():
            file.close()
        os.close(self._lock)


def merged(folder: Path) -> Iterator[Family]:
    """Sum up the counts of all processes, those that have ended included."""
    paths = [str(path) for path in folder.glob("*.db") if _readable(path)]
    yield from MultiProcessCollector.merge(paths)


def _hold(folder: Path) -> tuple[int, int]:
    """The lock on the first number that nobody holds, and that number."""
    for number in count(1):
        lock = os.open(folder / f"{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            return lock, number
    raise AssertionError("numbers do not end")


def _opened(path: Path) -> MmapedDict:
    """The file with its counts; an empty one where there is none, or where a machine that lost its power spoilt it."""
    if not path.exists() or path.stat().st_size < ROOM or not _readable(path):
        path.write_bytes(bytes(ROOM))
    return MmapedDict(str(path))


def _readable(path: Path) -> bool:
    try:
        MultiProcessCollector.merge([str(path)])
    except (OSError, RuntimeError, ValueError, TypeError, AttributeError, struct.error):
        return False
    return True

"""The files of the counts. Each process writes to a pair of files of its own; every process reads all files.

The format is that of prometheus_client's multiprocess mode. That mode names a file by the id of its process, which
fails here: containers share ids, and kernels reuse ids. So a process takes a pair that no other process holds, and
adds to the counts in it. No count is lost, and old files do not pile up.
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

ROOM = 512 * 1024
"""The size of a counters' file in bytes, more than the whole table of metrics needs.

All bytes are written when the file is made, because writing to mapped memory on a full disk would end the process.
"""

KINDS = ("counter", "histogram")
"""The beginnings of the files' names, as prometheus_client expects them."""


class CounterFiles:
    """The pair of files into which this process counts, held by a lock that ends with the process. Raises OSError."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.pid = os.getpid()
        self._lock, number = _hold(folder)
        self._files = {kind: _opened(folder / f"{kind}_{number}.db") for kind in KINDS}

    def add(self, kind: str, key: str, amount: float) -> None:
        """Add `amount` to the metric named `key`, in this process's file for metrics of this kind."""
        file = self._files[kind]
        file.write_value(key, file.read_value(key)[0] + amount, 0.0)

    def close(self) -> None:
        """Close the pair of files, so that another process can take it."""
        for file in self._files.values():
            file.close()
        os.close(self._lock)


def merged(folder: Path) -> Iterator[Family]:
    """Yield the metrics with the sums of the counts in all files, including the files of ended processes."""
    paths = [str(path) for path in folder.glob("*.db") if _readable(path)]
    yield from MultiProcessCollector.merge(paths)


def _hold(folder: Path) -> tuple[int, int]:
    """Lock the first pair of counters' files that is free; return the lock's file descriptor and the pair's number."""
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
    """Open this file of counts. If the file is missing, or damaged by a power failure, replace it by an empty one."""
    if not path.exists() or path.stat().st_size < ROOM or not _readable(path):
        path.write_bytes(bytes(ROOM))
    return MmapedDict(str(path))


def _readable(path: Path) -> bool:
    try:
        MultiProcessCollector.merge([str(path)])
    except (OSError, RuntimeError, ValueError, TypeError, AttributeError, struct.error):
        return False
    return True

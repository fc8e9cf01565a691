"""Finds the process that holds a port or a socket, so that a message can name it.

Works on Linux by reading /proc; on other systems it finds no process. Ends nothing.
"""

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LISTENS = "0A"
PROC = Path("/proc")


def of_port(port: int) -> int | None:
    """Return the id of the process that listens on this port, at any address of this host; None if none is seen."""
    sockets = {f"socket:[{inode}]" for inode in _listening(port)}
    for link in PROC.glob("[0-9]*/fd/*") if sockets else ():
        with suppress(OSError):  # it has ended meanwhile, or is another user's
            if os.readlink(link) in sockets:
                return int(link.parts[2])
    return None


def of_socket(path: Path) -> int | None:
    """Return the process id of our user's process that listens on this Unix socket; None without such a process."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    with socket.socket(socket.AF_UNIX) as wire:
        wire.settimeout(1)
        with suppress(OSError):
            wire.connect(str(path))
            pid, uid, _gid = struct.unpack("3i", wire.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            return pid if uid == os.getuid() else None
    return None


def works_in(pid: int, folder: Path) -> bool:
    """Return whether this folder is the working directory of the process."""
    try:
        return Path(os.readlink(PROC / str(pid) / "cwd")) == folder.resolve()
    except OSError:
        return False


def _listening(port: int) -> Iterator[str]:
    for table in (PROC / "net" / "tcp", PROC / "net" / "tcp6"):
        with suppress(OSError):
            for line in table.read_text(encoding="utf-8").splitlines()[1:]:
                words = line.split()
                if words[3] == LISTENS and int(words[1].rpartition(":")[2], 16) == port:
                    yield words[9]

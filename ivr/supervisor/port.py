"""Checks, before anything is started, that the port of the web process is free.

Binds and releases the port. Serves nothing.
"""

import errno
import socket

from ivr.supervisor import holders
from ivr.supervisor.errors import CannotStart


def check(host: str, port: int) -> None:
    """Check that the web process will be able to listen on this address and port. Raises CannotStart."""
    refused = _refused(host, port)
    if refused is None:
        return
    if refused.errno != errno.EADDRINUSE:
        raise CannotStart(f"port {port} of {host} cannot be used: {refused.strerror}") from refused
    other = next((free for free in range(port + 1, 65536) if not _refused(host, free)), 0)
    raise CannotStart(f"port {port} is in use{_holder(port)}; try PORT={other} make run") from refused


def _holder(port: int) -> str:
    pid = holders.of_port(port)
    return f" by process {pid} (to see it: ps -fp {pid}; to end it: kill {pid}, or kill -9 {pid})" if pid else ""


def _refused(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as refused:
            return refused
    return None

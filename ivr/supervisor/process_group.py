"""Starts a process as the leader of a new session, and kills all processes of a session.

Makes the system calls; process.py decides when.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

PR_SET_PDEATHSIG = 1


class Started(Protocol):
    """A started process, with the attributes of subprocess.Popen that are used here."""

    pid: int
    stdout: IO[bytes] | None

    @property
    def returncode(self) -> int | None:
        """The exit code, or the negative number of the signal that ended the process; None while it runs."""

    def poll(self) -> int | None:
        """Return the exit code of the process; None while the process runs."""

    def terminate(self) -> None:
        """Ask the process to end."""


class Begin(Protocol):
    """The type of functions that, like `begin`, start a command and return its process."""

    def __call__(
        self, command: Sequence[str], folder: Path, environ: Mapping[str, str], *, output: int | None = None
    ) -> Started:
        """Start the command and return its process."""


def begin(
    command: Sequence[str], folder: Path, environ: Mapping[str, str], *, output: int | None = None
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, which the terminal's Ctrl-C does not reach; return the process.

    The process writes to our own output, unless `output` is a file or subprocess.PIPE.
    """
    return subprocess.Popen(  # noqa: S603 - commands come from our own Procfile
        command,
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=end_with_us(),  # noqa: PLW1509 - we have no threads
    )


def signal_group(leader: int, number: signal.Signals) -> None:
    """Send a signal to the leader's process group. A worker's job has its own group and does not get the signal."""
    with suppress(ProcessLookupError, PermissionError):  # macOS says "not permitted" for a zombie's group
        os.killpg(leader, number)


def kill_all(leader: int) -> None:
    """Kill all processes of the leader's session. Outside Linux, jobs that have process groups of their own survive."""
    signal_group(leader, signal.SIGKILL)
    for pid in _members(leader):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def end_with_us() -> Callable[[], None] | None:
    """Return a function that a child process calls, so that Linux ends the child when its parent dies.

    None on other systems, where the Redis server of a dead supervisor runs on, and the next supervisor looks for it.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    us = os.getpid()

    def ask_the_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != us:  # we died before the kernel was asked
            os._exit(1)

    return ask_the_kernel


def _members(session: int) -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # the process has ended meanwhile
            after_name = stat.read_bytes().rpartition(b")")[2].split()
            if int(after_name[3]) == session:
                yield int(stat.parent.name)

"""A process that leads a session of its own: how it begins, and how nothing of it is left.

Knows the system's calls. Not when to make them.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1


def begin(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Starts `command` out of the reach of the terminal's Ctrl-C, in a session that carries its pid."""
    return subprocess.Popen(  # noqa: S603 - commands come from our own Procfile
        command,
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_end_with_us(),  # noqa: PLW1509 - we have no threads
    )


def signal_group(leader: int, number: signal.Signals) -> None:
    """To the leader's own group: its helpers, but not a job that a worker has given a group of its own."""
    with suppress(ProcessLookupError, PermissionError):  # macOS says "not permitted" of a zombie's group
        os.killpg(leader, number)


def kill_all(leader: int) -> None:
    """Everything in the session, a job in a group of its own included, which only Linux lets us find."""
    signal_group(leader, signal.SIGKILL)
    for pid in _members(leader):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _end_with_us() -> Callable[[], None] | None:
    """A kill -9 of ours leaves no orphan on Linux; elsewhere our successor finds the Redis it leaves."""
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
        with suppress(OSError):  # it has ended since
            after_name = stat.read_text().rpartition(")")[2].split()
            if int(after_name[3]) == session:
                yield int(stat.parent.name)

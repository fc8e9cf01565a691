"""Starts programs for a benchmark, and reads their CPU time from the kernel's clocks, their memory from /proc.

Linux only. Runs any program, not only the service.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.figures import BenchFailed
from config.settings import ROOT
from testing.servers import PATIENCE, family, leash, until

ENDS_SECONDS = 20.0
"""Seconds that a benchmark's program has to end when it is told to."""


@contextmanager
def running(
    command: Sequence[str], environ: Mapping[str, str], log: Path, ready: Callable[[], bool]
) -> Iterator[psutil.Process]:
    """Start a program for a benchmark, yield it once it is ready, and end it with its children. Raises BenchFailed."""
    with log.open("ab") as said:
        child = subprocess.Popen(  # noqa: S603 - our own programs
            command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
        )
    held = leash(child.pid, signal.SIGTERM)  # each command here ends its own children when it gets SIGTERM
    try:
        if not until(lambda: child.poll() is not None or ready()) or child.poll() is not None:
            raise BenchFailed(f"{command[-1]} was not ready in {PATIENCE:.0f} s; it said: {last_words(log)}")
        yield psutil.Process(child.pid)
    finally:
        _end(child)
        held.communicate(b"let go\n")


def last_words(log: Path) -> str:
    """Return the last 600 characters of a program's log, to say why the program failed."""
    return log.read_text(errors="replace")[-600:].strip() or "(nothing)"


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is not None:
        return
    members = [psutil.Process(each) for each in family(child.pid)]
    child.terminate()
    try:
        child.wait(ENDS_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
    _, alive = psutil.wait_procs(members, ENDS_SECONDS)
    for each in alive:
        each.kill()
    psutil.wait_procs(alive, ENDS_SECONDS)


@contextmanager
def frozen(process: psutil.Process) -> Iterator[None]:
    """Freeze a process and all its descendants until the end of the block."""
    members = [psutil.Process(each) for each in family(process.pid)]
    for each in members:
        each.suspend()
    try:
        yield
    finally:
        for each in members:
            each.resume()


def processor_seconds(process: psutil.Process) -> float:
    """Return the CPU seconds that a process and its descendants have used so far, ended threads included."""
    return sum(time.clock_gettime(_clock_of(each)) for each in family(process.pid))


def _clock_of(pid: int) -> int:
    """Return the id of the kernel clock that counts a process's CPU time, as clock_getcpuclockid(3) computes it."""
    return (~pid << 3) | 2


def memory(pids: Sequence[int]) -> float:
    """Return the megabytes of these processes together; memory that several processes share counts in parts (PSS)."""
    return sum(_proportional(pid) for pid in pids) / 1000


def _proportional(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


def python_first(environ: Mapping[str, str]) -> dict[str, str]:
    """Return this environment with a PATH on which the programs of the project's Python come first."""
    beside_us = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**environ, "PATH": beside_us}

"""Runs modules of Python in forks of this process, after it has loaded the code that they need.

So the program is loaded only once, and its processes share that memory. This module imports none of the code: the
function `load`, which Forks is given, loads it. Other commands are started by process_group.begin.
"""

import os
import re
import runpy
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import IO

from setproctitle import setproctitle

from ivr.supervisor import process_group
from ivr.supervisor.process_group import Started

LINE = re.compile(r"exec python -m ([^;&|<>()`\n]+)")
"""The pattern of a Procfile's command that runs a Python module, and uses the shell only to fill in variables."""

HEEDED = (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals for which the supervisor has handlers. A fork of the supervisor must not keep these handlers."""

fork = get_context("fork")


class Forks:
    """Starts commands. A command that runs a module of Python starts as a fork of the supervisor, others do not."""

    def __init__(self, load: Callable[[], None], ours: MutableMapping[str, str]) -> None:
        self._load = load
        self._ours = ours
        """The environment of this process; a fork replaces it by its own."""
        self._loaded = False

    def begin(
        self, command: Sequence[str], folder: Path, environ: Mapping[str, str], *, output: int | None = None
    ) -> Started:
        """Start `command` as process_group.begin does, but by a fork if it runs a module of Python."""
        words = module_of(command, environ)
        if not words:
            return process_group.begin(command, folder, environ, output=output)
        if not self._loaded:
            self._load()
            self._loaded = True

        def anew() -> None:
            setproctitle(f"python -m {' '.join(words)}")
            os.chdir(folder)
            self._ours.clear()
            self._ours.update(environ)
            _run(words)

        return Forked(anew, piped=output == subprocess.PIPE)


def module_of(command: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """Return the module and arguments that a Procfile's command runs by `python -m`; empty if they cannot be found."""
    if list(command[:2]) == [sys.executable, "-m"]:
        return list(command[2:])
    line = LINE.fullmatch(command[-1])
    if not line:
        return []
    told = subprocess.run(  # noqa: S603 - a line of our own Procfile, as process_group.begin runs it
        [*command[:-1], f"printf '%s\\0' {line[1]}"], env=environ, capture_output=True, check=False
    )
    return [] if told.returncode else os.fsdecode(told.stdout).split("\0")[:-1]


class Forked:
    """A Python module that runs in a fork of the supervisor, with the attributes of subprocess.Popen used here."""

    def __init__(self, run: Callable[[], None], *, piped: bool) -> None:
        ours, theirs = os.pipe() if piped else (None, None)
        self.stdout: IO[bytes] | None = None if ours is None else os.fdopen(ours, "rb")
        us = process_group.end_with_us()
        self._process = fork.Process(target=_begin_anew, args=(run, theirs, us))
        # A signal that comes before the child has put our handlers away would be lost.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, HEEDED)
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            if theirs is not None:
                os.close(theirs)
        assert self._process.pid is not None  # noqa: S101 - it has been started
        self.pid: int = self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit code, or the negative number of the signal that ended the process; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Return the exit code of the process; None while the process runs."""
        return self._process.exitcode

    def terminate(self) -> None:
        """Ask the process to end."""
        self._process.terminate()


def _begin_anew(run: Callable[[], None], output: int | None, end_with_us: Callable[[], None] | None) -> None:
    """Run the module in a fork like a new process: without the parent's handlers, session, terminal or open files.

    The fork writes to `output`, or else to the parent's output.
    """
    signal.set_wakeup_fd(-1)
    for each in HEEDED:
        if signal.getsignal(each) is not signal.SIG_IGN:  # as SIGHUP under nohup
            signal.signal(each, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HEEDED)
    os.setsid()
    if end_with_us:
        end_with_us()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if output is not None:
        os.dup2(output, 1)
        os.dup2(output, 2)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    sys.stdout, sys.stderr = (
        os.fdopen(number, "w", buffering=1, closefd=False, encoding="locale", errors=errors)
        for number, errors in ((1, "strict"), (2, "backslashreplace"))  # as Python has them
    )
    run()


def _run(words: Sequence[str]) -> None:
    """Run a module as `python -m` does. Report an error by the hook that the module has set, and exit with code 1."""
    sys.argv = list(words)
    try:
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    except Exception as error:
        sys.excepthook(type(error), error, error.__traceback__)
        sys.exit(1)

"""The parts of a campaign's service, each of which can be killed, paused and started again.

Handles processes and stores; makes no calls.
"""

import signal
import sqlite3
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import psutil

from chaos.plan import What
from config.settings import ROOT
from testing.servers import Server, leash

Breakable = dict[str, tuple[What, ...]]
"""The parts of a campaign's service by name, each with the kinds of fault that can happen to it."""


class Part(Protocol):
    """A part of a campaign's service that can break and be made whole again."""

    def breaks(self, what: What) -> None:
        """Break the part now, by the fault of this kind: kill it, pause it, restart it or lock it."""

    def mends(self) -> None:
        """Undo the fault: make the part whole again, at once or shortly."""


class Process:
    """A process of the campaign's service, which is started again when it has ended, as a supervisor does."""

    def __init__(self, name: str, command: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
        self.name = name
        self._command, self._environ, self._log = command, environ, log
        self._lock = threading.RLock()
        self._wanted = False
        self._held = 0
        self._child: subprocess.Popen[bytes] | None = None
        self._leash: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and keep it running, unless it runs already or its host is down."""
        with self._lock:
            self._wanted = True
            if self._held:
                return
            if self._child is None or self._child.poll() is not None:
                self._let_go()
                with self._log.open("ab") as log:
                    self._child = subprocess.Popen(
                        self._command, cwd=ROOT, env=self._environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                        start_new_session=True,
                    )  # fmt: skip
                self._leash = leash(self._child.pid, signal.SIGKILL)

    def keep(self) -> None:
        """Start the process again if it has ended by itself; do nothing while a fault keeps it stopped."""
        with self._lock:
            if self._wanted:
                self.start()

    def breaks(self, what: What) -> None:
        """Kill or pause the process with all that it has started; or restart it in good order."""
        with self._lock:
            if what is What.PAUSE:
                self._signal(signal.SIGSTOP)
            elif what is What.RESTART:
                self._wanted = False
                self._signal(signal.SIGTERM, family=False)
            else:
                self._wanted = False
                self._signal(signal.SIGKILL)

    def mends(self) -> None:
        """Resume the process if it was paused, or start it again."""
        with self._lock:
            self._signal(signal.SIGCONT)
            if not self._wanted and self._child is not None:
                with suppress(subprocess.TimeoutExpired):
                    self._child.wait(10)
            self.start()

    def goes_down(self) -> None:
        """Kill the process because its host goes down, and keep it from being started meanwhile."""
        with self._lock:
            self._held += 1
            self._signal(signal.SIGKILL)
            if self._child is not None:  # else whoever starts it at once would take it for running
                self._child.wait(10)

    def comes_up(self) -> None:
        """Start the process because its host comes up, unless another fault still keeps that host down."""
        with self._lock:
            self._held -= 1
            self.start()

    def ends(self, seconds: float) -> bool:
        """End the process, or kill it after `seconds`, as systemd does; return whether it ended by itself in time.

        Only `start` starts it again.
        """
        with self._lock:
            self._wanted = False
            self._signal(signal.SIGTERM, family=False)
            child = self._child
        try:
            return child is None or child.wait(seconds) is not None
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            return False

    def stop(self) -> None:
        """Kill the process for good: it is not started again."""
        with self._lock:
            self._wanted = False
            self._signal(signal.SIGKILL)
            if self._child is not None:
                self._child.wait(10)
            self._let_go()

    def _let_go(self) -> None:
        if self._leash is not None:
            self._leash.communicate(b"let go\n")
        self._leash = None

    def _signal(self, number: signal.Signals, *, family: bool = True) -> None:
        if self._child is None or self._child.poll() is not None:
            return
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self._child.pid)
            for each in [process, *(process.children(recursive=True) if family else [])]:
                with suppress(psutil.NoSuchProcess):
                    each.send_signal(number)


class Store:
    """A server of Redis or of PostgreSQL in a campaign, which keeps the promised requests."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._lock = threading.RLock()

    def breaks(self, what: What) -> None:
        """Kill or pause the server of the store, or stop it in good order."""
        with self._lock:
            {What.KILL: self._server.kill, What.PAUSE: self._server.pause, What.RESTART: self._server.stop}[what]()

    def mends(self) -> None:
        """Resume the server of the store, or start it again."""
        with self._lock:
            self._server.resume()
            self._server.start()


class SqliteFile:
    """A SQLite database in a campaign. Its only fault is a lock that another process holds on the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._other: sqlite3.Connection | None = None
        self._holders = 0

    def breaks(self, _what: What) -> None:
        """Lock the file, as another process such as a careless backup does."""
        with self._lock:
            self._holders += 1
            if self._other is None:
                other = sqlite3.connect(self._path, isolation_level=None, timeout=5, check_same_thread=False)
                try:
                    other.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:  # others write all the time: the next fault tries again
                    other.close()
                else:
                    self._other = other

    def mends(self) -> None:
        """Unlock the file, unless another fault still wants it locked."""
        with self._lock:
            self._holders = max(0, self._holders - 1)
            if self._other is not None and not self._holders:
                self._other.close()
                self._other = None


class Keeper:
    """A supervisor for a campaign: until the campaign is over, it restarts every process that has ended."""

    def __init__(self, processes: Sequence[Process]) -> None:
        self._processes = processes
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Start all processes of the service, then watch them."""
        for each in self._processes:
            each.start()
        self._thread.start()

    def stop(self) -> None:
        """End all processes of the service for good."""
        self._stop.set()
        self._thread.join()
        for each in self._processes:
            each.stop()

    def _run(self) -> None:
        while not self._stop.wait(0.3):
            for each in self._processes:
                each.keep()


PROCESSES = ("web-1", "web-2", "worker-1", "worker-2", "clock")
"""The names of the service's processes in a campaign on one machine."""


def can_break(database: str, processes: Sequence[str] = PROCESSES, hosts: Sequence[str] = ()) -> Breakable:
    """Return the kinds of fault that can happen to each part: these processes, Redis, the database and these hosts."""
    process = (What.KILL, What.PAUSE, What.RESTART)
    stores = {"redis": process, "database": (What.LOCK,) if database == "sqlite" else process}
    return {**dict.fromkeys(processes, process), **stores, **dict.fromkeys(hosts, (What.KILL,))}

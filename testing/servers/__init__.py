"""The base of real servers for tests: a child process that starts, freezes, thaws and ends when told.

No SQL and no Redis command; nothing here outlives the test process or changes what is outside its folder.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import psutil

PATIENCE = 60.0
"""Seconds in which a server for tests must be ready. A server usually needs less than one, on a busy machine more."""

SHORT = 60
"""The longest path of a temporary folder, in bytes. The path of a socket in it must stay below the kernel's 107."""

ENDED = {"gone", "zombie"}
"""The states of a process that has ended. A zombie no longer runs; only its pid is still taken."""


class ServerFailed(Exception):
    """The error of a server that did not start or stop in time; its message ends with the end of the server's log."""


@dataclass(frozen=True)
class Account:
    """The user account under which a server runs; without uid and gid, the account that runs the tests."""

    uid: int | None = None
    gid: int | None = None

    def start(self, command: list[str], folder: Path, output: int) -> subprocess.Popen[bytes]:
        """Start a program under this account, in a session of its own, so that only the tests end it, not Ctrl-C."""
        return subprocess.Popen(
            command,
            cwd=folder,
            env={
                **os.environ,
                "LC_ALL": "C",
            },  # messages we can read; and macOS's postgres insists on a locale
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
            start_new_session=True,
        )

    def can_run(self, *command: str) -> bool:
        """Return whether this account can run this command: the program starts, and exits with status 0."""
        try:
            return self.start(list(command), Path("/"), subprocess.DEVNULL).wait(PATIENCE) == 0
        except OSError:
            return False

    def take(self, path: Path) -> None:
        """Give a file, or a folder and everything in it, to this account."""
        if self.uid is None or self.gid is None:
            return
        for each in (path, *path.rglob("*")):
            os.chown(each, self.uid, self.gid, follow_symlinks=False)


OURSELVES = Account()


@dataclass(kw_only=True)
class Server(ABC):
    """A real server for tests. It may be stopped and started again, and then has the same address and data."""

    url: str
    command: list[str] = field(repr=False)
    folder: Path
    account: Account = OURSELVES
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _leash: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _paused: bool = field(default=False, init=False, repr=False)

    orderly_end: ClassVar[signal.Signals] = signal.SIGTERM
    orphans_end: ClassVar[signal.Signals] = signal.SIGKILL

    @abstractmethod
    def answers(self) -> bool:
        """Return whether the server gives a client a right answer at this moment."""

    def start(self) -> None:
        """Start the server and wait until it answers; do nothing if it runs already. Raises ServerFailed."""
        if self._process is not None:
            return
        with self._log.open("ab") as log:
            self._process = self.account.start(self.command, self.folder, log.fileno())
        self._leash = leash(self._process.pid, self.orphans_end)
        if not until(lambda: self._has_ended() or self.answers()) or self._has_ended():
            self._give_up("did not start")

    def stop(self) -> None:
        """Ask the server to end in good order, and wait until it has; do nothing if it is stopped.

        Raises ServerFailed.
        """
        if self._process is None:
            return
        self.resume()
        os.kill(self._process.pid, self.orderly_end)
        if not until(self._has_ended):
            self._give_up("did not stop")
        self._forget()

    def kill(self) -> None:
        """Kill the server at once, as a kernel that is out of memory does; its files stay as they are."""
        self.pause()
        doomed = self._family()
        for member in doomed:
            os.kill(member, signal.SIGKILL)
        until(lambda: all(status(member) in ENDED for member in doomed))
        self._forget()

    def pause(self) -> None:
        """Freeze all processes of the server: its port still takes connections, but nobody answers on them."""
        self._paused = True
        # Its first process goes first: after that no child is born, and no child's number is given away.
        self._freeze(self._family()[:1])
        self._freeze(self._family())

    def resume(self) -> None:
        """Thaw a paused server, children before their parent, so that the parent never finds its children frozen."""
        if not self._paused:
            return
        # Only stopped processes: another may have ended meanwhile, and its pid be anybody's.
        for member in [each for each in reversed(self._family()) if status(each) == "stopped"]:
            os.kill(member, signal.SIGCONT)
        self._paused = False

    def _freeze(self, members: list[int]) -> None:
        for member in members:
            os.kill(member, signal.SIGSTOP)
        if not until(lambda: all(status(member) in {*ENDED, "stopped"} for member in members)):
            raise ServerFailed(self._last_words("did not freeze"))

    def _family(self) -> list[int]:
        return [] if self._process is None else family(self._process.pid)

    def _has_ended(self) -> bool:
        return self._process is None or status(self._process.pid) in ENDED

    def _forget(self) -> None:
        """Stop the server's leash, then reap and forget its process, whose pid may then go to another process.

        The leash is the shell that would end the server's process if the tests were gone.
        """
        if self._leash is not None:
            self._leash.communicate(b"let go\n")
        if self._process is not None:
            self._process.wait(PATIENCE)
        self._process = self._leash = None
        self._paused = False

    def _give_up(self, what: str) -> None:
        self.kill()
        raise ServerFailed(self._last_words(what))

    @property
    def _log(self) -> Path:
        return self.folder / "server.log"

    def _last_words(self, what: str) -> str:
        said = self._log.read_text(errors="replace").splitlines()[-8:]
        return "\n    ".join([f"{Path(self.command[0]).name} {what}; it said last:", *(said or ["(nothing)"])])


def until(true: Callable[[], bool]) -> bool:
    """Wait until this condition is true; return whether it became so within PATIENCE."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def status(pid: int) -> str:
    """Return the state of the process with this pid: running, sleeping, stopped, zombie and so on; or gone."""
    try:
        return str(psutil.Process(pid).status())
    except psutil.ZombieProcess:
        return "zombie"
    except psutil.NoSuchProcess:
        return "gone"


def family(pid: int) -> list[int]:
    """Return the pids of a process and all its descendants, even those in other sessions; its own pid comes first."""
    return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]


def leash(pid: int, end: signal.Signals) -> subprocess.Popen[bytes]:
    """Start a shell that sends process `pid` the signal `end` once the tests are gone and the shell's input closes."""
    script = 'read -r word || { kill -s "$2" "$1"; kill -s CONT "$1"; }'
    return subprocess.Popen(
        ["/bin/sh", "-c", script, "leash", str(pid), end.name.removeprefix("SIG")],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _is_of_use(base: str, account: Account) -> bool:
    return len(os.fsencode(base)) <= SHORT and account.can_run("/bin/sh", "-c", 'cd "$1"', "sh", base)


@contextmanager
def own_folder(account: Account = OURSELVES) -> Iterator[Path]:
    """Make a temporary folder for this account, its path short enough for a socket; delete it after the block."""
    bases = (tempfile.gettempdir(), "/tmp")  # noqa: S108  # mkdtemp makes the name, and nobody else may enter
    base = next((base for base in bases if _is_of_use(base, account)), bases[-1])
    folder = Path(tempfile.mkdtemp(prefix="server-", dir=base))
    try:
        account.take(folder)
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def reserved_port() -> Iterator[int]:
    """Reserve a free port of 127.0.0.1 for a server: nobody else gets it, not even while the server is stopped."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        if sys.platform == "linux":
            # A socket that is bound but does not listen shares the port with a server that asks to reuse it.
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            holder.close()  # BSD's kernel shares with nobody; there the port is free, and likely stays so
        yield port

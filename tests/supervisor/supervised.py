"""A folder with a Procfile of small child processes, and the supervisors that run in it.

For the tests of the supervisor: real processes, a real Redis, no fixed pauses.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from redis import Redis
from redis.exceptions import RedisError

from config.settings import ROOT
from ivr.supervisor import embedded_redis

T = TypeVar("T")

PATIENCE = 20.0
"""The most seconds that a supervisor may take to end: the same time as the supervisor gives its own processes."""

COMES = 60.0
"""The most seconds that a test waits for an event: most events take under one second, except on a busy machine."""

AS_SHIPPED: Mapping[str, float] = {}

SOON = 0.1
"""A short time limit, in seconds, for tests in which a limit must pass, however long the shipped limit is."""

SUPERVISOR = """
import json, os, sys
from pathlib import Path
from ivr.wiring.carriers import SETTINGS
from ivr.supervisor.forked import Forks
from ivr.supervisor.start import Program, run
from ivr.supervisor.output import printer
from ivr.supervisor.supervise import Patience

UPGRADES = {
    "": ["true"],
    "real": [sys.executable, "-m", "ivr.supervisor", "upgrade"],
    "slow": ["/bin/sh", "-c", "touch migrating; exec sleep 60"],
}
patience = Patience(**json.loads(os.environ.get("PATIENCE", "{}")))
program = Program(UPGRADES[os.environ.get("TABLES", "")], SETTINGS, Forks(lambda: None, os.environ).begin, patience)
sys.exit(run(Path.cwd(), os.environ, printer(sys.stdout), program))
"""

# Tells its pid. Asked to end, waits while there is a file called hold, then tells its name and whether Redis is there.
QUIET = """\
ends() {
    while [ -e hold ]; do sleep 0.02; done
    [ -S s/redis.sock ] && echo "$1 ends, Redis is there" >> order
    kill $!  # its own sleep; a shell leaves it behind
    exit 0
}
trap 'ends $1' TERM
echo $$ > $1.new && mv $1.new $1.pid
while :; do sleep 600 & wait $!; done
"""


def eventually(look: Callable[[], T | None]) -> T:
    """Call a function until its answer is not empty; return the answer. Raises AssertionError after COMES seconds."""
    end = time.monotonic() + COMES
    while time.monotonic() < end:
        if answer := look():
            return answer
        time.sleep(0.01)
    raise AssertionError("it never came")


def another(look: Callable[[], int], other_than: int) -> int:
    """Return the first pid that this function finds and that is not `other_than`."""
    return eventually(lambda: pid if (pid := look()) != other_than else 0)


def alive(pid: int) -> bool:
    """Return whether the process with this pid runs; a zombie, which has ended but was not waited for, does not."""
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


class Running:
    """A supervisor that runs in a test's folder, and the output that it has given so far."""

    def __init__(self, folder: Path, port: int, **environ: str) -> None:
        self._said = folder / f"said-{port}"
        surroundings = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "STATE_DIR": str(folder / "s"),
            "PORT": str(port),
            **environ,
        }
        with self._said.open("w") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-c", SUPERVISOR], cwd=folder, env=surroundings, stdout=out, stderr=subprocess.STDOUT
            )

    @property
    def said(self) -> str:
        return self._said.read_text()

    def says(self, words: str) -> str:
        return eventually(lambda: self.said if words in self.said else "")

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def ends(self) -> int:
        return self._process.wait(PATIENCE)

    def stop(self) -> int:
        self.send(signal.SIGTERM)
        return self.ends()

    def give_up(self) -> None:
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            self.ends()
            raise


class Premises:
    """A folder with a Procfile of small child processes, and the supervisors that run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._supervisors: list[Running] = []
        (folder / "quiet.sh").write_text(QUIET)
        self.procfile("web", "worker", "clock")

    def procfile(self, *names: str, **commands: str) -> None:
        quiet = {name: f"/bin/sh quiet.sh {name}" for name in names}
        lines = [f"{name}: {command}\n" for name, command in {**quiet, **commands}.items()]
        (self.folder / "Procfile").write_text("".join(lines))

    def start(self, port: int | None = None, patience: Mapping[str, float] = AS_SHIPPED, **environ: str) -> Running:
        """Start a supervisor, and return it. `patience` has limits in seconds that replace the shipped ones."""
        environ["PATIENCE"] = json.dumps(dict(patience))
        self._supervisors.append(Running(self.folder, port or free_port(), **environ))
        return self._supervisors[-1]

    def pid(self, name: str, other_than: int = 0) -> int:
        def look() -> int:
            with suppress(FileNotFoundError):
                return int((self.folder / f"{name}.pid").read_text())
            return 0

        return another(look, other_than)

    @property
    def redis(self) -> Redis:
        return Redis(unix_socket_path=str(self.folder / "s" / "redis.sock"))

    def redis_pid(self, other_than: int = 0) -> int:
        def look() -> int:
            with suppress(OSError, RedisError), self.redis as redis:
                return int(redis.info("server")["process_id"])
            return 0

        return another(look, other_than)

    @contextmanager
    def orphan(self) -> Iterator[subprocess.Popen[bytes]]:
        """Yield a Redis in this folder without a supervisor. Except on Linux, a killed supervisor leaves one behind."""
        data = self.folder / "s" / "redis"
        data.mkdir(parents=True)
        command = embedded_redis.command(embedded_redis.find_binary(), data, self.folder / "s" / "redis.sock")
        with subprocess.Popen(command) as left:
            try:
                yield left
            finally:
                left.kill()

    def abandon(self) -> None:
        for supervisor in self._supervisors:
            if supervisor.runs:
                supervisor.give_up()

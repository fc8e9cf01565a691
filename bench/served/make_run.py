"""`make run` itself, in production, with its own Redis and SQLite in a temporary folder, and no staff channels."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.figures import BenchFailed
from bench.load.webhooks import Signer
from bench.served.processes import running
from bench.served.service import BASE_URL, answers, environment
from config.clinic import read as read_clinic
from config.settings import ROOT, read, variables_of
from ivr.phone.ringing import number_of
from ivr.wiring.carriers import SETTINGS
from testing.servers import reserved_port


@contextmanager
def made(folder: Path) -> Iterator[tuple[psutil.Process, int]]:
    """Run `make run`, and yield its process and port once it answers; end it after the block. Raises BenchFailed."""
    with reserved_port() as port:
        environ = surroundings(folder, port)
        with running(["make", "run"], environ, folder / "run.log", lambda: answers(port, "/healthz")) as process:
            yield process, port


def surroundings(folder: Path, port: int) -> dict[str, str]:
    """Return the environment for `make run`. Raises BenchFailed if a file .env would add a channel to the staff."""
    if "STAFF_NOTIFY_URLS" in variables_of(ROOT / ".env"):
        raise BenchFailed("the file .env names channels to the staff, which a benchmark must not reach: move it away")
    settings = read(
        {**environment(folder, "", ""), "STATE_DIR": str(folder / "state")}, env_file=None, carriers=SETTINGS
    )
    stores = {"DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url}
    given = {**environment(folder, "", ""), **stores, "STATE_DIR": str(settings.state_dir), "PORT": str(port)}
    del given["STAFF_NOTIFY_URLS"]
    return {**given, "BIND": "127.0.0.1", "PATH": os.environ["PATH"]}


def ours(process: psutil.Process) -> list[psutil.Process]:
    """Return the processes below `make run` that are the service's own, without make and the shell."""
    return [each for each in process.children(recursive=True) if each.name() not in {"make", "sh"}]


def first_signer(folder: Path) -> Signer:
    """Return a carrier that signs webhooks to the default line of the service with this folder."""
    return Signer(BASE_URL, number_of(read_clinic(folder / "clinic.toml").line("")))

"""The service as it is deployed, for a benchmark: the Procfile's commands, in production, with stores of its own.

All its settings are given, so that a file .env adds none: no notice and no call leaves this machine.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import psutil
from sqlalchemy import text

from bench.load.webhooks import ACCOUNT_SID, TOKEN, Signer
from bench.served.processes import running
from config.clinic import read as read_clinic
from config.settings import ROOT, Settings, read
from ivr.phone.ringing import number_of
from ivr.storage.database import WORKER_TIMEOUT, Database
from ivr.storage.migrate import migrate
from ivr.supervisor import procfile
from ivr.wiring.carriers import SETTINGS
from testing.busy_clinic import busy_clinic
from testing.servers import reserved_port
from testing.servers.postgres import postgres
from testing.servers.valkey import Valkey, valkey

BASE_URL = "https://line.example"
METRICS_TOKEN = "only-for-benchmarks"  # noqa: S105 - made up
NOBODY = "json://127.0.0.1:9"
"""The address of a channel to the staff where nobody listens, for a service without workers."""

COMMANDS: Mapping[str, str] = dict(procfile.LINE.findall((ROOT / "Procfile").read_text()))


@dataclass(frozen=True)
class Service:
    """The service that is benchmarked, running as it is deployed."""

    settings: Settings
    port: int
    web: psutil.Process
    """The web server's first process; its children answer the requests."""
    redis: Valkey
    signer: Signer
    log: Path

    def metric(self, name: str, labels: str) -> float:
        """Return a metric from the service's /metrics, summed over all series with labels like 'store="redis"'."""
        asked = Request(f"http://127.0.0.1:{self.port}/metrics")
        asked.add_header("Authorization", f"Bearer {METRICS_TOKEN}")
        with urlopen(asked, timeout=20) as answer:  # noqa: S310 - our own
            lines = answer.read().decode().splitlines()
        return sum(float(each.split()[-1]) for each in lines if each.startswith(name) and labels in each)

    def count(self, query: str) -> int:
        """Return the number that this SQL query finds in the service's database."""
        database = Database(self.settings.database_url, timeout=WORKER_TIMEOUT)
        try:
            with database.reading() as connection:
                return int(connection.execute(text(query)).scalar_one())
        finally:
            database.close()


@contextmanager
def own_folder() -> Iterator[Path]:
    """Yield a new folder for a benchmark's files, in the folder for temporary files, whose disk TMPDIR chooses."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """Yield the address of an empty database: SQLite in the folder, or a PostgreSQL that writes commits to disk."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/clinic.db"
        return
    with postgres(durable=True) as server:
        yield server.new_database()


def environment(folder: Path, database_url: str, redis_url: str, channels: str = NOBODY) -> dict[str, str]:
    """Return the environment variables of a service in production. Its clinic's limits allow a city's many callers."""
    return {
        "HOME": str(folder),
        "ENV": "production",
        "PUBLIC_BASE_URL": BASE_URL,
        "SECRET_KEY": "0123456789abcdef" * 4,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TEXT_CONFIRMATIONS": "off",
        "TRUSTED_PROXIES": "0",
        "METRICS_TOKEN": METRICS_TOKEN,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "STAFF_NOTIFY_URLS": channels,
        "STATE_DIR": str(folder),
        "CLINIC_FILE": str(busy_clinic(folder)),
    }


@contextmanager
def service(
    database_url: str = "", channels: str = NOBODY, others: Sequence[str] = (), **more: str
) -> Iterator[Service]:
    """Run the service's web server, with a Redis of its own, on SQLite unless a database is given.

    `others` names further commands of the Procfile that run, too. Raises BenchFailed.
    """
    with ExitStack() as stack:
        folder, redis = stack.enter_context(own_folder()), stack.enter_context(valkey())
        url = database_url or f"sqlite:///{folder}/clinic.db"
        environ = {**environment(folder, url, redis.url, channels), **more}
        settings = read(environ, env_file=None, carriers=SETTINGS)
        migrate(settings.database_url)
        port, log = stack.enter_context(reserved_port()), folder / "web.log"
        for name in others:
            command = _started(COMMANDS[name])
            stack.enter_context(running(command, _surroundings(environ, port), folder / f"{name}.log", lambda: True))
        web = stack.enter_context(serving(COMMANDS["web"], environ, port, log, "/healthz"))
        signer = Signer(BASE_URL, number_of(read_clinic(settings.clinic_file).line("")))
        yield Service(settings, port, web, redis, signer, log)


@contextmanager
def serving(command: str, environ: Mapping[str, str], port: int, log: Path, path: str) -> Iterator[psutil.Process]:
    """Run a web server by its command until the block ends; yield it once it answers at `path`. Raises BenchFailed."""
    with running(_started(command), _surroundings(environ, port), log, lambda: answers(port, path)) as web:
        yield web


def _started(command: str) -> list[str]:
    return ["/bin/sh", "-c", f"exec {command}"]


def _surroundings(environ: Mapping[str, str], port: int) -> dict[str, str]:
    given = {"PATH": os.environ["PATH"], **environ}
    return procfile.environment(given, Path(os.devnull), "127.0.0.1", port)


def answers(port: int, path: str) -> bool:
    """Return whether a web server answers with 200 at this port and path."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False

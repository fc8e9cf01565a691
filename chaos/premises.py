"""The service of a campaign: web servers, workers, clocks, Redis and a database, all real, in a folder of its own.

Starts and stops the service; makes no faults and no calls.
"""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from chaos.fleet import layout
from chaos.fleet.host import Host
from chaos.fleet.layout import Layout
from chaos.parts import Keeper, Part, SqliteFile, Store
from chaos.plan import Wanted
from config.settings import Settings, read
from ivr.storage.migrate import migrate
from ivr.wiring.carriers import SETTINGS
from testing.busy_clinic import busy_clinic
from testing.listener import Listener, listener
from testing.servers import until
from testing.servers.nginx import Nginx
from testing.servers.postgres import postgres
from testing.servers.valkey import valkey

ACCOUNT = "AC" + "0" * 32
TOKEN = "a-token-that-signs-only-in-campaigns"  # noqa: S105 - made up
AUTH_ID = "MA0000000000000000EX"
OTHER_TOKEN = "another-token-that-signs-only-in-campaigns"  # noqa: S105 - made up
BASE_URL = "http://line.example"


@dataclass(frozen=True)
class Premises:
    """The running service of a campaign: its parts that can break, its settings, and the ports that are called."""

    settings: Settings
    ports: tuple[int, ...]
    """The ports of this machine to which the carrier posts its webhooks."""
    parts: Mapping[str, Part]
    channels: tuple[Listener, ...]
    """The working channels to the staff, each with the notices that it has received."""
    keeper: Keeper
    folder: Path
    hosts: Mapping[str, Host]
    """The service's hosts by name; empty if the whole service runs as one host."""
    proxy: Nginx | None

    def mend(self) -> None:
        """Have every part of the service undo its fault."""
        for part in self.parts.values():
            part.mends()


@contextmanager
def premises(wanted: Wanted, living: int = 1, dead: tuple[str, ...] = ()) -> Iterator[Premises]:
    """Run a campaign's service until the block's end, with `living` working channels to the staff and `dead` ones."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="campaign-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        redis = stack.enter_context(valkey())
        url, store = stack.enter_context(_database(wanted.database, folder))
        channels = tuple(stack.enter_context(listener()) for _ in range(living))
        addresses = [*dead, *(each.url.replace("http://", "json://") for each in channels)]
        environ = _environment(folder, url, redis.url, " ".join(addresses), layout.state_of(folder, wanted))
        settings = read(environ, env_file=None, carriers=SETTINGS)
        migrate(settings.database_url)
        laid = stack.enter_context(_laid_out(wanted, environ, folder))
        keeper = Keeper(list(laid.processes.values()))
        stack.callback(keeper.stop)
        keeper.start()
        await_webs(laid.ports)
        parts: dict[str, Part] = {**laid.processes, **laid.hosts, "redis": Store(redis), "database": store}
        yield Premises(settings, laid.called, parts, channels, keeper, folder, laid.hosts, laid.proxy)


@contextmanager
def _laid_out(wanted: Wanted, environ: Mapping[str, str], folder: Path) -> Iterator[Layout]:
    if wanted.hosts == 1:
        yield layout.one_machine((_free_port(), _free_port()), wanted, environ, folder)
        return
    ports = tuple(_free_port() for _ in range(wanted.hosts))
    with layout.several_hosts(ports, wanted, environ, folder) as laid:
        yield laid


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[tuple[str, Part]]:
    if kind == "sqlite":
        file = SqliteFile(folder / "clinic.db")
        yield f"sqlite:///{folder}/clinic.db", file
        return
    with postgres() as server:
        yield server.new_database(), Store(server)


def _environment(folder: Path, database_url: str, redis_url: str, channels: str, state: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "ENV": "development",
        "PUBLIC_BASE_URL": BASE_URL,
        "SECRET_KEY": "0123456789abcdef" * 4,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "PLIVO_AUTH_ID": AUTH_ID,
        "PLIVO_AUTH_TOKEN": OTHER_TOKEN,
        "TEXT_CONFIRMATIONS": "off",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "STAFF_NOTIFY_URLS": channels,
        "STATE_DIR": str(state),
        "CLINIC_FILE": str(busy_clinic(folder)),
    }


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def await_webs(ports: Sequence[int]) -> None:
    """Wait until the web server on each of these ports answers. Raises TimeoutError."""

    def answers() -> bool:
        try:
            for port in ports:
                urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
        except OSError:
            return False
        return True

    if not until(answers):
        raise TimeoutError("the web processes did not start")

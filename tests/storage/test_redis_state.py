"""States in which Redis cannot keep a promise: the service names each of them rightly, and promises callers nothing.

Real servers are brought into each state.
"""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from redis import Redis

from ivr.desk.job_queue import JobQueue
from ivr.storage import redis_state
from ivr.storage.redis import QueueAway, client_for_callers
from testing.servers import reserved_port, until
from testing.servers.valkey import Valkey, valkey
from tests.people import BOOK, Clock, Phone
from tests.web import service
from workers import clock as clock_process
from workers.services import build as build_workers

Line = Callable[[str], AbstractContextManager[Phone]]


@pytest.fixture
def server() -> Iterator[Valkey]:
    """A Redis of this test alone, which the test may spoil."""
    with valkey(tcp=True) as server:
        yield server
        server.kill()  # a Redis that cannot save does not end when it is asked to


@pytest.fixture
def line(tmp_path: Path, clock: Clock) -> Line:
    """A function that starts a service on the Redis at an address, without a database, and yields a telephone."""

    def opened(redis_url: str) -> AbstractContextManager[Phone]:
        return service(tmp_path, f"sqlite:///{tmp_path}/nowhere.db", redis_url, clock)

    return opened


def told(url: str) -> str:
    """Return the message about what is wrong with the Redis at this address; empty if nothing is."""
    with client_for_callers(url) as client:
        try:
            JobQueue(client).check()
        except QueueAway as away:
            return str(away)
    return ""


@contextmanager
def tls_port() -> Iterator[int]:
    """Run a server that expects TLS on a port of this machine; yield the port. A client without TLS is cut off."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    wire, _ = listening.accept()
                    with suppress(OSError), wire:
                        context.wrap_socket(wire, server_side=True)

        Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]


def sets(server: Valkey, **settings: str) -> None:
    with Redis.from_url(server.url) as client:
        for name, value in settings.items():
            client.config_set(name.replace("_", "-"), value)


def full(server: Valkey) -> None:
    sets(server, maxmemory="1")


def replica(server: Valkey) -> None:
    with Redis.from_url(server.url) as client:
        client.replicaof("127.0.0.1", "1")


def replica_that_takes_writes(server: Valkey) -> None:
    replica(server)
    sets(server, replica_read_only="no")


def evicting(server: Valkey) -> None:
    sets(server, maxmemory_policy="allkeys-lru")


def unable_to_save(server: Valkey) -> None:
    sets(server, save="3600 1")
    with Redis.from_url(server.url) as client:
        client.set("something", "new")
        path = server.folder / str(client.config_get("dbfilename")["dbfilename"])
        path.mkdir()  # nothing can be saved under the name of a folder
        (path / "in the way").touch()
        client.bgsave()
        assert until(lambda: client.info("persistence")["rdb_last_bgsave_status"] == "err")


FULL = "OutOfMemoryError: it is full and takes no writes: make room, or raise its maxmemory"
UNSAVED = "ResponseError: it takes no writes since it could not save to its disk: make room, look at its log"
EVICTS = "it forgets to make room: set maxmemory-policy noeviction"

SPOILED = pytest.mark.parametrize(
    ("spoils", "says"),
    [
        (full, FULL),
        (replica, redis_state.REPLICA),
        (replica_that_takes_writes, redis_state.REPLICA),
        (evicting, EVICTS),
        (unable_to_save, UNSAVED),
    ],
)


@SPOILED
def test_a_redis_that_keeps_nothing_is_named_and_nothing_is_promised_on_it(
    server: Valkey, line: Line, caplog: pytest.LogCaptureFixture, spoils: Callable[[Valkey], None], says: str
) -> None:
    with line(server.url) as phone:
        spoils(server)
        call = phone.rings().press(*BOOK)
        assert call.place == "not_kept"
        assert "Thank you. We have your request." not in call.uncut
        assert f"Redis is away too ({says})" in caplog.text
        parts = phone.app.test_client().get("/readyz").get_json()
        assert parts["redis"] == f"away: {says}"
        assert f"not ready: redis is away: {says}" in caplog.text


def test_what_a_redis_has_promised_before_it_forgot_nothing_is_still_saved(server: Valkey, line: Line) -> None:
    with line(server.url) as phone:
        assert "Thank you. We have your request." in phone.rings().press(*BOOK).uncut
        evicting(server)
        assert phone.services.desk.pending.count() == 1


def test_the_log_of_the_clock_names_it_once_though_nobody_asks(server: Valkey, line: Line) -> None:
    with line(server.url) as phone:
        evicting(server)
        worker = build_workers(phone.services.settings, phone.services.clock)
        assert f"QueueAway {EVICTS}" in clock_process._swept(worker)
        worker.database.close()


def test_a_wrong_password_is_named_without_it(server: Valkey) -> None:
    at = urlsplit(server.url)
    with Redis.from_url(server.url) as client:
        client.execute_command("ACL", "SETUSER", "default", ">the-right-one", "resetpass", ">the-right-one")
    words = "it refuses our name or password: look at REDIS_URL"
    for login in ("", ":the-wrong-one@"):
        said = told(f"redis://{login}{at.hostname}:{at.port}/0")
        assert said == f"AuthenticationError: {words}"
    assert told(f"redis://:the-right-one@{at.hostname}:{at.port}/0") == ""


def test_a_user_who_may_not_write_is_named(server: Valkey) -> None:
    with Redis.from_url(server.url) as client:
        client.execute_command("ACL", "SETUSER", "reader", "on", ">secret", "~*", "+@read", "+info", "+client")
    at = urlsplit(server.url)
    said = told(f"redis://reader:secret@{at.hostname}:{at.port}/0")
    assert said == "NoPermissionError: our user may not do there what we need: look at its ACL"


def test_a_redis_that_wants_tls_and_is_asked_without_is_named() -> None:
    with tls_port() as port:
        assert "TLS (rediss:// in REDIS_URL)" in told(f"redis://127.0.0.1:{port}/0")


def test_a_redis_that_is_not_there_or_has_another_name_is_named() -> None:
    with reserved_port() as port:
        assert told(f"redis://127.0.0.1:{port}/0") == "ConnectionError: nobody listens there: is it running?"
    assert told("redis://no-such-host.invalid/0") == "ConnectionError: its host's name is not known: look at REDIS_URL"


def test_a_database_number_that_does_not_exist_is_named(server: Valkey) -> None:
    said = told(server.url.replace("/0", "/99"))
    assert said.endswith("it has no database of this number: look at REDIS_URL")


def test_a_redis_that_is_loading_is_named() -> None:
    assert redis_state.fault({"loading": 1}, redis_state.NOT_WELL) == "it is still loading its data: wait"


def test_a_redis_that_is_well_is_said_to_be(server: Valkey) -> None:
    assert told(server.url) == ""
    with Redis.from_url(server.url) as client:
        assert client.keys() == [], "and was not changed by the look"

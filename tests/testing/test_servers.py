"""The tests' own servers (Valkey, PostgreSQL): they answer, stop, freeze, die, and come back with their data.

Nothing of the telephone line is here; a fault found here is a fault of the tests.
"""

import os
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer
from redis.retry import Retry

from testing.servers import ENDED, Account, ServerFailed, own_folder, status, until
from testing.servers.postgres import (
    WHEEL,
    Postgres,
    PostgresUnavailable,
    postgres,
    programs_for,
    unprivileged,
)
from testing.servers.valkey import Valkey, valkey
from tests.conftest import NOT_HERE

as_root = pytest.mark.skipif(os.geteuid() != 0, reason=f"{NOT_HERE}only root has an account to lend")


@pytest.fixture(scope="module", params=[False, True], ids=["machine", "wheel"])
def pg(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    with postgres(prefer_package=request.param) as server:
        yield server


@pytest.fixture(scope="module", params=[False, True], ids=["socket", "tcp"])
def vk(request: pytest.FixtureRequest) -> Iterator[Valkey]:
    with valkey(tcp=request.param) as server:
        yield server


class Helpless(Account):
    """An account of the machine under which no program may run."""

    def can_run(self, *command: str) -> bool:
        return False


def client_of(server: Valkey) -> Redis:
    return Redis.from_url(server.url, socket_timeout=0.2, retry=Retry(NoBackoff(), 0), decode_responses=True)


def write_down(url: str, word: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE note (word text)")
        connection.execute("INSERT INTO note VALUES (%s)", [word])


def read_back(url: str) -> list[tuple[str, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT word FROM note").fetchall()


def test_a_postgres_that_was_stopped_comes_back_with_its_data(pg: Postgres) -> None:
    url = pg.new_database()
    write_down(url, "Grüße")
    pg.stop()
    assert not pg.answers()
    pg.start()
    assert read_back(url) == [("Grüße",)]


def test_a_postgres_that_was_killed_still_has_what_was_committed(pg: Postgres) -> None:
    url = pg.new_database()
    write_down(url, "kept")
    pg.kill()
    assert not pg.answers()
    pg.start()
    assert read_back(url) == [("kept",)]


def test_a_frozen_postgres_lets_its_clients_wait_until_it_is_thawed(pg: Postgres) -> None:
    with psycopg.connect(pg.url) as early:
        pg.pause()
        with pytest.raises(psycopg.errors.ConnectionTimeout):
            psycopg.connect(pg.url, connect_timeout=2)
        pg.resume()
        assert early.execute("SELECT 1").fetchone() == (1,)
    assert pg.answers()


def test_a_frozen_postgres_can_be_stopped(pg: Postgres) -> None:
    pg.pause()
    pg.stop()
    pg.start()
    assert pg.answers()


def test_every_new_database_is_empty(pg: Postgres) -> None:
    write_down(pg.new_database(), "elsewhere")
    with psycopg.connect(pg.new_database()) as connection:
        tables = connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")
        assert tables.fetchall() == []


def test_a_postgres_lets_in_nobody_without_its_password(pg: Postgres) -> None:
    stranger = pg.url.replace(pg.url.split(":")[2].split("@")[0], "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stranger)


def test_a_postgres_that_cannot_start_says_why_in_its_own_words(pg: Postgres) -> None:
    pg.stop()
    pg.command.append("--nonsense=1")
    with pytest.raises(ServerFailed, match=r"did not start(.|\n)*nonsense"):
        pg.start()
    pg.command.pop()
    pg.start()
    assert pg.answers()


@as_root
def test_roots_postgres_runs_as_nobody_in_a_folder_of_nobodys(pg: Postgres) -> None:
    with psycopg.connect(pg.url) as connection:
        assert psutil.Process(connection.info.backend_pid).username() == "nobody"
    data = (pg.folder / "data").stat()
    assert (data.st_uid, stat.S_IMODE(data.st_mode)) == (unprivileged().uid, 0o700)


@as_root
def test_a_wheel_below_roots_home_is_copied_to_where_nobody_can_run_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = next(Path(entry) for entry in sys.path if (Path(entry) / WHEEL).is_dir())
    for part in (WHEEL, f"{WHEEL}.libs"):
        shutil.copytree(site / part, tmp_path / part, symlinks=True)
    tmp_path.chmod(0o700)
    monkeypatch.syspath_prepend(tmp_path)
    with postgres(prefer_package=True) as server:
        assert Path(server.command[0]).is_relative_to(server.folder)
        write_down(server.url, "copied")
        assert read_back(server.url) == [("copied",)]


def test_where_no_postgres_runs_one_is_told_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(PostgresUnavailable, match="install postgresql"):
        programs_for(Helpless(), tmp_path)


def test_a_valkey_that_was_stopped_comes_back_with_its_data(vk: Valkey) -> None:
    with client_of(vk) as client:
        client.set("word", "Grüße")
        vk.stop()
        with pytest.raises(NoConnection):
            client.get("word")
        vk.start()
        assert client.get("word") == "Grüße"


def test_a_valkey_that_was_killed_still_has_what_it_acknowledged(vk: Valkey) -> None:
    with client_of(vk) as client:
        client.set("word", "kept")
        vk.kill()
        assert not vk.answers()
        vk.start()
        assert client.get("word") == "kept"


def test_a_frozen_valkey_lets_its_clients_wait_until_it_is_thawed(vk: Valkey) -> None:
    with client_of(vk) as client:
        client.set("word", "patience")
        vk.pause()
        with pytest.raises(NoAnswer):
            client.get("word")
        vk.resume()
        assert vk.answers()
        assert client.get("word") == "patience"


def test_a_flushed_valkey_has_forgotten(vk: Valkey) -> None:
    with client_of(vk) as client:
        client.set("word", "gone")
        vk.flush()
        assert client.keys() == []


def test_a_valkey_that_is_not_durable_comes_back_empty() -> None:
    with valkey(durable=False) as server, client_of(server) as client:
        client.set("word", "gone")
        server.stop()
        server.start()
        assert client.keys() == []


def test_a_valkey_finds_again_what_the_last_one_kept_in_the_folder(tmp_path: Path) -> None:
    for expected in (None, "kept"):
        with valkey(folder=tmp_path / "kept") as server, client_of(server) as client:
            assert client.set("word", "kept", get=True) == expected


def test_nobody_else_may_open_a_valkeys_socket() -> None:
    with valkey() as server:
        path = Path(server.url.removeprefix("unix://"))
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert len(os.fsencode(path)) < 100


def test_a_valkey_that_cannot_start_says_why_in_its_own_words() -> None:
    with valkey() as server:
        server.stop()
        server.command += ["--nonsense", "1"]
        with pytest.raises(ServerFailed, match=r"did not start(.|\n)*nonsense"):
            server.start()


@pytest.mark.skipif(sys.platform != "linux", reason=f"{NOT_HERE}only Linux shares a port with one who does not listen")
def test_a_stopped_servers_port_is_given_to_nobody_else() -> None:
    with valkey(tcp=True) as server, socket.socket() as stranger:
        server.stop()
        with pytest.raises(OSError, match="in use"):
            stranger.bind(("127.0.0.1", int(server.url.split(":")[2].split("/")[0])))


@pytest.mark.parametrize("kind", ["postgres", "valkey"])
def test_no_server_outlives_tests_that_were_killed(kind: str) -> None:
    script = f"""
import psutil, time
from testing.servers.{kind} import {kind}
with {kind}() as server:
    print(server.folder, *(child.pid for child in psutil.Process().children(recursive=True)), flush=True)
    time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        folder, *pids = tests.stdout.readline().split()
        tests.kill()
    assert pids
    assert until(lambda: all(status(int(pid)) in ENDED for pid in pids))
    shutil.rmtree(folder)


def test_a_folder_of_ones_own_is_gone_afterwards() -> None:
    with own_folder() as folder:
        assert folder.is_dir()
    assert not folder.exists()

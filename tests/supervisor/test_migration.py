"""Migrations run before the supervisor starts its processes or while they run, and keep no caller waiting."""

import fcntl
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from ivr.storage.migrate import migrate
from testing.servers.postgres import Postgres
from tests.storage.newer import ADDS, TAKES_AWAY, goes_on_to
from tests.supervisor.supervised import SOON, Premises, eventually, free_port

pytestmark = pytest.mark.slow

MEANWHILE = "Callers are answered meanwhile, and this is tried again until it succeeds.\n"


def holds_older_rows(premises: Premises) -> Path:
    """Put an older version's database with a person into the supervisor's folder; return its folder for backups."""
    state = premises.folder / "s"
    migrate(f"sqlite:///{state}/clinic.db", "0004")
    with closing(sqlite3.connect(state / "clinic.db")) as write:
        write.execute(
            "INSERT INTO staff (name, password_hash, active, created) VALUES ('asha', '', 1, '2026-11-23 08:00:00')"
        )
        write.commit()
    return state / "backups"


def revision(premises: Premises) -> str:
    with closing(sqlite3.connect(premises.folder / "s" / "clinic.db")) as read:
        return str(read.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_the_tables_are_made_before_the_processes_start(premises: Premises) -> None:
    premises.procfile(web="/bin/sh -c 'test -e s/clinic.db && touch in-order; exec /bin/sh quiet.sh web'")
    supervisor = premises.start(TABLES="real")
    assert premises.pid("web")
    assert (premises.folder / "in-order").exists()
    assert "The database is up to date.\n" in supervisor.said


def test_the_place_of_the_older_state_is_said_before_the_start(premises: Premises) -> None:
    backups = holds_older_rows(premises)
    supervisor = premises.start(TABLES="real")
    said = supervisor.says("The older state (revision 0004) is kept as ")
    (kept,) = backups.iterdir()
    assert f"is kept as {kept}\n" in said
    assert premises.pid("web")


def test_where_the_older_state_cannot_be_kept_callers_are_answered_until_it_can(premises: Premises) -> None:
    backups = holds_older_rows(premises)
    backups.touch()
    supervisor = premises.start(TABLES="real")
    said = supervisor.says(MEANWHILE)
    assert "the tables are not changed, since the older state cannot be kept: the backup failed" in said
    assert "To go on without: flask --app wsgi database upgrade --without-backup\n" in said
    assert premises.pid("web")
    assert revision(premises) == "0004"
    backups.unlink()
    supervisor.says("The database is up to date.\n")
    assert revision(premises) != "0004"


def test_a_postgresql_that_is_down_at_the_start_is_waited_for_while_callers_are_answered(
    premises: Premises, postgres_server: Postgres
) -> None:
    postgres_server.start()
    url = postgres_server.new_database()
    postgres_server.stop()
    supervisor = premises.start(TABLES="real", DATABASE_URL=url)
    assert premises.pid("web")
    said = supervisor.says(MEANWHILE)
    at = url.rpartition("@")[2].partition("/")
    where = f"the database (postgresql at {at[0]}, {at[2]}) cannot be used"
    assert f"{where}: OperationalError: nobody listens there: is it running?\n" in said
    assert url.partition("@")[0].rpartition(":")[2] not in said, "its password"
    postgres_server.start()
    supervisor.says("The database is up to date.\n")
    with psycopg.connect(url) as read:
        assert read.execute("SELECT count(*) FROM requests").fetchone() == (0,)
    assert supervisor.stop() == 0
    assert supervisor.said.count(where) == 1, "once, however often it is tried"
    postgres_server.drop(url)


def test_a_postgresql_that_hangs_at_the_start_holds_nobody_up(premises: Premises, postgres_server: Postgres) -> None:
    postgres_server.start()
    url = postgres_server.new_database()
    postgres_server.pause()
    try:
        supervisor = premises.start(TABLES="real", DATABASE_URL=url, patience={"tables": SOON})
        assert premises.pid("web")
        assert supervisor.stop() == 0
    finally:
        postgres_server.resume()
        postgres_server.drop(url)


def test_a_slow_database_does_not_hold_up_a_stop(premises: Premises) -> None:
    supervisor = premises.start(TABLES="slow")
    eventually((premises.folder / "migrating").exists)
    assert supervisor.stop() == 0
    assert not (premises.folder / "s" / "redis.sock").exists()


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    subprocess.run(["dd", "if=/dev/zero", f"of={disk}/rubbish"], check=False, capture_output=True)
    try:
        yield
    finally:
        (disk / "rubbish").unlink()


def test_a_disk_that_is_full_at_the_start_is_named_and_callers_are_answered(
    premises: Premises, small_disk: Path
) -> None:
    state = small_disk / "s"
    with filled(small_disk):
        supervisor = premises.start(TABLES="real", STATE_DIR=str(state), REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
        assert premises.pid("web")
        said = supervisor.says(MEANWHILE)
        assert "cannot be used: " in said
        assert "disk" in said or "No space left on device" in said
    supervisor.says("The database is up to date.\n")
    assert (state / "clinic.db").stat().st_size


def test_a_redis_without_room_at_the_start_is_started_when_there_is_some(premises: Premises, small_disk: Path) -> None:
    state = small_disk / "s"
    with filled(small_disk):
        supervisor = premises.start(STATE_DIR=str(state), patience={"redis": SOON})
        assert premises.pid("web")
        assert supervisor.runs
    eventually((state / "redis.sock").exists)


def test_a_process_that_still_changes_the_tables_does_not_hold_up_the_start(premises: Premises) -> None:
    """Callers are answered while another process still changes the tables.

    This test holds the folder's lock, as a frozen migration does. The supervisor gives its own migration three seconds.
    """
    holds_older_rows(premises)
    folder = os.open(premises.folder / "s", os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    supervisor = premises.start(TABLES="real", patience={"tables": 3.0})
    supervisor.says("The database is still being brought up to date; callers are answered meanwhile.\n")
    assert premises.pid("web")
    assert revision(premises) == "0004"
    os.close(folder)
    supervisor.says("The database is up to date.\n")


@pytest.mark.parametrize(
    ("invented", "says"),
    [
        (
            ADDS,
            "The database is of a newer version (revision 9001). It serves this version too and is left as it is.\n",
        ),
        (TAKES_AWAY, "the database is of a newer version (revision 9002) and does not serve this one: requests.rang_"),
    ],
)
def test_on_the_tables_of_a_newer_version_the_line_starts(premises: Premises, invented: str, says: str) -> None:
    url = f"sqlite:///{premises.folder}/s/clinic.db"
    migrate(url)
    goes_on_to(url, invented, premises.folder)
    supervisor = premises.start(TABLES="real")
    assert premises.pid("web")
    supervisor.says(says)
    assert "Traceback" not in supervisor.said

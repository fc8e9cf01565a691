"""An upgrade backs up the older state before rows change, keeps three backups, and stops if it cannot make one."""

import ast
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, insert, inspect, text

from config.settings import ROOT
from ivr.operations.backup import TRIED, BackupRefused, check, tidy
from ivr.operations.pg_dump import dump
from ivr.operations.restore import prepared, requests_in, restore
from ivr.operations.upgrade import ANY, AS_THEY_WERE, changed, changed_by, upgrade
from ivr.storage import schema
from ivr.storage.database import sqlite_path
from ivr.storage.migrate import MigrationRefused, migrate
from ivr.storage.revisions import MIGRATIONS, revisions, schema_at
from testing.servers.postgres import Postgres
from tests.conftest import NO_PG_DUMP, with_driver

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
HEAD = revisions()[-1]
OLD = "0005"
"""The older revision from which the tests upgrade; the next migration changes the table `requests` and no other."""

KEPT = f"before-{HEAD}-20261123-083000Z"
WAY_ON = "To go on without: flask --app wsgi database upgrade --without-backup"
NOT_THOSE = "its tables are missing: they are not those that its revision made, and are left as they are; see docs/"
STOPPED = "the tables are not changed, since the older state cannot be kept: "


def request(reference: str) -> dict[str, Any]:
    row = {
        "reference": reference,
        "kind": "booking",
        "line": "main",
        "phone": f"+91999990{reference}",
        "language": "en",
    }
    return {**row, "due": NOW, "created": NOW, "status": "open", "call_sid": "CA1", "rang_again": 0}


def somebody() -> dict[str, Any]:
    return {"name": "asha", "password_hash": "none", "active": True, "created": NOW}


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@pytest.fixture
def postgres_programs(postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of PostgreSQL's own programs, which is put first on PATH."""
    programs = Path(postgres_server.command[0]).parent
    if not (programs / "pg_dump").exists():
        pytest.skip(f"{NO_PG_DUMP}this PostgreSQL came without it")
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return programs


@pytest.fixture
def empty_sqlite(tmp_path: Path) -> str:
    """The address of a SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path}/clinic.db"


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """The address of a database without tables. Each test runs once with SQLite and once with PostgreSQL."""
    if request.param == "postgres":
        request.getfixturevalue("postgres_programs")
    url: str = request.getfixturevalue(f"empty_{request.param}")
    return url


def at_old(url: str) -> str:
    """Bring the database at this url to the older revision, with one request in it; return the url."""
    migrate(url, OLD)
    with connected(url) as write:
        write.execute(insert(schema.requests).values(request("12345")))
    return url


@pytest.fixture
def old_url(empty_url: str) -> str:
    """The address of a database at an older revision, with a request. The test runs on SQLite and on PostgreSQL."""
    return at_old(empty_url)


@pytest.fixture
def old_sqlite(empty_sqlite: str) -> str:
    """The address of a SQLite database at an older revision and with a request."""
    return at_old(empty_sqlite)


@pytest.fixture
def old_postgres(empty_postgres: str) -> str:
    """The address of a PostgreSQL database at an older revision and with a request."""
    return at_old(empty_postgres)


def set_for_all(url: str, **limits: str) -> None:
    """Set these limits for everybody who connects to the database at this url from now on."""
    with connected(url) as owner:
        name = owner.scalar(text("SELECT current_database()"))
        for limit, value in limits.items():
            owner.execute(text(f"ALTER DATABASE {name} SET {limit} = '{value}'"))


def upgraded(url: str, state_dir: Path, now: datetime = NOW, **more: bool) -> list[str]:
    """Upgrade the database at this url; return the messages before the last one, which says that it is up to date."""
    said: list[str] = []
    upgrade(url, state_dir, now, said.append, **more)
    assert revision(url) == HEAD
    assert said.pop() == "The database is up to date."
    return said


def revision(url: str) -> str:
    with connected(url) as read:
        return schema_at(read).has


def rename(url: str, table: str, name: str) -> None:
    with connected(url) as owner:
        owner.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))


def kept(state_dir: Path) -> list[str]:
    folder = state_dir / "backups"
    return sorted(each.name for each in folder.iterdir() if not each.name.startswith(TRIED)) if folder.is_dir() else []


def is_old_state(url: str) -> bool:
    """Return whether the database at this url is still at the older revision, with its request."""
    with connected(url) as read:
        columns = {each["name"] for each in inspect(read).get_columns("requests")}
        return "merged_into" not in columns and read.scalars(text("SELECT reference FROM requests")).all() == ["12345"]


# -- kept


def test_an_upgrade_that_changes_rows_keeps_the_older_state(
    old_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    said = upgraded(old_url, tmp_path)
    (name,) = kept(tmp_path)
    file = tmp_path / "backups" / name
    assert said == [f"The tables change. The older state (revision {OLD}) is kept as {file}"]
    assert [stat.S_IMODE(each.stat().st_mode) for each in (file, file.parent)] == [0o600, 0o700]
    if old_url.startswith("sqlite"):
        assert (name, check(file), requests_in(file)) == (f"{KEPT}.db", OLD, 1)
        assert is_old_state(f"sqlite:///{file}")
        return
    assert name == f"{KEPT}.dump"
    server: Postgres = request.getfixturevalue("postgres_server")
    restored = server.new_database()
    subprocess.run(["pg_restore", "--no-owner", "--exit-on-error", f"--dbname={restored}", file], check=True)
    assert is_old_state(with_driver(restored))
    server.drop(restored)


def test_an_older_state_is_put_back_by_restore(old_sqlite: str, tmp_path: Path) -> None:
    upgraded(old_sqlite, tmp_path)
    with connected(old_sqlite) as write:
        write.execute(insert(schema.requests).values(request("54321")))
    database = sqlite_path(old_sqlite)
    with prepared(tmp_path / "backups" / f"{KEPT}.db", database) as part:
        restore(part, database, tmp_path / "replaced.db")
    assert (requests_in(database), requests_in(tmp_path / "replaced.db")) == (1, 2)
    assert revision(old_sqlite) == HEAD


def test_where_no_row_changes_nothing_is_kept(empty_url: str, tmp_path: Path) -> None:
    assert upgraded(empty_url, tmp_path) == [], "there was nothing"
    with connected(empty_url) as write:
        write.execute(insert(schema.requests).values(request("12345")))
    assert upgraded(empty_url, tmp_path) == [], "it was up to date"
    assert kept(tmp_path) == []


def test_only_rows_of_a_table_that_changes_count(empty_url: str, tmp_path: Path) -> None:
    migrate(empty_url, OLD)
    with connected(empty_url) as write:
        write.execute(insert(schema.staff).values(somebody()))
    assert upgraded(empty_url, tmp_path) == []
    assert kept(tmp_path) == []


def test_a_database_with_tables_of_others_only_has_no_older_state(empty_postgres: str, tmp_path: Path) -> None:
    with connected(empty_postgres) as write:
        write.execute(text("CREATE TABLE recipes AS SELECT 1 AS id"))
    assert upgraded(empty_postgres, tmp_path) == []


def test_the_last_three_stay_whatever_they_are_before(old_sqlite: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    day = "before-{}-202611{}-083000Z.{}"
    before = [day.format("0009", 19, "db"), day.format("0007", 20, "dump"), day.format("0004", 21, "db")]
    others = ["clinic-20261101-000000.db", "clinic-20261102-000000.db", "before-the-move.db"]
    for name in (*before, *others):
        (folder / name).touch()
    upgraded(old_sqlite, tmp_path)
    assert kept(tmp_path) == sorted([*before[1:], f"{KEPT}.db", *others])
    assert [each.name for each in tidy(folder, 1, folder / others[1])] == ["clinic-20261101-000000.db"], (
        "nor do backups count them"
    )
    assert len(kept(tmp_path)) == 5


def test_a_migration_that_fails_keeps_the_backups_of_earlier_upgrades(old_url: str, tmp_path: Path) -> None:
    """A migration that meets other tables is tried again and again, and each try keeps the older state."""
    folder, end = tmp_path / "backups", "db" if old_url.startswith("sqlite") else "dump"
    folder.mkdir()
    before = [f"before-{each}-202611{day}-083000Z.{end}" for each, day in (("0003", 19), ("0004", 20), ("0005", 21))]
    for name in before:
        (folder / name).touch()
    rename(old_url, "errands", "elsewhere")
    for second in range(4):
        with pytest.raises(MigrationRefused, match=NOT_THOSE):
            upgraded(old_url, tmp_path, NOW + timedelta(seconds=second))
    assert kept(tmp_path) == [*before, f"before-{HEAD}-20261123-083003Z.{end}"]
    rename(old_url, "elsewhere", "errands")
    upgraded(old_url, tmp_path, NOW + timedelta(minutes=1))
    assert kept(tmp_path) == [*before[1:], f"before-{HEAD}-20261123-083100Z.{end}"]


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE day_counts (id INTEGER)",
        "CREATE TABLE live_requests (id INTEGER)",
        "CREATE INDEX live_requests ON requests (phone)",
        "ALTER TABLE requests ADD COLUMN merged_into INTEGER",
        "DROP INDEX one_live_request",
        "ALTER TABLE requests RENAME COLUMN due TO moment",
        "ALTER TABLE errands RENAME COLUMN request_id TO request",
    ],
)
def test_tables_that_somebody_has_changed_are_named_as_such(old_url: str, tmp_path: Path, change: str) -> None:
    """An upgrade may lack a column or an index, or meet a table, a column or an index that is already there."""
    with connected(old_url) as owner:
        owner.execute(text(change))
    with pytest.raises(MigrationRefused) as refused:
        upgraded(old_url, tmp_path)
    assert str(refused.value).endswith(f": its tables are of another version: {AS_THEY_WERE}")
    assert revision(old_url) == OLD


def test_a_backup_of_tables_that_somebody_has_changed_is_named_as_such(old_sqlite: str, tmp_path: Path) -> None:
    with connected(old_sqlite) as owner:
        owner.execute(text("CREATE TABLE day_counts (id INTEGER)"))
    says = "(OperationalError SQLITE_ERROR: its tables are of another version: restore another backup)"
    with (
        pytest.raises(BackupRefused, match=re.escape(f"clinic.db could not be brought up to date {says}")),
        prepared(sqlite_path(old_sqlite), tmp_path / "new.db"),
    ):
        pass


def test_a_failing_upgrade_keeps_the_backup_by_which_the_version_was_taken_back(
    old_sqlite: str, tmp_path: Path
) -> None:
    """Each upgrade to the same version that has succeeded leaves a backup of its own, whatever failed in between."""
    database, folder = sqlite_path(old_sqlite), tmp_path / "backups"
    succeeded: list[str] = []
    for day in range(2):
        upgraded(old_sqlite, tmp_path, NOW + timedelta(days=day))
        (latest,) = set(kept(tmp_path)) - set(succeeded)
        succeeded.append(latest)
        for file in tmp_path.glob("clinic.db*"):
            file.unlink()
        database.write_bytes((folder / latest).read_bytes())
        rename(old_sqlite, "errands", "elsewhere")
        for second in (1, 2):
            moment = NOW + timedelta(days=day, seconds=second)
            with pytest.raises(MigrationRefused, match=NOT_THOSE):
                upgraded(old_sqlite, tmp_path, moment)
            assert kept(tmp_path) == [*succeeded, f"before-{HEAD}-{moment:%Y%m%d-%H%M%S}Z.db"]
        rename(old_sqlite, "elsewhere", "errands")


def test_where_older_backups_cannot_be_removed_the_upgrade_is_done_and_says_so(old_sqlite: str, tmp_path: Path) -> None:
    for day in (19, 20, 21):
        (tmp_path / "backups" / f"before-0003-202611{day}-083000Z.db").mkdir(parents=True)
    assert upgraded(old_sqlite, tmp_path)[1:] == [
        "The tables have changed, but older backups could not be removed (Is a directory)"
    ]


def test_limits_of_the_database_on_a_transaction_do_not_end_an_upgrade(
    old_postgres: str, tmp_path: Path, postgres_programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit of the server's owner ends an idle transaction, as this one is while the older state is dumped."""
    set_for_all(old_postgres, idle_in_transaction_session_timeout="500ms")
    stands_in(tmp_path, f'sleep 1; exec {postgres_programs}/pg_dump "$@"', monkeypatch)
    upgraded(old_postgres, tmp_path)
    assert kept(tmp_path) == [f"{KEPT}.dump"]


UPGRADES = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ivr.operations.upgrade import upgrade
print("ready", flush=True)
sys.stdin.readline()
upgrade(sys.argv[1], Path(sys.argv[2]), datetime.now(UTC), lambda line: print(line, flush=True))
"""


def test_of_processes_that_start_at_once_one_keeps_the_older_state(old_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", UPGRADES, old_url, str(tmp_path)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    copies = [subprocess.Popen(command, cwd=ROOT, text=True, **pipes) for _ in range(3)]
    assert [copy.stdout.readline() for copy in copies if copy.stdout] == ["ready\n"] * 3
    for copy in copies:
        assert copy.stdin
        copy.stdin.write("now\n")
        copy.stdin.flush()
    told = [copy.communicate(timeout=60) for copy in copies]
    assert [copy.returncode for copy in copies] == [0] * 3, told
    assert sum("is kept as" in out for out, _ in told) == len(kept(tmp_path)) == 1


# -- stopped


def test_a_folder_that_cannot_be_written_stops_the_upgrade(old_url: str, tmp_path: Path) -> None:
    (tmp_path / "backups").touch()
    with pytest.raises(MigrationRefused) as stopped:
        upgraded(old_url, tmp_path)
    assert str(stopped.value) == f"{STOPPED}the backup failed (File exists). {WAY_ON}"
    assert is_old_state(old_url)
    assert upgraded(old_url, tmp_path, keeps=False) == []


def test_a_full_disk_stops_the_upgrade(old_url: str, tmp_path: Path, small_disk: Path) -> None:
    filled = subprocess.run(["dd", "if=/dev/zero", f"of={small_disk}/rubbish"], check=False, capture_output=True)
    assert b"No space left" in filled.stderr
    with pytest.raises(MigrationRefused, match=STOPPED) as stopped:
        upgraded(old_url, small_disk)
    assert "\n" not in str(stopped.value)
    assert is_old_state(old_url)
    assert kept(small_disk) == [], "nothing half-made is left"


def test_without_pg_dump_the_upgrade_stops_and_says_what_to_install(
    old_postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MigrationRefused) as stopped:
        upgraded(old_postgres, tmp_path)
    missing = "pg_dump is not installed (Debian: apt-get install postgresql-client)"
    assert str(stopped.value) == f"{STOPPED}{missing}. {WAY_ON}"
    assert is_old_state(old_postgres)
    assert upgraded(old_postgres, tmp_path, keeps=False) == []
    assert kept(tmp_path) == []


def stands_in(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a fake pg_dump, which only runs this script, into the folder; put the folder first on PATH."""
    program = folder / "pg_dump"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def test_a_pg_dump_that_fails_stops_the_upgrade_with_its_own_words(
    old_postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "echo 'pg_dump: warning: old' >&2; echo 'pg_dump: error: server version mismatch' >&2; exit 1"
    stands_in(tmp_path, script, monkeypatch)
    with pytest.raises(MigrationRefused) as stopped:
        upgraded(old_postgres, tmp_path)
    assert str(stopped.value) == f"{STOPPED}pg_dump: error: server version mismatch. {WAY_ON}"
    assert is_old_state(old_postgres)
    assert kept(tmp_path) == []


def test_pg_dump_is_given_up_on_after_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stands_in(tmp_path, "exec sleep 60", monkeypatch)
    with pytest.raises(BackupRefused, match="pg_dump took more than 0 s"):
        dump("postgresql+psycopg://asha:hunter22@127.0.0.1/desk", tmp_path / "desk.dump", timeout=0.1)
    assert not (tmp_path / "desk.dump").exists()


@pytest.mark.parametrize(
    ("user", "password"), [("asha:hunter%5C%2022%20@", "hunter\\ 22 "), ("asha@", "of-the-surroundings")]
)
def test_pg_dump_gets_the_password_by_its_environment_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: str, password: str
) -> None:
    monkeypatch.setenv("PGPASSWORD", "of-the-surroundings")
    stands_in(tmp_path, f'printf "%s|" "$PGPASSWORD" "$@" > {tmp_path}/given', monkeypatch)
    dump(f"postgresql+psycopg://{user}127.0.0.1/desk", tmp_path / "desk.dump")
    told, *arguments, address, _end = (tmp_path / "given").read_text().split("|")
    assert (told, address) == (password, "postgresql://asha@127.0.0.1/desk")
    assert "hunter" not in str(arguments)
    assert os.environ["PGPASSWORD"] == "of-the-surroundings"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "of a newer version (revision 9999) and does not serve"),
        ("DELETE FROM alembic_version", "of no known revision and does not serve this one: "),
        ("DROP TABLE alembic_version", "of no known revision and does not serve this one: no table alembic_version"),
    ],
)
def test_tables_of_another_version_that_do_not_serve_are_refused_and_left(
    old_url: str, tmp_path: Path, change: str, says: str
) -> None:
    with connected(old_url) as newer:
        newer.execute(text(change))
    with pytest.raises(MigrationRefused) as refused:
        upgrade(old_url, tmp_path, NOW, print)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
    assert kept(tmp_path) == []
    assert is_old_state(old_url)


@pytest.mark.parametrize("url", ["postgresql://u:hunter22@127.0.0.1:1/desk", "sqlite:////proc/nowhere/clinic.db"])
def test_a_database_that_cannot_be_used_is_one_line_that_says_where(tmp_path: Path, url: str) -> None:
    with pytest.raises(MigrationRefused) as refused:
        upgrade(url, tmp_path, NOW, print)
    assert re.fullmatch(
        r"the database \((postgresql at 127.0.0.1:1, desk|sqlite, /proc/.*)\) cannot be used: .+", str(refused.value)
    )
    assert "hunter22" not in str(refused.value)


CHANGES = {
    "0001": set(),
    "0002": {"requests", "history", "staff", ANY},
    "0003": set(),
    "0004": set(),
    "0005": {"staff"},
    "0006": {"requests"},
    "0007": set(),
    "0008": {"errands"},
    "0009": {"failed_logins"},
    "0010": {"requests", "errands"},
    "0011": set(),
    "0012": {"blocked_times"},
    "0013": set(),
    "0014": set(),
    "0015": set(),
    "0016": set(),
}


@pytest.mark.parametrize("revision", revisions())
def test_a_migration_is_known_by_what_it_changes(revision: str) -> None:
    assert changed_by(revision) == CHANGES[revision], "a new migration takes a line here"


def test_a_statement_counts_as_a_change_of_every_table() -> None:
    assert changed(["0001", "0002"], {"requests", "calls"}) == {"requests", "calls"}
    assert changed(["0005", "0006"], {"requests", "calls"}) == {"requests"}
    assert changed(["0001", "0003", "0004"], {"requests", "calls"}) == set()


@pytest.mark.parametrize("file", sorted(MIGRATIONS.glob("versions/*.py")), ids=lambda each: each.name)
def test_a_migration_works_through_op_alone(file: Path) -> None:
    tree = ast.parse(file.read_text())
    imported = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)}
    assert "from alembic import op" in imported
    assert imported <= {"import sqlalchemy as sa", "from alembic import op"}, "or its changes would not be seen"

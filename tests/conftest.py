"""Fixtures for all tests: real servers, an application on them, a telephone and somebody at the desk."""

import gc
import os
import pickle
import shutil
import subprocess
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import settings as hypothesis_settings
from jinja2 import FileSystemBytecodeCache
from psycopg import sql
from sqlalchemy import Connection, Engine, event

from config.settings import ROOT, Settings, read
from ivr.staff.passwords import Passwords
from ivr.staff.people import MANAGER
from ivr.storage.database import Database
from ivr.storage.migrate import migrate
from ivr.web.services import Services, build
from ivr.wiring.carriers import SETTINGS
from ivr.wiring.foundation import A_CALLER_WAITS, TimeLimits
from testing.servers.emulate import Emulate, EmulateUnavailable, emulate
from testing.servers.pgbouncer import PgBouncer, PgBouncerUnavailable, pgbouncer
from testing.servers.postgres import Postgres, PostgresUnavailable, postgres
from testing.servers.valkey import Valkey, valkey
from tests.applications import lent
from tests.carrier.twilio.account import ACCOUNT, Account, account_at
from tests.clinic import taking_wishes
from tests.inner_loop import is_slow
from tests.people import TOKEN, Clock, Phone, Staff
from workers.services import WorkerServices
from workers.services import build as build_workers

NO_POSTGRES = "PostgreSQL could not be had: "
NO_BROWSER = "a browser could not be had: "
NO_SMALL_DISK = "a disk to fill could not be had: "
NO_PROMTOOL = "promtool could not be had: "
NO_STAND_IN = "a stand-in for the carrier's REST API could not be had: "
NO_ESPEAK = "a voice for real calls could not be had: "
NO_TELEPHONE = "a telephone for real calls could not be had: "
NO_SYSTEMD = "systemd's judge of units could not be had: "
NO_PG_DUMP = "pg_dump could not be had: "
NOT_HERE = "this machine, or who runs the tests, is another than it takes: "
NO_CADDY = "Caddy could not be had: "
NO_NGINX = "nginx could not be had: "
NO_PGBOUNCER = "PgBouncer could not be had: "
NO_COMPOSE = "Docker's Compose could not be had: "
OF_THE_MACHINE = (NO_SMALL_DISK, NO_SYSTEMD, NO_PG_DUMP, NO_CADDY, NO_NGINX, NO_PGBOUNCER, NO_COMPOSE, NOT_HERE)
"""The reasons for which tests are skipped because the machine lacks something that we do not install.

Such skips are reported, and fail no run in CI.
"""

NOT_RUN = (NO_POSTGRES, NO_BROWSER, NO_PROMTOOL, NO_STAND_IN, NO_ESPEAK, NO_TELEPHONE, *OF_THE_MACHINE)
"""The reasons of skipped tests that a run reports at its end. In CI, reasons outside OF_THE_MACHINE fail a run."""

FIGURES = "figures"
"""The name of a test's property with its measurements, which the last lines of a run print."""

QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
"""A hasher of passwords that is quick; the real one takes a twentieth of a second for each, on purpose."""

UNHURRIED = A_CALLER_WAITS.times(10)
"""Ten times the limits of a caller's wait, so that on a slow test machine a store does not seem to have stalled."""

PASSWORD = "correct horse battery"
PHONE_KEY = "a-key-of-this-start"
PHONE_PAGE = f"/phone?key={PHONE_KEY}"

MEMORY = Path("/dev/shm")  # noqa: S108  # pytest and mkdtemp make folders in it that nobody else may enter
ENOUGH = 2 * 2**30
"""Bytes of free memory that are enough for the tests' files: many times the size of all of them."""


def _take_memory_for_a_disk() -> None:
    """Put the tests' files into memory if there is room, because a disk slow to flush looks like a broken store."""
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return
    room = os.statvfs(MEMORY)
    if room.f_bavail * room.f_frsize >= ENOUGH and not room.f_flag & os.ST_NOEXEC:
        tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)


def _read_once(loads: Callable[[str], dict[str, Any]]) -> Callable[[str], dict[str, Any]]:
    """Return a reader of TOML that parses each text only once, however often the tests read it."""
    read_so_far = cache(lambda text: pickle.dumps(loads(text)))
    return lambda text: pickle.loads(read_so_far(text))  # noqa: S301 - written a line above


class _Compiled(dict[Any, Any]):
    """A cache of compiled SQL statements for one kind of database, which the engines of all tests share."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, statement: Any) -> None:
        super().__setitem__(key[1:], statement)


_compiled: dict[str, _Compiled] = defaultdict(_Compiled)


def _compile_once(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_compiled[connection.dialect.name])


_take_memory_for_a_disk()
# Thousands of applications are made of the same few templates, files and statements.
Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache()}
tomllib.loads = _read_once(tomllib.loads)  # type: ignore[assignment]  # no caller of ours has floats of its own
event.listen(Engine, "engine_connect", _compile_once)

hypothesis_settings.register_profile("clinic", deadline=None, print_blob=True)
hypothesis_settings.register_profile("long", deadline=None, print_blob=True, max_examples=10_000)  # see `make fuzz`
hypothesis_settings.load_profile("clinic")


@contextmanager
def skipped_without(missing: type[Exception], reason: str) -> Iterator[None]:
    """Skip the test if the block raises `missing`. The skip's message is `reason`, followed by the error's message."""
    try:
        yield
    except missing as why:
        pytest.skip(f"{reason}{why}")


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[Valkey]:
    """A real Valkey, which keeps all its data on disk."""
    with valkey() as server:
        yield server


@pytest.fixture
def redis_url(valkey_server: Valkey) -> str:
    """The address of an empty Redis for this test."""
    valkey_server.resume()
    valkey_server.start()
    valkey_server.flush()
    return valkey_server.url


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A real PostgreSQL server for the tests."""
    with skipped_without(PostgresUnavailable, NO_POSTGRES), postgres() as server:
        yield server


@pytest.fixture(scope="session")
def pgbouncer_server(postgres_server: Postgres) -> Iterator[PgBouncer]:
    """A real PgBouncer in transaction mode, which passes its clients' queries on to the tests' PostgreSQL."""
    with skipped_without(PgBouncerUnavailable, NO_PGBOUNCER), pgbouncer(postgres_server) as server:
        yield server


@pytest.fixture
def pooled_url(pgbouncer_server: PgBouncer, postgres_url: str) -> str:
    """The address, through PgBouncer, of a PostgreSQL database with the desk's tables and no row."""
    pgbouncer_server.start()
    return pgbouncer_server.to(postgres_url)


@pytest.fixture(scope="session")
def emulate_server() -> Iterator[Emulate]:
    """A stand-in for Twilio's REST API."""
    with skipped_without(EmulateUnavailable, NO_STAND_IN), emulate(ACCOUNT, TOKEN) as server:
        yield server


@pytest.fixture
def account(emulate_server: Emulate) -> Iterator[Account]:
    """The clinic's account at Twilio, which has no number yet."""
    with account_at(emulate_server.url) as account:
        yield account


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the desk's tables and no row, which tests copy."""
    path = tmp_path_factory.mktemp("sqlite") / "clinic.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The address of a SQLite database with the desk's tables, for this test alone."""
    path = tmp_path / "clinic.db"
    shutil.copy(migrated_sqlite, path)
    return f"sqlite:///{path}"


@dataclass
class Desks:
    """A PostgreSQL database that is emptied and lent to one test after another, since a new one takes longer."""

    server: Postgres
    as_new: str
    shape: object
    url: str = ""

    def empty(self) -> str:
        """Return the address of a PostgreSQL database with the desk's tables and no row.

        Tests share one database. A test that changes the tables makes the next test get a new database.
        """
        if not self.url or self.server.empty(self.url) != self.shape:
            self.url = self.server.new_database(like=self.as_new)
        return self.url


@pytest.fixture(scope="session")
def postgres_desks(postgres_server: Postgres) -> Desks:
    """The PostgreSQL databases that this run empties and lends to its tests."""
    postgres_server.start()
    url = postgres_server.new_database()
    migrate(with_driver(url))
    return Desks(postgres_server, url.rpartition("/")[2], postgres_server.shape(url))


@pytest.fixture
def postgres_url(postgres_desks: Desks) -> str:
    """The address of a PostgreSQL database with the desk's tables and no row."""
    postgres_desks.server.resume()
    postgres_desks.server.start()
    return with_driver(postgres_desks.empty())


def with_driver(url: str) -> str:
    """Return a PostgreSQL URL in SQLAlchemy's form, with the name of the driver."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture
def server_log(postgres_server: Postgres, postgres_url: str) -> Callable[[], str]:
    """A function that returns the lines that PostgreSQL has logged since the test began.

    The database logs the values of each statement that fails.
    """
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        wish = sql.SQL("ALTER DATABASE {} SET log_parameter_max_length_on_error = -1")
        connection.execute(wish.format(sql.Identifier(postgres_url.rpartition("/")[2])))
    path = postgres_server.folder / "server.log"
    start = path.stat().st_size

    def said() -> str:
        return path.read_bytes()[start:].decode()

    return said


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a database with the desk's tables. Each test runs once with SQLite and once with PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A client of a database with the desk's tables. The test runs once on SQLite and once on PostgreSQL."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def empty_postgres(postgres_server: Postgres) -> Iterator[str]:
    """The address of a PostgreSQL database in which no table was made yet."""
    postgres_server.start()
    url = postgres_server.new_database()
    yield with_driver(url)
    postgres_server.drop(url)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk for this test alone, which is soon full."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"{NO_SMALL_DISK}it takes the right to mount one")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def clock() -> Clock:
    """A clock that shows a Monday afternoon until the test moves it."""
    return Clock()


def settings_for(tmp_path: Path, database_url: str, redis_url: str, **more: str) -> Settings:
    """Return settings of a service on these stores. Without CLINIC_FILE, callers can make requests, but not book."""
    environ = {
        "ENV": "development",
        "PUBLIC_BASE_URL": "https://line.example",
        "SECRET_KEY": "0123456789abcdef" * 4,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "PHONE_KEY": PHONE_KEY,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "STATE_DIR": str(tmp_path),
        "CLINIC_FILE": more.get("CLINIC_FILE") or taking_wishes(tmp_path),
        **more,
    }
    return read(environ, env_file=None, carriers=SETTINGS)


@pytest.fixture
def desk_url(sqlite_url: str) -> str:
    """The address of the service's SQLite database.

    In a module that overrides this fixture with `database_url`, each test runs on SQLite and on PostgreSQL.
    """
    return sqlite_url


@pytest.fixture
def settings(tmp_path: Path, desk_url: str, redis_url: str) -> Settings:
    """The settings of a service on this test's stores."""
    return settings_for(tmp_path, desk_url, redis_url)


@pytest.fixture
def time_limits() -> TimeLimits:
    """The limits of a caller's wait for the stores, long ones for a busy machine.

    A test module that stalls a store overrides this fixture with the service's own limits.
    """
    return UNHURRIED


@pytest.fixture
def services(settings: Settings, clock: Clock, time_limits: TimeLimits) -> Iterator[Services]:
    """The services of the web application, on the test's stores."""
    services = build(settings, clock, QUICK, clock.seconds, time_limits)
    yield services
    services.close()


@pytest.fixture
def app(services: Services) -> Iterator[Flask]:
    """The Flask application of the clinic, on the test's stores."""
    with lent(services) as app:
        yield app


@pytest.fixture
def phone(app: Flask, services: Services) -> Phone:
    """A telephone in the hand of a caller of the clinic's line."""
    return Phone(app, services)


@pytest.fixture
def worker(settings: Settings, clock: Clock) -> Iterator[WorkerServices]:
    """The services that the workers' jobs use, on the same stores as the web application's."""
    worker = build_workers(settings, clock, clock.seconds)
    yield worker
    worker.database.close()


@pytest.fixture
def staff(app: Flask, services: Services) -> Staff:
    """Somebody logged in at this service's desk."""
    return at_the_desk(Phone(app, services))


def at_the_desk(phone: Phone, name: str = "asha", role: str = MANAGER) -> Staff:
    """Add somebody to the desk of this telephone's service; return them, logged in."""
    phone.services.staff.people.add(name, PASSWORD, phone.services.clock(), role)
    person = Staff(phone.app, name, PASSWORD)
    assert person.logs_in().status_code == 302
    return person


# -- what runs, and in which order

LONGEST = (
    *("chaos/test_campaign", "commands/test_line_check", "line/checks/test_checks", "supervisor/test_migration"),
    *("sip/test_calls", "chaos/test_siege", "web/preview/test_transcripts", "supervisor/test_embedded_redis"),
    "workers/test_processes",
    *("browser/test_every_page", "web/preview/test_pages", "supervisor/", "browser/test_typed", "test_any_keys"),
)
"""The test modules that take longest, the longest first, because a late start would prolong the whole test run."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that shows which tests of the browser act before a page's scripts have run."""
    parser.addoption("--late-scripts", action="store_true", help="tests/browser: a slow network brings the scripts")


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Function]) -> Generator[None, None, None]:
    """Mark tests outside the inner loop as slow before pytest applies `-m`; put the longest remaining tests first."""
    for item in items:
        if is_slow(item):
            item.add_marker("slow")
    yield
    items[:] = _longest_first(items)


def _longest_first(items: list[pytest.Function]) -> list[pytest.Function]:
    """Return the tests in a new order, in which each test process begins with some of the longest modules."""
    modules: dict[str, list[pytest.Function]] = {}
    for item in items:
        modules.setdefault(str(item.path.relative_to(ROOT / "tests")), []).append(item)
    places = {name: next((n for n, long in enumerate(LONGEST) if name.startswith(long)), None) for name in modules}
    longest = sorted((name for name, place in places.items() if place is not None), key=lambda name: places[name] or 0)
    others = [name for name, place in places.items() if place is None]
    hands = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    parts: list[pytest.Function] = []
    for hand in range(hands):
        parts += (item for name in longest[hand::hands] for item in modules[name])
        while others and len(parts) < len(items) * (hand + 1) // hands:
            parts += modules[others.pop(0)]
    return parts + [item for name in others for item in modules[name]]


# -- what could not be run is said in the last lines, and fails CI


def pytest_collection_finish() -> None:
    """Exempt the collected tests from garbage collection, which spent a quarter of a run looking through them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the measurements of the real calls, and in plain sight which tests were not run."""
    for report in terminalreporter.stats.get("passed", ()):
        for name, figures in report.user_properties:
            if name == FIGURES:
                terminalreporter.write_line(figures)
    for reason in sorted(_not_run(terminalreporter)):
        terminalreporter.write_line(f"NOT RUN: {reason}", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in CI whose tests lacked a database, the browser, or another part that must be there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    reasons = _not_run(reporter) if os.environ.get("CI") and reporter is not None else set()
    if any(not reason.startswith(OF_THE_MACHINE) for reason in reasons):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _not_run(reporter: Any) -> set[str]:
    reasons = (str(report.longrepr[2]) for report in reporter.stats.get("skipped", ()) if report.longrepr)
    return {reason.removeprefix("Skipped: ") for reason in reasons if any(each in reason for each in NOT_RUN)}

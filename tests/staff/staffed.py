"""The stores of accounts on each kind of database, and functions run at the same moment, for the tests of accounts."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Barrier

import psycopg
from argon2 import PasswordHasher
from sqlalchemy import Table, select

from ivr.staff.accounts import Accounts
from ivr.staff.authentication import Authentication
from ivr.staff.invitations import Invitations
from ivr.staff.lockout import Lockout
from ivr.staff.passwords import Passwords
from ivr.staff.people import MANAGER, People
from ivr.staff.second_factor import SecondFactors
from ivr.storage.audit import Audit
from ivr.storage.database import WORKER_TIMEOUT, Database
from ivr.storage.encryption import Cipher
from testing.servers.postgres import Postgres

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
PASSWORD = "correct horse battery"
SECRET_KEY = "0123456789abcdef" * 4

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""A quick hasher of passwords: hundreds of logins are tried here, and a real one takes a twentieth of a second each."""


def after(**time: float) -> datetime:
    """Return the moment that lies this long after the one at which the tests of accounts begin."""
    return NOW + timedelta(**time)


@dataclass(frozen=True)
class Stores:
    """The stores of the desk's accounts in one database."""

    database: Database
    people: People
    accounts: Accounts
    invitations: Invitations
    lockout: Lockout
    audit: Audit
    factors: SecondFactors
    authentication: Authentication

    def add(self, name: str, role: str = MANAGER) -> int:
        """Add a person of this name with the tests' usual password; return the person's id."""
        self.people.add(name, PASSWORD, NOW, role)
        return self.id_of(name)

    def id_of(self, name: str) -> int:
        """Return the id of the person with this name."""
        person = self.people.named(name)
        assert person is not None
        return person.id

    def enters(self, name: str, password: str = PASSWORD) -> bool:
        """Return whether a login with this name and password is let in."""
        return self.people.logged_in(name, password) is not None

    def rows(self, table: Table) -> list[dict[str, object]]:
        """Return all rows of this table."""
        with self.database.reading() as read:
            return [dict(row._mapping) for row in read.execute(select(table))]

    def told(self) -> list[tuple[str, str, str]]:
        """Return the lines of the audit, the oldest first: who did it, what, and about whom."""
        return [(line.who, line.what, line.about) for line in reversed(self.audit.page())]


def stores(url: str) -> Iterator[Stores]:
    """Yield the stores of accounts in this database, with a time limit long enough for many threads at once."""
    database, passwords = Database(url, timeout=WORKER_TIMEOUT), Passwords(QUICK)
    people, lockout, audit = People(database, passwords), Lockout(database), Audit(database)
    factors = SecondFactors(database, Cipher(SECRET_KEY, "second factor"))
    authentication = Authentication(people, lockout, factors, audit)
    yield Stores(
        database, people, Accounts(database), Invitations(database, passwords), lockout, audit, factors, authentication
    )
    database.close()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run these functions in threads that begin at the same moment; return the result or the error of each."""
    barrier = Barrier(len(acts))

    def does(act: Callable[[], object]) -> object:
        barrier.wait(timeout=10)
        try:
            return act()
        except Exception as error:  # the test looks at the error
            return error

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(does, acts))


def somebody_waits(postgres_server: Postgres) -> bool:
    """Return whether a transaction at this PostgreSQL server waits for the lock of another."""
    with psycopg.connect(postgres_server.url) as connection:
        return connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone() is not None

"""Restarts hosts one after another while people call, with a database one revision ahead of the hosts' program.

docs/deploy.md upgrades the database first, so that for a while the old program works on newer tables. Here today's
program takes the old program's part, since a clone has no older one. The revision is invented, and only adds to the
tables.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from chaos.campaign import run_at
from chaos.fleet.host import Host
from chaos.plan import Wanted
from chaos.premises import Premises, await_webs, premises
from chaos.reckoning import Reckoning

STEP = """
    ALTER TABLE requests ADD COLUMN urgency varchar(20);
    ALTER TABLE appointments ADD COLUMN urgency varchar(20);
    ALTER TABLE history ADD COLUMN told boolean NOT NULL DEFAULT true;
    CREATE TABLE rooms (id integer PRIMARY KEY, name varchar(20));
    UPDATE alembic_version SET version_num = '9001'
"""
"""The SQL of an invented migration that only adds to the tables, so that a program which does not know it works on."""

LOCK_WAITS = "-c lock_timeout=2s"
"""PostgreSQL's option that limits how long the migration in STEP waits for a table's lock.

Callers' queries wait behind that migration. So the migration soon gives up, and is tried again.
"""

MOST_TRIES = 10

SETTLED_IN = 2.0
"""Seconds between two restarts of hosts, in which calls go on over all hosts."""


BOTH_WAYS = (True, False)
"""The two ways to restart a host.

True: nginx sends the host no requests meanwhile. False: nginx still tries the host, is refused, and asks another.
"""


@dataclass
class Restarts:
    """The restarts of all hosts in a campaign, and how they went."""

    hosts: int
    ways: Sequence[bool] = BOTH_WAYS
    done: int = 0
    """The number of restarts of a host that were over while people still called."""
    killed: int = 0
    """The number of restarts of a host at which a process did not end in time and had to be killed."""
    trouble: str = ""
    """The error that prevented the remaining restarts; empty for none."""
    _over: threading.Event = field(default_factory=threading.Event)

    @property
    def wanted(self) -> int:
        """The number of restarts to make, because each host is restarted once by each of `ways`."""
        return self.hosts * len(self.ways)

    @contextmanager
    def going_on(self, place: Premises, _began: float) -> Iterator[Sequence[float]]:
        """Restart each host once in each of `ways` (see BOTH_WAYS), one after another, while the block runs."""
        thread = threading.Thread(target=self._try, args=[place])
        thread.start()
        try:
            yield ()
        finally:
            self._over.set()
            thread.join()

    def _try(self, place: Premises) -> None:
        try:
            self._all(place)
        except Exception as failed:
            self.trouble = repr(failed)

    def _all(self, place: Premises) -> None:
        self._over.wait(SETTLED_IN)
        go_one_step_ahead(place.settings.database_url)
        for left_out in self.ways:
            for host in place.hosts.values():
                if self._over.wait(SETTLED_IN):
                    return
                self.killed += not restart(place, host, left_out=left_out)
                self.done += not self._over.is_set()


def go_one_step_ahead(url: str) -> None:
    """Apply an invented revision, which the program does not know, to the campaign's database. Raises psycopg.Error."""
    for tries in range(MOST_TRIES):
        try:
            with psycopg.connect(url.replace("+psycopg", ""), options=LOCK_WAITS) as connection:
                connection.execute(STEP)
        except psycopg.errors.LockNotAvailable:
            if tries == MOST_TRIES - 1:
                raise
        else:
            return


def restart(place: Premises, host: Host, *, left_out: bool) -> bool:
    """Restart a host, and wait until its web answers; return whether all its processes ended by themselves.

    With `left_out`, nginx sends the host no requests meanwhile. Otherwise nginx tries the host, then asks another.
    """
    if left_out and place.proxy:
        place.proxy.leave_out(host.port)
    orderly = host.ends()
    host.begins()
    await_webs([host.port])
    if left_out and place.proxy:
        place.proxy.leave_out()
    return orderly


@dataclass(frozen=True)
class Rolled:
    """The results of a run in which all hosts are restarted while people call."""

    reckoning: Reckoning
    restarts: Restarts
    seconds: float

    @property
    def kept(self) -> bool:
        """True if no caller noticed: no answer was wrong or missing, no promise lost, and every restart went well."""
        all_done = self.restarts.done == self.restarts.wanted and not self.restarts.killed
        return self.reckoning.kept and not self.reckoning.failures and all_done

    def line(self) -> str:
        """Return the results of the restarts and of the calls, as the terminal shows them."""
        met = ", ".join(f"{what} {times}" for what, times in sorted(self.reckoning.failures.items()))
        return (
            f"hosts restarted {self.restarts.done} of {self.restarts.wanted} in {self.seconds:.0f} s of calls, "
            f"killed in that {self.restarts.killed}, "
            f"answers wrong or missing {sum(self.reckoning.failures.values())}{f' ({met})' if met else ''}\n"
            f"{self.reckoning.line()}{f'{chr(10)}{self.restarts.trouble}' if self.restarts.trouble else ''}"
        )


def run(wanted: Wanted, say: Callable[[str], None], ways: Sequence[bool] = BOTH_WAYS) -> Rolled:
    """Restart each host of a campaign once in each of `ways` while people call, check the promises; return all results.

    BOTH_WAYS describes the ways of a restart. Raises CallFailed, NginxUnavailable, PostgresUnavailable.
    """
    with premises(wanted) as place:
        restarts, began = Restarts(wanted.hosts, ways), time.monotonic()
        found = run_at(place, wanted, say, restarts.going_on)
        return Rolled(found, restarts, min(time.monotonic() - began, wanted.sizes.seconds))

"""Restarts hosts one after the other while people call, with the database one step of its schema ahead.

As docs/deploy.md says, the database goes first: the old and the new program then work on tables that are newer than the
old one knows. Here both are today's program, since a clone has no other; the step is invented, and only adds.
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
"""The SQL of an invented migration that only adds tables and columns, so that an older program works on."""

LOCK_WAITS = "-c lock_timeout=2s"
"""The limit of a migration's wait for a lock: callers wait behind it, so it soon gives up and is tried again."""

MOST_TRIES = 10

SETTLED_IN = 2.0
"""Seconds between two restarts, in which calls go on over all hosts."""


BOTH_WAYS = (True, False)
"""The two ways to restart a host: nginx leaves the host out meanwhile, or meets its refusals and asks the other one."""


@dataclass
class Restarts:
    """The restarts of all hosts, and how they went."""

    hosts: int
    ways: Sequence[bool] = BOTH_WAYS
    done: int = 0
    """The number of restarts that were over while people still called."""
    killed: int = 0
    """The number of restarts at which a process did not end in time and had to be killed."""
    trouble: str = ""
    """The error that kept the other restarts from being made; empty for none."""
    _over: threading.Event = field(default_factory=threading.Event)

    @property
    def wanted(self) -> int:
        """The number of restarts that there should be."""
        return self.hosts * len(self.ways)

    @contextmanager
    def going_on(self, place: Premises, _began: float) -> Iterator[Sequence[float]]:
        """Make the restarts until the end of the block: of each host in each way, one after the other."""
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
    """Bring the database one step ahead, to the invented revision. Raises psycopg.Error."""
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
    """Restart a host; return, once its web answers again, whether all its processes ended by themselves.

    A host that is not left out of nginx is asked all the time, and nginx asks the other host instead.
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
    """The results of the restarts, and of the calls during them."""

    reckoning: Reckoning
    restarts: Restarts
    seconds: float

    @property
    def kept(self) -> bool:
        """True if no caller noticed: no answer was wrong or missing, no promise lost, and every restart went well."""
        all_done = self.restarts.done == self.restarts.wanted and not self.restarts.killed
        return self.reckoning.kept and not self.reckoning.failures and all_done

    def line(self) -> str:
        """Return the figures in one line of words."""
        met = ", ".join(f"{what} {times}" for what, times in sorted(self.reckoning.failures.items()))
        return (
            f"hosts restarted {self.restarts.done} of {self.restarts.wanted} in {self.seconds:.0f} s of calls, "
            f"killed in that {self.restarts.killed}, "
            f"answers wrong or missing {sum(self.reckoning.failures.values())}{f' ({met})' if met else ''}\n"
            f"{self.reckoning.line()}{f'{chr(10)}{self.restarts.trouble}' if self.restarts.trouble else ''}"
        )


def run(wanted: Wanted, say: Callable[[str], None], ways: Sequence[bool] = BOTH_WAYS) -> Rolled:
    """Restart the hosts while people call, check the promises, and return the results.

    Raises CallFailed, NginxUnavailable, PostgresUnavailable.
    """
    with premises(wanted) as place:
        restarts, began = Restarts(wanted.hosts, ways), time.monotonic()
        found = run_at(place, wanted, say, restarts.going_on)
        return Rolled(found, restarts, min(time.monotonic() - began, wanted.sizes.seconds))

"""Compares how many confirmed requests SQLite stores in a second over kept connections and over new connections.

Run as `python -m bench.writers [A_SECOND] [SECONDS]`. As in the service, two processes of four threads store
requests; a third process does their tasks. Both ways are tried with A_SECOND requests a second, and with as many
as SQLite can store.
"""

import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from queue import Empty
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from bench.figures import BenchFailed
from ivr.desk.outbox import Outbox
from ivr.desk.requests import NewRequest
from ivr.desk.store import RequestStore
from ivr.desk.tasks import TELL_STAFF, NewTask
from ivr.storage.breaker import Breaker
from ivr.storage.database import CALLER_TIMEOUT, WORKER_TIMEOUT, Database, StoreAway, sqlite_path
from ivr.storage.deadline import Deadline
from ivr.storage.engines.sqlite import SqliteFile
from ivr.storage.migrate import migrate
from ivr.wiring.foundation import A_CALLER_WAITS, DATABASE_STALLS
from testing.wishes import wish_to_be_rung

PROCESSES, THREADS = 2, 4
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


class OpenedFile(SqliteFile):
    """A SQLite file that is opened anew for each transaction; SQLite alone decides which writer comes next."""

    def _new_engine(self) -> Engine:
        engine = create_engine("sqlite://", creator=self._connect, poolclass=NullPool, hide_parameters=True)
        event.listen(engine, "connect", self._prepare)
        return engine

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection with a transaction that may write, opened for this transaction alone."""
        with self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection


class OpenedEachTime(Database):
    """A client of the database that opens a new connection for each transaction."""

    def __init__(self, url: str, *, timeout: float = CALLER_TIMEOUT, breaker: Breaker | None = None) -> None:
        super().__init__(url, timeout=timeout, breaker=breaker)
        self._store = OpenedFile(sqlite_path(url), timeout)


SIDES: dict[str, type[Database]] = {"a new one each time": OpenedEachTime, "kept open": Database}


@dataclass(frozen=True)
class Taken:
    """The confirmed requests of a benchmark: how long storing each took, and how many were not stored in time."""

    seconds: list[float]
    """Seconds that the storing of each confirmed request took."""
    fell: int
    """The number of requests that were not stored in time. The service would have put them into Redis instead."""


def wish(process: int, number: int) -> NewRequest:
    """Return a made-up request for a call back. No two pairs of `process` and `number` have one telephone number."""
    return wish_to_be_rung(f"+9199{process}{number:07}", NOW, f"bench-{process}-{number}")


@dataclass(frozen=True)
class Offer:
    """A load for one of the clients in SIDES: how many confirmations a second, and for how long."""

    side: str
    url: str
    a_second: float
    """The confirmations a second that each process offers; 0 for as many as the database takes."""
    seconds: float


def confirms(offer: Offer, process: int, go: Any, answers: Any) -> None:
    """Store requests as a web process does, after the barrier `go`; put a Taken with the results on `answers`."""
    store = RequestStore(SIDES[offer.side](offer.url, breaker=Breaker(DATABASE_STALLS)), (NewTask(TELL_STAFF),))
    deadline, found, fell = Deadline(A_CALLER_WAITS.answer), [], [0]

    def confirm(number: int) -> None:
        began = time.perf_counter()
        try:
            deadline.wait_for(lambda: store.keep(wish(process, number), f"{process}-{number}", f"{number % 10**6:06}"))
            found.append(time.perf_counter() - began)
        except StoreAway:
            fell[0] += 1

    confirm(0)
    found.clear()
    go.wait()
    (_offered if offer.a_second else _as_many_as_it_takes)(confirm, offer)
    answers.put(Taken(found, fell[0]))


def _offered(confirm: Callable[[int], None], offer: Offer) -> None:
    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as threads:
        for number in range(1, int(offer.a_second * offer.seconds) + 1):
            time.sleep(max(0.0, began + number / offer.a_second - time.perf_counter()))
            threads.submit(confirm, number)


def _as_many_as_it_takes(confirm: Callable[[int], None], offer: Offer) -> None:
    ends = time.perf_counter() + offer.seconds

    def one_after_the_other(first: int) -> None:
        number = first
        while time.perf_counter() < ends:
            confirm(number)
            number += THREADS

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(one_after_the_other, range(1, THREADS + 1)))


def works(offer: Offer, go: Any, stop: Event) -> None:
    """Begin and end the tasks of the stored requests in the outbox, as a worker does, until `stop` is set."""
    outbox = Outbox(SIDES[offer.side](offer.url, timeout=WORKER_TIMEOUT))
    go.wait()
    number = 1
    while not stop.wait(0.005):
        task = outbox.begin(number, NOW)
        if task is not None:
            outbox.done(task, NOW)
            number += 1


def _answer(answers: Any, processes: Sequence[BaseProcess]) -> Taken:
    """Return the next results on the queue `answers`. Raises BenchFailed if a process dies before."""
    while True:
        with suppress(Empty):
            found: Taken = answers.get(timeout=1)
            return found
        if any(each.exitcode for each in processes):
            raise BenchFailed("a process of the comparison has died")


def run(side: str, folder: Path, a_second: float, seconds: float) -> Taken:
    """Run the web's processes and the worker on a new database at the same time; return the joined results.

    `side` is a name in SIDES. The web stores `a_second` requests a second for `seconds` seconds. Raises BenchFailed.
    """
    url = f"sqlite:///{folder}/{side.replace(' ', '-')}-{a_second:.0f}.db"
    migrate(url)
    offer = Offer(side, url, a_second / PROCESSES, seconds)
    new = multiprocessing.get_context("spawn")
    go, stop, answers = new.Barrier(PROCESSES + 1), new.Event(), new.Queue()
    webs = [new.Process(target=confirms, args=(offer, each, go, answers)) for each in range(PROCESSES)]
    worker = new.Process(target=works, args=(offer, go, stop))
    for each in (*webs, worker):
        each.start()
    try:
        found = [_answer(answers, (*webs, worker)) for _ in webs]
    except BenchFailed:
        for each in (*webs, worker):
            each.kill()
        raise
    finally:
        stop.set()
        for each in (*webs, worker):
            each.join()
    return Taken(sorted(second for each in found for second in each.seconds), sum(each.fell for each in found))


def main(a_second: float, seconds: float) -> None:
    """Print how many requests SQLite stores in a second, and how long they wait, over new and over kept connections."""
    taken: dict[str, float] = {}
    print(f"{'connections':20} {'offered/s':>9} {'taken/s':>8} {'99 of 100 ms':>13} {'longest ms':>11} {'to Redis':>9}")  # noqa: T201
    for offered in (a_second, 0.0):
        for side in SIDES:
            with tempfile.TemporaryDirectory(dir=".") as folder:
                took = run(side, Path(folder), offered, seconds)
            taken[side] = len(took.seconds) / seconds
            late, longest = took.seconds[len(took.seconds) * 99 // 100] * 1000, took.seconds[-1] * 1000
            words = f"{offered:.0f}" if offered else "all"
            print(f"{side:20} {words:>9} {taken[side]:8.0f} {late:13.1f} {longest:11.1f} {took.fell:9}")  # noqa: T201
    before, after = taken.values()
    print(f"ratio, as many as it takes: {after / before:.2f}")  # noqa: T201


if __name__ == "__main__":
    given = [float(each) for each in sys.argv[1:]]
    main(*(given + [50.0, 5.0][len(given) :]))

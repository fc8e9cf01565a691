"""Times the storing of a request before its promise, first without HTTP, and then over HTTP at several rates.

Without HTTP, the intake has no job queue, and its time is compared with the insert of one row. Over HTTP, requests
that were stored in Redis instead of the database are counted separately.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median

import psycopg

from bench.figures import BenchFailed, Goal, Ratios, Row, Size, number, percentile
from bench.load.webhooks import recorded
from bench.load.wires import at_times, evenly
from bench.served.service import Service, database, environment, own_folder, service
from config.settings import read
from ivr.desk.job_queue import JobQueue
from ivr.desk.requests import NewRequest
from ivr.desk.tasks import Dispatch
from ivr.storage.migrate import migrate
from ivr.web.services import build
from ivr.wiring.carriers import SETTINGS
from testing.listener import listener
from testing.wishes import wish_to_be_rung

DATABASES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
ROUNDS, INSERTS = 7, 60
SECONDS = 6
RATES = {50: Goal(6, "ms"), 200: Goal(12, "ms")}
"""The rates, in confirmed requests a second, each with the goal for the callers' median wait."""

FALLEN = Goal(0, "to Redis")
MARK, REFERENCE = "a" * 64, "123456"

CONFIRMS = "2 1 1 1"
"""The keys of a call that asks for a call back, at any time and on the caller's own number, and confirms it."""


class NoQueue(JobQueue):
    """A job queue that drops every job, so that only the database is timed."""

    def __init__(self) -> None:
        """Make a job queue that needs no Redis."""

    def enqueue(self, dispatches: Iterable[Dispatch]) -> None:
        """Drop these jobs."""


def measure(size: Size) -> Iterator[Row]:
    """Yield rows that compare storing a request with a bare insert, then rows on the callers' waits for a promise.

    Raises BenchFailed.
    """
    for kind, name in DATABASES.items():
        yield from stored(kind, name, size)
    for kind, name in DATABASES.items():
        yield from offered(kind, name, size)
        yield from beside_the_workers(kind, name, size)


def stored(kind: str, name: str, size: Size) -> Iterator[Row]:
    """Yield the time in which the intake stores a request, as a multiple of a bare durable insert of a row."""
    with own_folder() as folder, database(kind, folder) as url, bare(kind, folder, url) as insert, intake(url) as keep:
        ours, theirs = [], []
        for _ in range(size.of(ROUNDS, 2) + 1):
            pairs = [(_milliseconds(keep), _milliseconds(insert)) for _ in range(size.of(INSERTS, 5))]
            one, other = (median(times) for times in zip(*pairs, strict=True))
            ours.append(one)
            theirs.append(other)
        ratios = Ratios.of(ours[1:], theirs[1:])  # the first round opens connections
        figure = f"{number(median(ours))} ms, bare {number(median(theirs))} ms"
        yield ratios.row(f"{name}: storage part over a bare durable insert", figure, Goal(3))


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


@contextmanager
def bare(kind: str, folder: Path, url: str) -> Iterator[Callable[[], object]]:
    """Yield a function that inserts one row over an open connection, and returns once the row is on disk."""
    if kind == "sqlite":
        with closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as file:
            for each in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE bare (mark, reference)"):
                file.execute(each)
            yield lambda: file.execute("INSERT INTO bare VALUES (?, ?)", (MARK, REFERENCE))
        return
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("CREATE TABLE bare (mark text, reference text)")
        yield lambda: server.execute("INSERT INTO bare VALUES (%s, %s)", (MARK, REFERENCE))


@contextmanager
def intake(url: str) -> Iterator[Callable[[], object]]:
    """Yield a function that stores a request of a new number through a web process's intake. Raises BenchFailed."""
    with own_folder() as folder:
        migrate(url)
        settings = read(environment(folder, url, f"unix://{folder}/none.sock"), env_file=None, carriers=SETTINGS)
        services = build(settings)
        found = replace(services.telephone.intake, job_queue=NoQueue())
        numbers = count(1)

        def keep() -> None:
            kept = found.accept(wish(next(numbers)))
            if kept is None or kept.waits:
                raise BenchFailed("the database did not take a request")

        try:
            yield keep
        finally:
            services.close()


def wish(number_of_call: int) -> NewRequest:
    """Return a made-up request for a call back; each `number_of_call` has its own telephone number."""
    return wish_to_be_rung(f"+9199{number_of_call:08}", datetime.now(UTC), f"CA{number_of_call:032x}")


def offered(kind: str, name: str, size: Size) -> Iterator[Row]:
    """Yield rows on how long callers wait for their promise at each of RATES, in requests a second.

    Only the web server runs meanwhile. Raises BenchFailed.
    """
    with own_folder() as folder, database(kind, folder) as url, service(url) as line:
        for rate, goal in RATES.items():
            waited, fell = confirmed(line, rate, size.of(SECONDS))
            yield from _rows(f"{name}, {rate} a second", waited, fell, goal)


def beside_the_workers(kind: str, name: str, size: Size) -> Iterator[Row]:
    """Yield rows on callers' waits at the lowest of RATES, while worker and clock run too. Raises BenchFailed."""
    rate = min(RATES)
    with own_folder() as folder, listener() as channel, database(kind, folder) as url:
        channels = channel.url.replace("http://", "json://")
        with service(url, channels, ("worker", "clock")) as line:
            yield from _rows(f"{name}, {rate} a second, all at work", *confirmed(line, rate, size.of(SECONDS)))


def _rows(name: str, waited: list[float], fell: int, goal: Goal | None = None) -> Iterator[Row]:
    p50, p99 = (percentile(waited, each) * 1000 for each in (50, 99))
    if goal:
        yield Row.judged(f"{name}: half of the callers wait", p50, goal, note=f", 99 of 100 {number(p99)} ms")
        yield Row.judged(f"{name}: fell to Redis", fell, FALLEN, note=f" of {len(waited)}")
    else:
        yield Row(name, f"{number(p50)} ms, 99 of 100 {number(p99)} ms, {fell} of {len(waited)} to Redis")


def confirmed(line: Service, rate: int, seconds: int) -> tuple[list[float], int]:
    """Return the seconds of each confirmation, and the number of requests that went to Redis instead of the database.

    Each caller must hear the promise. Raises BenchFailed if a promised request is in neither store afterwards.
    """
    confirms = replace(recorded(line.port, line.signer, CONFIRMS)[-1], wants=b"/voice/kept")
    at_times(line.port, line.signer.webhooks([confirms], 40), evenly(40, 20))
    stored_before, fallen_before = _kept(line)
    webhooks = line.signer.webhooks([confirms], rate * seconds)
    waited = at_times(line.port, webhooks, evenly(len(webhooks), rate)).waited
    stored_now, fallen_now = _kept(line)
    lost = len(webhooks) - (stored_now - stored_before) - (fallen_now - fallen_before)
    if lost > 0:
        raise BenchFailed(f"{lost} of {len(webhooks)} promises were not kept")
    return waited, fallen_now - fallen_before


def _kept(line: Service) -> tuple[int, int]:
    """Return the number of promises in the database, and of those put into Redis because the database was away."""
    return line.count("SELECT count(*) FROM promises"), int(line.metric("clinic_promises_total", 'store="redis"'))

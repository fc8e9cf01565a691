"""Times notices to the staff, from promise to channel; compares job queues by jobs a second and by idle starts.

An idle start is the time until an idle worker begins a job. A peer's job only notes its beginning; ours sends a whole
notice.
"""

import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count, pairwise
from statistics import median

import psutil
from sqlalchemy import select

from bench.figures import BenchFailed, Goal, Ratios, Row, Size, number, percentile, spread
from bench.load.webhooks import recorded
from bench.load.wires import at_times, evenly
from bench.rows.confirmation import CONFIRMS, wish
from bench.served.processes import frozen, python_first, running
from bench.served.queues import ENQUEUE, began
from bench.served.service import Service, environment, own_folder, service
from config.settings import read
from ivr.storage import schema
from ivr.storage.database import WORKER_TIMEOUT, Database
from ivr.storage.migrate import migrate
from ivr.wiring.carriers import SETTINGS
from testing.listener import Listener, listener
from testing.servers import until
from testing.servers.valkey import valkey
from workers.services import WorkerServices, build

A_SECOND, SECONDS = 20, 15
ROUNDS, ROUND_SECONDS, FIRST, MOST = 3, 2.0, 25, 2_000
"""The number of rounds, the seconds of each round, the jobs of the first trial, and the most jobs of a round."""
STARTS, PAUSE = 60, 0.05
"""The number of jobs that are queued while the worker is idle, and the seconds between two of them."""

REFERENCE = re.compile(r"reference (\d{6})")

OURS = "ours, a notice"
PEERS = {"rq": "RQ's Worker", "rq-simple": "RQ's SimpleWorker", "huey": "Huey"}

PROMISE_TO_NOTICE, JOBS_A_SECOND = Goal(1, "s"), Goal(100, "a second", at_least=True)
IDLE_START = Goal(25, "ms")


def measure(size: Size) -> Iterator[Row]:
    """Yield rows on seconds from promise to notice, jobs a second, and an idle worker's delay. Raises BenchFailed."""
    waited = promised(size.of(A_SECOND * SECONDS, 10))
    note = f"; half {number(percentile(waited, 50))} s, of {len(waited)} at {A_SECOND} a second"
    yield Row.judged("promise to the channel, 99 of 100", percentile(waited, 99), PROMISE_TO_NOTICE, note=note)
    with subjects() as every:
        for each in every:
            each.learn(size)
        for _ in range(size.of(ROUNDS, 2)):
            for each in every:
                each.run_jobs()
        yield from _rates(every)
        for _ in range(size.of(STARTS, 5)):
            for each in every:
                each.start_one()
        yield from _starts(every)


# -- from the promise to the channel


def promised(calls: int) -> list[float]:
    """Return the seconds from each caller's promise to the first notice of it to the staff. Raises BenchFailed."""
    with listener() as channel, service(channels=over(channel), others=("worker", "clock")) as line:
        confirms = replace(recorded(line.port, line.signer, CONFIRMS)[-1], wants=b"/voice/kept")
        if not until(lambda: bool(channel.posts)):
            raise BenchFailed("nobody was told of the first request")
        callers = [line.signer.call() for _ in range(calls)]
        webhooks = [line.signer.webhook(confirms, each) for each in callers]
        heard = at_times(line.port, webhooks, evenly(calls, A_SECOND)).at
        if not until(lambda: len(channel.posts) >= calls + 1):
            raise BenchFailed(f"{calls + 1 - len(channel.posts)} of {calls} notices have not come")
        promises = dict(zip((each.call_id for each in callers), heard, strict=True))
        return _waits(promises, _references(line), channel)


def over(channel: Listener) -> str:
    """Return the value of STAFF_NOTIFY_URLS by which this listener is a channel to the staff."""
    return channel.url.replace("http://", "json://")


def _references(line: Service) -> Mapping[str, str]:
    """Return the reference of each request of the service, by the id of its call."""
    database = Database(line.settings.database_url, timeout=WORKER_TIMEOUT)
    with database.reading() as connection:
        rows = connection.execute(select(schema.requests.c.call_sid, schema.requests.c.reference)).all()
    database.close()
    return {row.call_sid: row.reference for row in rows}


def _waits(promises: Mapping[str, float], references: Mapping[str, str], channel: Listener) -> list[float]:
    told = defaultdict[str, list[float]](list)
    for at, body in channel.heard():
        for reference in REFERENCE.findall(json.loads(body)["message"]):
            told[reference].append(at)
    waits = [min(told[references[call]], default=None) for call in promises]
    if None in waits:
        raise BenchFailed(f"of {waits.count(None)} promises nobody was told")
    return [at - heard for at, heard in zip(waits, promises.values(), strict=True) if at is not None]


# -- queues side by side


@dataclass
class Subject:
    """A job queue that is measured, with its running worker, and its results."""

    name: str
    worker: psutil.Process
    enqueue: Callable[[], object]
    began: Callable[[], list[float]]
    """A function that returns the times at which the queue's jobs so far began, in seconds since the epoch."""
    jobs: int = FIRST
    a_second: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    """The milliseconds of idle starts: from queueing a job for an idle worker to the job's beginning."""

    def learn(self, size: Size) -> None:
        """Measure how many jobs of this queue fill one round of the benchmark, and set `jobs`."""
        self.run_jobs()
        self.jobs = min(MOST, max(FIRST, size.of(self.a_second.pop() * ROUND_SECONDS)))

    def run_jobs(self) -> None:
        """Have the worker run a round's jobs; note the number of jobs that begin in a second. Raises BenchFailed."""
        before = len(self.began())
        with frozen(self.worker):  # so that the queue is full when the first begins
            for _ in range(self.jobs):
                self.enqueue()
        self._wait_for(before + self.jobs)
        moments = sorted(self.began())[before:]
        self.a_second.append((self.jobs - 1) / sum(later - earlier for earlier, later in pairwise(moments)))

    def start_one(self) -> None:
        """Queue one job for the idle worker, and note how soon the job begins. Raises BenchFailed."""
        time.sleep(PAUSE)
        before, asked = len(self.began()), time.time()
        self.enqueue()
        self._wait_for(before + 1)
        self.starts.append((max(self.began()) - asked) * 1000)

    def _wait_for(self, jobs: int) -> None:
        if not until(lambda: len(self.began()) >= jobs):
            raise BenchFailed(f"{self.name}: {jobs - len(self.began())} jobs have not begun")


def _rates(every: list[Subject]) -> Iterator[Row]:
    ours, *peers = every
    found = median(ours.a_second)
    yield Row.judged(f"{ours.name}: jobs", found, JOBS_A_SECOND, spread=spread(ours.a_second))
    for each in peers:
        figure = f"{number(median(each.a_second))} a second"
        yield Ratios.of(ours.a_second, each.a_second).row(f"· beside {each.name}, a trivial job", figure)


def _starts(every: list[Subject]) -> Iterator[Row]:
    for each in every:
        p50, p99 = percentile(each.starts, 50), percentile(each.starts, 99)
        if each.name == OURS:
            note = f"; half {number(p50)} ms"
            yield Row.judged(f"{each.name}: an idle worker begins, 99 of 100", p99, IDLE_START, note=note)
        else:
            yield Row(f"· beside {each.name}, a trivial job", f"{number(p99)} ms; half {number(p50)} ms")


@contextmanager
def subjects() -> Iterator[list[Subject]]:
    """Start the workers of our queue and of each peer's queue, each with its own Redis; yield the queues to measure."""
    with ExitStack() as stack:
        yield [stack.enter_context(_ours()), *(stack.enter_context(_peer(each, PEERS[each])) for each in PEERS)]


@contextmanager
def _ours() -> Iterator[Subject]:
    with own_folder() as folder, valkey() as redis, listener() as channel:
        url = f"sqlite:///{folder}/clinic.db"
        environ = environment(folder, url, redis.url, over(channel))
        migrate(url)
        worker = build(read(environ, env_file=None, carriers=SETTINGS))
        command, ready = [sys.executable, "-m", "workers"], partial(_are_served, worker)
        with running(command, python_first(environ), folder / "worker.log", ready) as process:
            numbers = count(1)
            yield Subject(OURS, process, lambda: _ask(worker, next(numbers)), lambda: list(channel.moments))
        worker.close()


def _are_served(worker: WorkerServices) -> bool:
    return worker.desk.job_queue.worker_is_alive(worker.clock())


def _ask(worker: WorkerServices, number_of_call: int) -> None:
    """Store a made-up request, and put its tasks on the job queue."""
    saved = worker.desk.store.keep(wish(number_of_call), f"{number_of_call:064x}", f"{number_of_call:06}")
    worker.desk.job_queue.enqueue(saved.tasks)


@contextmanager
def _peer(kind: str, name: str) -> Iterator[Subject]:
    with own_folder() as folder, valkey() as redis:
        file = folder / "began"
        environ = python_first({"REDIS_URL": redis.url, "BEGAN": str(file)})
        command = [sys.executable, "-m", "bench.served", kind]
        with running(command, environ, folder / "worker.log", lambda: True) as process:
            yield Subject(name, process, ENQUEUE[kind](redis.url), lambda: began(file))

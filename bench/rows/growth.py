"""Times the same webhooks and pages with few stored calls and with many, in one process; yields the ratios.

The database is SQLite. The calls are spread over two months, so that the report on a week also has calls to show.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from statistics import median

from flask.testing import FlaskClient
from sqlalchemy import text

from bench.figures import BenchFailed, Goal, Ratios, Row, Size, number
from bench.load.webhooks import COMES_IN, Signer, Step
from bench.reports import NOW, PATHS, desk
from bench.rows.confirmation import wish
from bench.rows.webhook import KEYS
from bench.served.service import BASE_URL, environment, own_folder
from config.settings import read
from ivr.app import create_app
from ivr.phone.ringing import number_of
from ivr.storage.database import WORKER_TIMEOUT, Database
from ivr.web.services import NAME, Services, build
from ivr.wiring.carriers import SETTINGS
from testing.servers.valkey import valkey

DAYS, FEW = 60, 2
"""The number of days with calls; and the calls on each day in the smaller of the benchmark's two services."""

VISITS = 20
"""The number of visits on each day. Both services have the same, because more calls do not make a day longer."""

OPEN = 50
"""The number of requests that wait at the desk, the same in both of the services that the benchmark compares."""

ROUNDS = {"webhook": 300, "confirmation": 150, "list": 25, "reports": 8}
MOST_SECONDS, LEAST_ROUNDS = 12.0, 3
"""The seconds for timing one kind of work; and the number of rounds that are timed even if they take longer."""

WARM_UP = 4
"""The number of untimed runs before each timing, because the first reports also count older days, a few in each run."""

NO_SLOWER = Goal(1.2)

PROMISED = """
    INSERT INTO promises (mark, request_id, reference, spoken, joined, created)
    SELECT 'bench-' || id, id, reference, reference, 0, created FROM requests
"""
TOLD = """
    INSERT INTO errands
    (request_id, task, created, next_at, leased_until, rings, attempts, done_at, error, begun, channel)
    SELECT id, 'tell_staff', created, created, created, 1, 1, created, '', 1, '' FROM requests
"""
"""The SQL that stores, for each request, a finished task to send its notice to the staff."""


@dataclass(frozen=True)
class Grown:
    """A service of the benchmark, with a small or a large number of calls stored."""

    browser: FlaskClient
    """The browser of somebody who is logged in at the service's desk."""
    services: Services
    carrier: FlaskClient
    signer: Signer
    rows: int
    numbers: "count[int]"

    def webhook(self, steps: tuple[Step, ...]) -> None:
        """Post a webhook for the next of these steps, in rotation. Raises BenchFailed unless the status is 200."""
        call = next(self.numbers)
        head, _, body = self.signer.webhook(steps[call % len(steps)], self.signer.call()).request.partition(b"\r\n\r\n")
        first, *named = head.decode().split("\r\n")
        headers = dict(each.split(": ", 1) for each in named)
        answer = self.carrier.post(first.split()[1], base_url=BASE_URL, data=body, headers=headers)
        if answer.status_code != 200:
            raise BenchFailed(f"a webhook was answered {answer.status_code}")

    def confirm(self) -> None:
        """Store a request of a new number through the intake, as a caller's confirmation does. Raises BenchFailed."""
        kept = self.services.telephone.intake.accept(wish(next(self.numbers)))
        if kept is None or kept.waits:
            raise BenchFailed("the database did not take a request")

    def page(self, path: str) -> None:
        """Read a page of the desk, as a browser does. Raises BenchFailed."""
        answer = self.browser.get(path)
        if answer.status_code != 200:
            raise BenchFailed(f"{path} answered {answer.status_code}")


def measure(size: Size) -> Iterator[Row]:
    """Yield the time of each kind of work with few and with many stored calls, and their ratio. Raises BenchFailed."""
    with ExitStack() as stack:
        few = stack.enter_context(grown(FEW))
        many = stack.enter_context(grown(max(FEW, size.rows // DAYS)))
        yield Row("calls", f"{few.rows:,} and {many.rows:,}")
        for name, work, rounds in WORK:
            yield _compared(name, partial(work, few), partial(work, many), size.of(ROUNDS[rounds], 3))


WORK: tuple[tuple[str, Callable[[Grown], None], str], ...] = (
    ("a key press", lambda each: each.webhook(KEYS), "webhook"),
    ("a call that comes in", lambda each: each.webhook((COMES_IN,)), "webhook"),
    ("a confirmation", lambda each: each.confirm(), "confirmation"),
    ("the list", lambda each: each.page("/desk/list"), "list"),
    *(
        (f"the reports, {path.rpartition('=')[2]}", lambda each, path=path: each.page(path), "reports")
        for path in PATHS
    ),
)


def _compared(name: str, few: Callable[[], None], many: Callable[[], None], rounds: int) -> Row:
    for _ in range(WARM_UP):
        few()
        many()
    pairs: list[tuple[float, float]] = []
    ends = time.monotonic() + MOST_SECONDS
    while len(pairs) < rounds and (time.monotonic() < ends or len(pairs) < LEAST_ROUNDS):
        pairs.append((_milliseconds(few), _milliseconds(many)))
    share = max(1, len(pairs) // 5)
    groups = [pairs[at : at + share] for at in range(0, len(pairs), share)]
    medians = [[median(times) for times in zip(*group, strict=True)] for group in groups]
    ones, others = ([each[which] for each in medians] for which in (0, 1))
    figure = f"{number(median(ones))} ms, then {number(median(others))} ms"
    return Ratios.of(others, ones).row(name, figure, NO_SLOWER)


def _milliseconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _complete(url: str) -> None:
    """Store the promise and the notice that belong to each request in this database."""
    database = Database(url, timeout=WORKER_TIMEOUT)
    with database.writing() as write:
        for each in (PROMISED, TOLD, "ANALYZE"):
            write.execute(text(each))
    database.close()


@contextmanager
def grown(a_day: int) -> Iterator[Grown]:
    """Yield a service in this process with `a_day` stored calls a day, and their requests, promises and notices."""
    with own_folder() as folder, valkey() as redis:
        url = f"sqlite:///{folder}/clinic.db"
        browser = desk(folder / "desk", url, DAYS, a_day, VISITS)
        settings = read(environment(folder, url, redis.url), env_file=None, carriers=SETTINGS)
        services = build(settings, lambda: NOW)
        _complete(url)
        signer = Signer(BASE_URL, number_of(services.clinic.line("")))
        line = Grown(browser, services, create_app(services).test_client(), signer, DAYS * a_day, count(50_000_000))
        for _ in range(OPEN):
            line.confirm()
        try:
            yield line
        finally:
            services.close()
            browser.application.extensions[NAME].close()

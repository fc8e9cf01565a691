"""Real processes of workers and clock: they empty the queues, survive each other's death, and stop when told."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import psutil
import pytest
from rq import Worker
from rq.worker import BaseWorker, WorkerStatus

from config.settings import ROOT
from ivr.desk.outbox import LEASE
from ivr.storage.database import sqlite_path
from ivr.web.services import Services
from testing.listener import Listener, listener
from testing.servers import until
from tests.people import CALLER, TOKEN, Phone
from tests.test_faults import moved
from tests.web import service
from tests.workers import books, the_clock_runs
from tests.workers.asking import asks
from workers.processes import HANGS_SECONDS, JobProcess, JobProcesses
from workers.queue_worker import WORKER_SECONDS
from workers.services import WorkerServices

pytestmark = pytest.mark.slow


@contextmanager
def process(worker: WorkerServices, module: str, *arguments: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """Run a module as a real process on the test's stores until the block ends. Its output goes to a file."""
    settings = worker.settings
    given = {
        "ENV": "development",
        "SECRET_KEY": settings.secret_key,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "STATE_DIR": str(settings.state_dir),
        "STAFF_NOTIFY_URLS": settings.staff_notify_urls,
        **environ,
    }
    with (settings.state_dir / f"{module}.log").open("w+") as log:
        command = [sys.executable, "-m", module, *arguments]
        child = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **given}, stdout=log, stderr=log, text=True)
        try:
            yield child
        finally:
            child.kill()
            child.wait()


def real_clock() -> datetime:
    """Return the present time, for a service that works together with real processes."""
    return datetime.now(UTC)


def said(worker: WorkerServices, module: str) -> str:
    return Path(worker.settings.state_dir / f"{module}.log").read_text()


def happens(true: Callable[[], bool], seconds: float = 30) -> bool:
    """Wait until real processes make a condition true; return whether that happened within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if until(true):
            return True
    return False


def done(worker: WorkerServices) -> bool:
    return worker.desk.outbox.begin(1, worker.clock()) is None


def test_a_worker_runs_what_lies_on_the_queue_and_logs_no_number(phone: Phone, worker: WorkerServices) -> None:
    books(phone)
    with process(worker, "workers", "--burst") as running:
        assert running.wait(30) == 0
    assert done(worker)
    assert "errand 1: stands at the desk" in said(worker, "workers")
    assert CALLER[-10:] not in said(worker, "workers")


def test_what_waited_in_redis_reaches_the_desk_by_clock_and_worker(
    phone: Phone, worker: WorkerServices, sqlite_url: str
) -> None:
    path = sqlite_path(sqlite_url)
    away = path.rename(path.with_suffix(".away"))
    with process(worker, "workers.clock"), process(worker, "workers"):
        reference = books(phone)
        away.rename(path)
        assert happens(lambda: [each.reference for each in phone.services.desk.store.waiting()] == [reference])


def test_the_errand_of_a_worker_killed_in_the_middle_of_it_is_run_by_the_next_one(
    phone: Phone, telling: WorkerServices, channel: Listener
) -> None:
    channel.may_answer.clear()
    books(phone)
    with process(telling, "workers") as running:
        assert happens(lambda: len(channel.posts) == 1), "it is telling the staff"
        parent = psutil.Process(running.pid)
        for each in [*parent.children(recursive=True), parent]:
            each.kill()
    channel.may_answer.set()
    the_clock_runs(replace(telling, clock=lambda: datetime.now(UTC) + LEASE))  # the worker took it by the real clock
    with process(telling, "workers", "--burst") as next_worker:
        assert next_worker.wait(30) == 0
    assert len(channel.posts) == 2
    assert done(telling)


def test_worker_and_clock_stop_when_they_are_told(worker: WorkerServices) -> None:
    with process(worker, "workers") as running, process(worker, "workers.clock") as clock:
        assert happens(lambda: _listens(worker) and "the clock runs" in said(worker, "workers.clock"))
        assert _forgotten_within(worker) <= WORKER_SECONDS + 60, "RQ adds a minute; a worker that died is soon missed"
        for child in (running, clock):
            child.send_signal(signal.SIGTERM)
        assert (running.wait(20), clock.wait(20)) == (0, 0)


def _listens(worker: WorkerServices) -> bool:
    """Return whether a worker's process waits for jobs by now, and so would stop in good order."""
    return any(each.get_state() == WorkerStatus.IDLE for each in _workers(worker))


def _forgotten_within(worker: WorkerServices) -> int:
    """Return the longest time, in seconds, after which Redis forgets a worker process that sends no heartbeat."""
    return max(int(each.connection.ttl(each.key)) for each in _workers(worker))


def _workers(worker: WorkerServices) -> list[BaseWorker]:
    return Worker.all(connection=worker.desk.job_queue._redis)


# -- a slow channel, a burst, a job that hangs or kills its process


def telling(*addresses: str) -> dict[str, str]:
    return {"STAFF_NOTIFY_URLS": " ".join(each.replace("http://", "json://") for each in addresses)}


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a channel to the staff that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


WITHIN_SECONDS = 3 * 30.0
"""Seconds in which a pending request must reach the desk, with threefold slack.

A slow channel to the staff once delayed a pending request for minutes.
"""


@pytest.mark.slow
def test_a_promise_reaches_the_desk_although_a_hundred_notices_wait_for_a_silent_channel(
    tmp_path: Path, redis_url: str, sqlite_url: str, worker: WorkerServices, silent: str
) -> None:
    told = telling(silent)
    with service(tmp_path, sqlite_url, redis_url, real_clock, **told) as phone:
        for number in range(100):
            asks(phone.services, number)
        with moved(sqlite_path(sqlite_url)):
            promised = asks(phone.services, 100)
        began = time.monotonic()
        with process(worker, "workers", **told), process(worker, "workers.clock", **told):
            assert happens(
                lambda: promised in [each.reference for each in phone.services.desk.store.waiting()], WITHIN_SECONDS
            )
    assert time.monotonic() - began < WITHIN_SECONDS


A_SECOND = 20
"""The number of requests that a burst makes in each second."""

STARTS_WITHIN = 3 * 1.0
"""The seconds within which 99 of 100 notices must begin to be sent: one second, times three as slack."""


def burst(services: Services, count: int) -> dict[str, float]:
    """Make this many requests, A_SECOND in each second; return the moment of each promise, by its reference."""
    began, promised = time.time(), {}
    for number in range(count):
        left = began + number / A_SECOND - time.time()
        if left > 0:
            Event().wait(left)
        promised[asks(services, number)] = time.time()
    return promised


def waits(channel: Listener, promised: dict[str, float]) -> dict[str, float]:
    """Return the seconds from each promise to the first notice of it on this channel, by the reference."""
    heard = [(at, body.decode()) for at, body in channel.heard()]
    return {
        each: min(at for at, words in heard if f"reference {each}" in words) - since for each, since in promised.items()
    }


@pytest.mark.slow
def test_in_a_burst_a_notice_starts_at_once_whatever_one_of_them_and_other_channels_do(
    tmp_path: Path, redis_url: str, sqlite_url: str, worker: WorkerServices, silent: str
) -> None:
    """Notices start in time, each once, though one notice hangs on its channel and another channel never answers."""
    with listener() as good, service(tmp_path, sqlite_url, redis_url, real_clock, **telling(silent, good.url)) as phone:
        good.keeps = f"reference {asks(phone.services, 5000)}"
        with process(worker, "workers", **telling(silent, good.url)) as running:
            assert happens(lambda: len(good.posts) == 1), "it tells of the one that hangs"
            promised = burst(phone.services, 3 * A_SECOND)
            assert happens(lambda: len(good.posts) == 1 + len(promised))
            assert running.poll() is None
        found = sorted(waits(good, promised).values())
    assert len(found) == len(promised), "each of them"
    assert found[len(found) * 99 // 100] < STARTS_WITHIN
    assert len(good.posts) == 1 + len(promised), "and each once"


@pytest.mark.slow
def test_a_process_that_dies_in_a_job_takes_no_other_down_and_is_replaced(
    tmp_path: Path, redis_url: str, sqlite_url: str, worker: WorkerServices
) -> None:
    with listener() as channel, service(tmp_path, sqlite_url, redis_url, real_clock, **telling(channel.url)) as phone:
        channel.keeps = f"reference {asks(phone.services, 5000)}"
        with process(worker, "workers", **telling(channel.url)) as running:
            assert happens(lambda: len(channel.posts) == 1)
            before = {each.pid for each in psutil.Process(running.pid).children()}
            busy = [each for each in psutil.Process(running.pid).children() if each.net_connections("tcp")]
            assert len(busy) == 1
            busy[0].kill()
            promised = burst(phone.services, 5)
            assert happens(lambda: len(channel.posts) >= 1 + len(promised))
            now = {each.pid for each in psutil.Process(running.pid).children()}
            assert happens(lambda: len(psutil.Process(running.pid).children()) == len(before))
            assert before - {busy[0].pid} <= now, "no other has ended"
    assert "a process of the queue notices-" in said(worker, "workers")
    assert "has ended (SIGKILL) and is started again" in said(worker, "workers")


@pytest.mark.slow
def test_when_whoever_keeps_them_is_killed_the_processes_end(worker: WorkerServices) -> None:
    with process(worker, "workers") as running:
        assert happens(lambda: len(psutil.Process(running.pid).children()) == 3 and _listens(worker))
        children = psutil.Process(running.pid).children()
        running.kill()
        assert psutil.wait_procs(children, timeout=30)[1] == []


# -- what hangs beyond its limit


def test_a_process_that_is_in_one_job_for_too_long_is_killed_and_replaced(tmp_path: Path) -> None:
    """A process whose job runs past its limit is killed and replaced. The test's clock jumps ahead past the limit."""
    seen = tmp_path / "seen"

    def leaping() -> float:
        return time.monotonic() + (HANGS_SECONDS + 1 if seen.exists() else 0)

    def hangs(each: JobProcess, lifeline: int) -> None:
        if seen.exists():
            os.kill(os.getppid(), signal.SIGTERM)  # the test is over
        else:
            each.tell(busy=True)
        with seen.open("a") as file:
            file.write(f"{os.getpid()}\n")
        os.read(lifeline, 1)

    usual = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        JobProcesses(["one"], hangs, leaping).keep()
    finally:
        for each, handler in usual.items():
            signal.signal(each, handler)
    first, second = seen.read_text().split()
    assert first != second

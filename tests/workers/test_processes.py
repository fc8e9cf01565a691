"""Real worker and clock processes: they do what lies on the queue, survive each other's death, and stop when told."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from rq import Worker
from rq.worker import BaseWorker, WorkerStatus

from config.settings import ROOT
from ivr.desk.outbox import LEASE
from ivr.storage.database import sqlite_path
from testing.listener import Listener
from testing.servers import until
from tests.people import CALLER, TOKEN, Phone
from tests.workers import books, the_clock_runs
from workers.__main__ import WORKER_SECONDS
from workers.services import WorkerServices

pytestmark = pytest.mark.slow


@contextmanager
def process(worker: WorkerServices, module: str, *arguments: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """A process of the service, on the stores of the test; its output is not kept from it by a full pipe."""
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


def said(worker: WorkerServices, module: str) -> str:
    return Path(worker.settings.state_dir / f"{module}.log").read_text()


def happens(true: Callable[[], bool], seconds: float = 30) -> bool:
    """Waits for an event that other processes bring about."""
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
    assert "request 1: waits at the desk" in said(worker, "workers")
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
    """Whether a worker has begun to wait for work, which it does after it has learnt to stop."""
    return any(each.get_state() == WorkerStatus.IDLE for each in _workers(worker))


def _forgotten_within(worker: WorkerServices) -> int:
    """Seconds for which Redis remembers the worker if it is heard of no more."""
    (running,) = _workers(worker)
    return int(running.connection.ttl(running.key))


def _workers(worker: WorkerServices) -> list[BaseWorker]:
    return Worker.all(connection=worker.desk.job_queue._redis)


@pytest.mark.parametrize("module", ["workers", "workers.clock"])
def test_a_mistake_in_the_settings_is_one_message_and_no_traceback(worker: WorkerServices, module: str) -> None:
    with process(worker, module, SECRET_KEY="short") as running:
        assert running.wait(30) == 1
    assert "SECRET_KEY is weak" in said(worker, module)
    assert "Traceback" not in said(worker, module)

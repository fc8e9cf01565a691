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
from rq import Worker
from rq.worker import WorkerStatus

from config.settings import ROOT
from ivr.desk.outbox import LEASE
from ivr.storage.database import sqlite_path
from testing.listener import listener
from testing.servers import until
from tests.people import CALLER, TOKEN, Phone
from workers.clock import sweep
from workers.services import WorkerServices


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
    phone.rings().press("1", "1", "1", "1", "1")
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
        call = phone.rings().press("1", "1", "1", "1", "1")
        away.rename(path)
        assert happens(lambda: [each.reference for each in phone.services.desk.store.waiting()] == [call.reference])


def test_the_errand_of_a_worker_killed_in_the_middle_of_it_is_run_by_the_next_one(
    phone: Phone, worker: WorkerServices
) -> None:
    with listener() as channel:
        environ = {"STAFF_NOTIFY_URLS": channel.url.replace("http://", "json://")}
        channel.may_answer.clear()
        phone.rings().press("1", "1", "1", "1", "1")
        with process(worker, "workers", **environ) as running:
            assert happens(lambda: len(channel.posts) == 1), "it is telling the staff"
            parent = psutil.Process(running.pid)
            for each in [*parent.children(recursive=True), parent]:
                each.kill()
        channel.may_answer.set()
        sweep(replace(worker, clock=lambda: datetime.now(UTC) + LEASE))  # the worker took it by the real clock
        with process(worker, "workers", "--burst", **environ) as next_worker:
            assert next_worker.wait(30) == 0
        assert len(channel.posts) == 2
    assert done(worker)


def test_worker_and_clock_stop_when_they_are_told(worker: WorkerServices) -> None:
    with process(worker, "workers") as running, process(worker, "workers.clock") as clock:
        assert happens(lambda: _listens(worker) and "the clock runs" in said(worker, "workers.clock"))
        for child in (running, clock):
            child.send_signal(signal.SIGTERM)
        assert (running.wait(20), clock.wait(20)) == (0, 0)


def _listens(worker: WorkerServices) -> bool:
    """Whether a worker has begun to wait for work, which it does after it has learnt to stop."""
    workers = Worker.all(connection=worker.desk.job_queue._redis)
    return any(worker.get_state() == WorkerStatus.IDLE for worker in workers)


def test_a_mistake_in_the_settings_is_one_message_and_no_traceback(worker: WorkerServices) -> None:
    with process(worker, "workers", SECRET_KEY="short") as running:
        assert running.wait(30) == 1
    assert "SECRET_KEY is weak" in said(worker, "workers")
    assert "Traceback" not in said(worker, "workers")

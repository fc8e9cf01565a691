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
from workers.services import Tools


@contextmanager
def process(tools: Tools, module: str, *arguments: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """A process of the service, on the stores of the test; its output is not kept from it by a full pipe."""
    settings = tools.settings
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


def said(tools: Tools, module: str) -> str:
    return Path(tools.settings.state_dir / f"{module}.log").read_text()


def happens(true: Callable[[], bool], seconds: float = 30) -> bool:
    """Waits for an event that other processes bring about."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if until(true):
            return True
    return False


def done(tools: Tools) -> bool:
    return tools.errands.begin(1, tools.clock()) is None


def test_a_worker_runs_what_lies_on_the_queue_and_logs_no_number(phone: Phone, tools: Tools) -> None:
    phone.rings().press("1", "1", "1", "1", "1")
    with process(tools, "workers", "--burst") as worker:
        assert worker.wait(30) == 0
    assert done(tools)
    assert "request 1: waits at the desk" in said(tools, "workers")
    assert CALLER[-10:] not in said(tools, "workers")


def test_what_waited_in_redis_reaches_the_desk_by_clock_and_worker(phone: Phone, tools: Tools, sqlite_url: str) -> None:
    path = sqlite_path(sqlite_url)
    away = path.rename(path.with_suffix(".away"))
    with process(tools, "workers.clock"), process(tools, "workers"):
        call = phone.rings().press("1", "1", "1", "1", "1")
        away.rename(path)
        assert happens(lambda: [each.reference for each in phone.house.desk.waiting()] == [call.reference])


def test_the_errand_of_a_worker_killed_in_the_middle_of_it_is_run_by_the_next_one(phone: Phone, tools: Tools) -> None:
    with listener() as channel:
        environ = {"STAFF_NOTIFY_URLS": channel.url.replace("http://", "json://")}
        channel.may_answer.clear()
        phone.rings().press("1", "1", "1", "1", "1")
        with process(tools, "workers", **environ) as worker:
            assert happens(lambda: len(channel.posts) == 1), "it is telling the staff"
            parent = psutil.Process(worker.pid)
            for each in [*parent.children(recursive=True), parent]:
                each.kill()
        channel.may_answer.set()
        sweep(replace(tools, clock=lambda: datetime.now(UTC) + LEASE))  # the worker took it by the real clock
        with process(tools, "workers", "--burst", **environ) as next_worker:
            assert next_worker.wait(30) == 0
        assert len(channel.posts) == 2
    assert done(tools)


def test_worker_and_clock_stop_when_they_are_told(tools: Tools) -> None:
    with process(tools, "workers") as worker, process(tools, "workers.clock") as clock:
        assert happens(lambda: _listens(tools) and "the clock runs" in said(tools, "workers.clock"))
        for child in (worker, clock):
            child.send_signal(signal.SIGTERM)
        assert (worker.wait(20), clock.wait(20)) == (0, 0)


def _listens(tools: Tools) -> bool:
    """Whether a worker has begun to wait for work, which it does after it has learnt to stop."""
    workers = Worker.all(connection=tools.doorbell._redis)
    return any(worker.get_state() == WorkerStatus.IDLE for worker in workers)


def test_a_mistake_in_the_settings_is_one_message_and_no_traceback(tools: Tools) -> None:
    with process(tools, "workers", SECRET_KEY="short") as worker:
        assert worker.wait(30) == 1
    assert "SECRET_KEY is weak" in said(tools, "workers")
    assert "Traceback" not in said(tools, "workers")

"""Peers of the job queue: RQ with two kinds of worker, and Huey; their one job only notes when it began.

Each worker runs with its default options.
"""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from huey import RedisHuey
from redis import Redis
from rq import Queue, SimpleWorker, Worker
from rq.worker import BaseWorker

NAME = "bench"


def trivial() -> None:
    """Note when this job began, in the file that BEGAN names; it does nothing else."""
    file = os.open(os.environ["BEGAN"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, f"{time.time()}\n".encode())
    os.close(file)


def began(file: Path) -> list[float]:
    """Return the moments at which the jobs of a queue began, in seconds since the epoch, read from their file."""
    return [float(line) for line in file.read_text().splitlines()] if file.exists() else []


def _huey(url: str) -> tuple[RedisHuey, Any]:
    huey = RedisHuey(NAME, url=url)
    return huey, huey.task(name="trivial")(trivial)


def _with_rq(worker: type[BaseWorker]) -> Callable[[str], None]:
    def run(url: str) -> None:
        redis = Redis.from_url(url)
        worker([Queue(NAME, connection=redis)], connection=redis).work(logging_level="WARNING")

    return run


def _with_huey(url: str) -> None:
    huey, _task = _huey(url)
    huey.create_consumer().run()


def _enqueues_with_rq(url: str) -> Callable[[], object]:
    queue = Queue(NAME, connection=Redis.from_url(url))
    return lambda: queue.enqueue("bench.served.queues.trivial", result_ttl=0)


def _enqueues_with_huey(url: str) -> Callable[[], object]:
    task: Callable[[], object] = _huey(url)[1]
    return task


WORKERS: Mapping[str, Callable[[str], None]] = {
    "rq": _with_rq(Worker),
    "rq-simple": _with_rq(SimpleWorker),
    "huey": _with_huey,
}
"""For each peer, the function that runs its worker on the Redis at an address until the worker is told to end."""

ENQUEUE: Mapping[str, Callable[[str], Callable[[], object]]] = {
    "rq": _enqueues_with_rq,
    "rq-simple": _enqueues_with_rq,
    "huey": _enqueues_with_huey,
}
"""For each peer a function that takes Redis's address and returns a function that queues one job."""

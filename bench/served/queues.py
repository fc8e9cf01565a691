"""Other queues with a job that only notes when it began, as peers of ours: RQ's two workers, and Huey.

Run as `python -m bench.served.queues WORKER`, with REDIS_URL and BEGAN, the file to note it in: a worker that runs
until it is told to end, as it is without further options.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from huey import RedisHuey
from redis import Redis
from rq import Queue, SimpleWorker, Worker

NAME = "bench"


def trivial() -> None:
    """Note that the job has begun."""
    file = os.open(os.environ["BEGAN"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, f"{time.time()}\n".encode())
    os.close(file)


def began(file: Path) -> list[float]:
    """Return when each job has begun by now, in seconds since the epoch."""
    return [float(line) for line in file.read_text().splitlines()] if file.exists() else []


def _huey(url: str) -> tuple[RedisHuey, Any]:
    huey = RedisHuey(NAME, url=url)
    # A task is found by the name of its module, which is __main__ in the worker.
    return huey, huey.task(name="trivial")(trivial)


def _with_rq(worker: type[Worker]) -> Callable[[str], None]:
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
    _, task = _huey(url)
    return lambda: task()


WORKERS: Mapping[str, Callable[[str], None]] = {
    "rq": _with_rq(Worker),
    "rq-simple": _with_rq(SimpleWorker),
    "huey": _with_huey,
}

ENQUEUE: Mapping[str, Callable[[str], Callable[[], object]]] = {
    "rq": _enqueues_with_rq,
    "rq-simple": _enqueues_with_rq,
    "huey": _enqueues_with_huey,
}
"""Functions that return what lays one job on the queue of each worker."""


if __name__ == "__main__":
    WORKERS[sys.argv[1]](os.environ["REDIS_URL"])

"""Counts the notices to the staff in a second for three ways to run jobs, and compares the ways.

The ways: a fork for each job, which loads the plugins of the channels anew; a fork for each job, from a process that
has loaded them; and the service's own workers, whose processes live long. Run as `python -m bench.notices [NOTICES]`.
Starts its own Redis, database and channel.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from redis import Redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from config.settings import ROOT, read
from ivr.notices.senders import is_understood
from ivr.storage.migrate import migrate
from ivr.storage.redis import client_for_workers
from ivr.wiring.carriers import SETTINGS
from testing.listener import listener
from testing.servers.valkey import valkey
from testing.wishes import wish_to_be_rung
from workers import jobs
from workers.services import WorkerServices, build

WAYS: Mapping[str, list[str]] = {
    "a fork for each, plugins loaded in it": ["bench.notices", "--forks"],
    "a fork for each, plugins loaded before": ["bench.notices", "--forks", "--loaded"],
    "the workers": ["workers", "--burst"],
}


def main(count: int) -> None:
    """Print, for each way to run the jobs, the notices sent in a second, and the ratio to the first way."""
    first = 0.0
    for name, module in WAYS.items():
        rate = rate_of(module, count)
        first = first or rate
        print(f"{name:42} {rate:7.1f} a second   {rate / first:5.1f} times")  # noqa: T201 - a benchmark prints


def rate_of(module: list[str], count: int) -> float:
    """Run the program `module` on the jobs of `count` notices; return how many notices the channel gets in a second."""
    with tempfile.TemporaryDirectory() as folder, valkey() as server, listener() as channel:
        environ = {
            "ENV": "development",
            "SECRET_KEY": "0123456789abcdef" * 4,
            "TWILIO_AUTH_TOKEN": "0123456789abcdef" * 2,
            "STATE_DIR": folder,
            "REDIS_URL": server.url,
            "STAFF_NOTIFY_URLS": channel.url.replace("http://", "json://"),
        }
        worker = build(read(environ, env_file=None, carriers=SETTINGS))
        migrate(worker.settings.database_url)
        for number in range(count):
            ask(worker, number)
        if "workers" not in module:
            forks(worker, count)
        env = {**os.environ, **environ}
        command = [sys.executable, "-m", *module]
        subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True)  # noqa: S603 - our own
        worker.close()
        if len(channel.posts) != count:
            raise SystemExit(f"{len(channel.posts)} notices for {count} requests")
        gaps = [later - earlier for earlier, later in pairwise(sorted(channel.moments))]
        return len(gaps) / sum(gaps)


def ask(worker: WorkerServices, number: int) -> None:
    """Store a made-up request and queue its task, which sends the staff a notice."""
    now = datetime.now(UTC)
    new = replace(wish_to_be_rung(f"+91999990{number:04}", now, f"CA{number:032x}"), due=now + timedelta(hours=1))
    saved = worker.desk.store.keep(new, f"{number:064x}", f"{number:06}")
    worker.desk.job_queue.enqueue(saved.tasks)


def forks(worker: WorkerServices, count: int) -> None:
    """Put a job for each of `count` tasks on the queue of RQ's own worker, which forks for each job."""
    with Redis.from_url(worker.settings.redis_url) as redis:
        queue = Queue("bench", connection=redis, serializer=JSONSerializer)
        for task_id in range(1, count + 1):
            queue.enqueue("bench.notices.tell", task_id, result_ttl=0)


services: list[WorkerServices] = []
"""The services for the jobs of RQ's own worker: a list of one entry, filled before the worker forks."""


def tell(task_id: int) -> None:
    """Send the notice of the task with this id, as a job of RQ's own worker."""
    jobs.run(services[0], task_id)


def fork_for_each(*, loaded: bool) -> None:
    """Run RQ's own worker, which forks for each job, until its queue is empty.

    With `loaded`, the worker loads the channels' plugins before it forks.
    """
    import bench.notices  # noqa: PLC0415, PLW0406 - RQ imports the job by this name, and not as __main__

    bench.notices.services.append(build(read(os.environ, env_file=None, carriers=SETTINGS)))
    if loaded:
        is_understood(os.environ["STAFF_NOTIFY_URLS"])
    redis = client_for_workers(os.environ["REDIS_URL"])
    queue = Queue("bench", connection=redis, serializer=JSONSerializer)
    Worker([queue], connection=redis, serializer=JSONSerializer).work(burst=True, logging_level="WARNING")


if __name__ == "__main__":
    if "--forks" in sys.argv:
        fork_for_each(loaded="--loaded" in sys.argv)
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)

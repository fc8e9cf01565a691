"""Forged jobs, as a stranger with write access to Redis could leave them. A job whose code is run makes a folder.

All fields that RQ loads of a job are forged: function, arguments, callbacks, and what a worker notes about the job.
"""

import os
import pickle
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from redis import Redis
from rq import Callback, Queue, Repeat, Retry
from rq.serializers import JSONSerializer, PickleSerializer

SPEAKS = "builtins.print"
"""The function that the callbacks of forged jobs name: it takes any arguments, and a test would see its output."""


class Bomb:
    """An object that makes the folder `trace` when it is unpickled, as proof that a stranger's code was run."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return os.mkdir, (str(self.trace),)


def jobs(redis: Redis, name: str, trace: Path, webhook: str) -> None:
    """Forge whole jobs on the queue of this name, in the form in which RQ itself makes them."""
    named: Mapping[str, dict[str, Any]] = {
        "strange": {"f": "os.mkdir", "args": (f"{trace}-by-name",)},
        "errand-1-1": {"f": "os.mkdir", "args": (f"{trace}-in-place-of-ours",)},
        "waiting-71": {"f": "builtins.print", "args": ("ran as if it saved what waits",)},
        "errand-71-1": {"f": "workers.jobs.run", "on_success": Callback(SPEAKS), "on_failure": Callback(SPEAKS)},
        "waiting-72": {"f": "workers.jobs.save", "on_success": Callback(SPEAKS), "on_failure": Callback(SPEAKS)},
        "errand-72-1": {"f": "os.mkdir", "args": (f"{trace}-again",), "repeat": Repeat(times=3, interval=1)},
        "errand-73-1": {"f": "os.mkdir", "args": (f"{trace}-retried",), "retry": Retry(max=3)},
        "errand-74-1": {"f": "os.mkdir", "args": (f"{trace}-stopped",), "on_stopped": Callback(SPEAKS)},
    }
    for job_id, more in named.items():
        Queue(name, connection=redis, serializer=JSONSerializer).enqueue(more.pop("f"), job_id=job_id, **more)
    Queue(name, connection=redis, serializer=PickleSerializer).enqueue("os.mkdir", Bomb(Path(f"{trace}-pickled")))
    after = Queue(name, connection=redis, serializer=JSONSerializer)
    after.enqueue("os.mkdir", f"{trace}-after-ours", job_id="errand-75-1", depends_on="errand-1-1")
    redis.hset("rq:job:errand-71-1", "webhooks", f'[{{"url": "{webhook}", "status": "failed"}}]')


FIELDS = (
    *("data", "kwargs", "meta", "result", "exc_info", "webhooks", "dependency_ids", "success_callback_name"),
    *("repeat_intervals", "retry_intervals", "status", "created_at", "timeout", "origin", "group_id", "worker_name"),
)


def fields(redis: Redis, name: str, trace: Path, _webhook: str) -> None:
    """Forge jobs with one harmful field each: a pickle that makes a folder, once plain and once compressed."""
    for number, field in enumerate(FIELDS, start=80):
        bomb = pickle.dumps(Bomb(Path(f"{trace}-{field}")))
        for more, value in ((0, bomb), (100, zlib.compress(bomb))):
            job_id = f"errand-{number + more}-1"
            redis.hset(f"rq:job:{job_id}", mapping={"data": b"[]", "origin": name, "status": "queued", field: value})
            redis.rpush(f"rq:queue:{name}", job_id)
    redis.set("rq:job:errand-79-1", "no hash at all")
    redis.rpush(f"rq:queue:{name}", "errand-79-1")


def registries(redis: Redis, name: str, trace: Path, _webhook: str) -> None:
    """Forge jobs in the registries that RQ's own housekeeping reads: abandoned, scheduled, deferred, failed."""
    held = Queue(f"{name}-held", connection=redis, serializer=JSONSerializer)
    bomb = pickle.dumps(Bomb(Path(f"{trace}-registered")))
    for kind in ("wip", "scheduled", "deferred", "failed", "finished", "ready"):
        job = held.enqueue("os.mkdir", f"{trace}-{kind}", on_failure=Callback(SPEAKS))
        redis.hset(job.key, mapping={"status": "started", "meta": bomb})
        redis.zadd(f"rq:{kind}:{name}", {f"{job.id}:one".encode(): 1, job.id.encode(): 2, b"\xff\xfe": 3})
    redis.rpush(f"rq:queue:{name}:intermediate", held.enqueue("os.mkdir", f"{trace}-laid-aside").id, b"\xff\xfe")
    redis.sadd("rq:job:errand-1-1:dependents", held.enqueue("os.mkdir", f"{trace}-dependent").id, b"\xff\xfe")


def ids(redis: Redis, name: str, _trace: Path, _webhook: str) -> None:
    """Queue ids of jobs that do not exist, or that are no ids; and set the key in Redis that suspends RQ's workers."""
    redis.set("rq:suspended", 1)
    redis.rpush(f"rq:queue:{name}", b"\xff\xfe\x80", "errand-1-1; errand-2-1", "errand-99999999999-1", "")


KINDS: Mapping[str, Callable[[Redis, str, Path, str], None]] = {
    "jobs": jobs,
    "fields": fields,
    "registries": registries,
    "ids": ids,
}

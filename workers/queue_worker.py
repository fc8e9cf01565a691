"""Takes the jobs of one queue, one after the other, and runs those that this service knows by their ids.

RQ does its part of a worker: registration, heartbeats, waiting, and finding Redis again. The data that RQ would load of
a job (a function, arguments, callbacks, dependents) are never read, since anybody who can write to Redis could have
written them.
"""

import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from types import FrameType
from typing import Any

from redis import Redis
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import JobTimeoutException

from config import logs
from ivr.desk.job_queue import JOB_SECONDS
from workers.jobs import known
from workers.processes import JobProcess
from workers.services import WorkerServices

log = logging.getLogger(__name__)

WORKER_SECONDS = 30
"""Seconds for which Redis knows a worker after a heartbeat. With fewer, RQ's own heartbeats would be too late."""

BEAT_SECONDS = 5.0
"""The fewest seconds between a worker's heartbeats. Together with JOB_SECONDS, they stay below `WORKER_SILENT`."""

END = signal.SIGUSR1
"""The signal to end after the present job. SIGINT and SIGTERM, which reach a whole process group, are ignored."""


class NamedJob(Job):
    """A job of which only the id on the queue is known. That id may be any text."""

    def __init__(self, told: str, connection: Redis) -> None:
        super().__init__(id="told", connection=connection, serializer=JSONSerializer)
        self.told = told


class IdQueue(Queue):
    """A job queue from which a worker takes only the ids of jobs, and reads no other data of the jobs."""

    @classmethod
    def lmove(cls, connection: Redis, queue_key: str, timeout: int | None) -> tuple[str, str] | None:
        """Take the next id from the queue, and return the queue's name and the id; None if the queue is empty.

        Unlike RQ's method, this keeps no copy of the id during the job. If the worker dies, the outbox has the task.
        """
        found = cls.lpop([queue_key], timeout, connection=connection)
        return (queue_key, found[1].decode(errors="replace")) if found else None

    @classmethod
    def _fetch_dequeued_job(cls, connection: Redis, queue_key: str, job_id: str, *_: Any, **_more: Any) -> Any:
        return NamedJob(job_id, connection), cls.from_queue_key(queue_key, connection=connection)


class QueueWorker(SimpleWorker):
    """RQ's worker of one queue in one process, but with jobs found and run in our own way."""

    queue_class = IdQueue
    max_connection_wait_time = 5.0
    """The most seconds between attempts to reach Redis, because RQ's 60 seconds would delay pending requests."""

    def __init__(self, services: WorkerServices, process: JobProcess, redis: Redis) -> None:
        queues = [IdQueue(process.queue, connection=redis, serializer=JSONSerializer)]
        super().__init__(queues, connection=redis, serializer=JSONSerializer, worker_ttl=WORKER_SECONDS)
        self._services = services
        self._process = process
        self._next_beat = 0.0

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run the job if this service knows its id. An error of the job is logged, and the worker goes on."""
        assert isinstance(job, NamedJob)  # noqa: S101 - IdQueue gives no other
        logs.begin()
        wanted = known(job.told)
        if wanted is None:
            log.error("a job on the queue %s is none of ours and was not run: see who can write to Redis", queue.name)
        else:
            with self._in_hand():
                self._run(wanted)
        self.connection.delete(Job.key_for(job.told))

    def _run(self, wanted: Callable[[WorkerServices], None]) -> None:
        try:
            with self.death_penalty_class(JOB_SECONDS, JobTimeoutException):
                wanted(self._services)
        except Exception as error:  # the outbox has recorded it, or leads to another attempt
            log.error("a job failed: %s: %s", type(error).__name__, error)  # noqa: TRY400 - no values of others' frames

    @contextmanager
    def _in_hand(self) -> Iterator[None]:
        self.heartbeat()
        self._process.tell(busy=True)
        try:
            yield
        finally:
            self._process.tell(busy=False)

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Tell Redis that this worker lives, at most once in BEAT_SECONDS. RQ calls this five times for each job."""
        now = self._process.monotonic()
        if now < self._next_beat:
            return
        with self.connection.pipeline(transaction=False) as together:
            super().heartbeat(timeout, together)
            together.execute()
        self._next_beat = now + BEAT_SECONDS

    def set_state(self, state: str, pipeline: Any = None) -> None:
        """Store the worker's state in Redis if it differs from before; RQ would store it before each job."""
        if state != self.get_state():
            super().set_state(state, pipeline)

    def check_for_suspension(self, burst: bool) -> None:
        """Do nothing. RQ would suspend the worker if a certain key is in Redis, which a stranger might write."""

    def run_maintenance_tasks(self) -> None:
        """Skip RQ's upkeep of its job registries. They are not used, because the outbox knows what is done."""
        self.last_cleaned_at = None

    @property
    def should_run_maintenance_tasks(self) -> bool:
        """Always False: RQ's maintenance tasks are never run here."""
        return False

    def subscribe(self) -> None:
        """Take no commands over Redis; this process is told to end by whoever started it."""

    def _install_signal_handlers(self) -> None:
        for usual in (signal.SIGINT, signal.SIGTERM):
            signal.signal(usual, signal.SIG_IGN)
        signal.signal(END, self._end)

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        self._stop_requested = True
        if not self._process.busy_since.value:
            raise StopRequested


def end_with(lifeline: int) -> None:
    """End this process after its current job, once the parent closes the other end of the pipe `lifeline`, or dies."""

    def wait() -> None:
        os.read(lifeline, 1)
        os.kill(os.getpid(), END)

    Thread(target=wait, daemon=True).start()

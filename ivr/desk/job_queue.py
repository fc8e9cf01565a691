"""The job queues in Redis, from which the workers take jobs. Each kind of work has a queue, and so has each channel.

Nothing is decided here; the sweep enqueues lost jobs again. A worker reads only the id of a job.
"""

import logging
import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from rq.utils import as_text, utcparse
from rq.worker_registration import get_keys

from ivr.desk.tasks import TELL_STAFF, Dispatch
from ivr.storage import redis_state
from ivr.storage.breaker import Breaker
from ivr.storage.redis import QueueAway, queue_errors, try_write

log = logging.getLogger(__name__)

QUEUE = "desk"
"""The queue's name for notices without a configured channel, and for all jobs of older versions of the program."""

PROMISES = "promises"
"""The name of the queue of the job that brings pending requests to the desk.

The queue has no other jobs, because another job could delay the pending requests.
"""

TEXTS = "texts"
"""The name of the queue of text messages to callers."""

RUN_TASK = "workers.jobs.run_errand"
SAVE_PENDING = "workers.jobs.save_waiting"
"""The functions that jobs run are RUN_TASK and SAVE_PENDING. Do not rename them: workers of other versions use them."""

TASK_ID = re.compile(r"errand-([1-9][0-9]{0,9})-([1-9][0-9]{0,9})", re.ASCII)
SAVING_ID = re.compile(r"waiting-[0-9]{1,19}", re.ASCII)
"""The patterns of job ids. TASK_ID is for jobs that run a task, SAVING_ID for jobs that save the pending requests."""

LARGEST_ID = 2**31 - 1
"""The largest integer that a column of the database holds; a job's id with a larger number is not ours."""

JOB_SECONDS = 40
"""The time limit of a job, in seconds: less than a task's lease, so that no task is run twice at a time."""

KEEP_FAILED = timedelta(days=7)
"""The time for which a worker of an older version keeps a failed job in Redis. Today's workers keep no failed job."""

WORKER_SILENT = timedelta(seconds=60)
"""The time since a worker's last heartbeat after which the worker does not count as alive."""


def queue_of_channel(key: str) -> str:
    """Return the name of the job queue for the notices of the channel with this key."""
    return f"notices-{key}"


def task_of(job_id: str) -> tuple[int, int] | None:
    """Return the id of the outbox task that a job runs, and the number of its dispatch; None for any other job."""
    found = TASK_ID.fullmatch(job_id)
    numbers = (int(found[1]), int(found[2])) if found else None
    return numbers if numbers and max(numbers) <= LARGEST_ID else None


def saves_pending(job_id: str) -> bool:
    """Return whether the job with this id brings the pending requests to the desk."""
    return bool(SAVING_ID.fullmatch(job_id))


class JobQueue:
    """The job queues, with the state of Redis and of the workers."""

    def __init__(self, redis: Redis, breaker: Breaker | None = None, channels: Collection[str] = ()) -> None:
        self._redis = redis
        self._breaker = breaker
        self._channels = channels
        self._queues = {name: self._named(name) for name in (PROMISES, QUEUE, TEXTS, *map(queue_of_channel, channels))}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all job queues."""
        return tuple(self._queues)

    def enqueue(self, dispatches: Iterable[Dispatch]) -> None:
        """Put a job for each of these dispatches on the queue of its kind of task. Raises QueueAway."""
        by_queue: dict[str, list[Any]] = {}
        for each in dispatches:
            by_queue.setdefault(self._queue_of(each), []).append(_job(each))
        if not by_queue:
            return
        with queue_errors(self._breaker), self._redis.pipeline() as together:
            for name, jobs in by_queue.items():
                self._queues[name].enqueue_many(jobs, pipeline=together)
            together.execute()

    def enqueue_after_commit(self, call_id: str, dispatches: Iterable[Dispatch]) -> None:
        """Enqueue the tasks that a call has left in the database; while Redis is away, the next sweep does it."""
        try:
            self.enqueue(dispatches)
        except QueueAway as away:
            log.warning("call %s: Redis is away (%s); the sweep will enqueue its tasks", call_id, away)

    def enqueue_saving_pending(self) -> None:
        """Enqueue the job that saves the pending requests, unless it is queued already. Raises QueueAway."""
        with queue_errors(self._breaker):
            if not self._redis.llen(self._queues[PROMISES].key):
                count = self._redis.incr("clinic:rings-for-waiting")
                self._queues[PROMISES].enqueue(
                    SAVE_PENDING,
                    job_id=f"waiting-{count}",
                    description="save what waits",
                    job_timeout=JOB_SECONDS,
                    result_ttl=0,
                    failure_ttl=int(KEEP_FAILED.total_seconds()),
                )

    def queued_tasks(self) -> set[int]:
        """Return the ids of the tasks whose jobs no worker has taken from a queue yet. Raises QueueAway."""
        with queue_errors(self._breaker), self._redis.pipeline() as together:
            for each in self._queues.values():
                together.lrange(each.key, 0, -1)
            found: list[list[bytes]] = together.execute()
        tasks = (task_of(job_id.decode(errors="replace")) for job_ids in found for job_id in job_ids)
        return {task[0] for task in tasks if task}

    def check(self) -> None:
        """Check that Redis takes writes and keeps them. Raises QueueAway, whose message says what is wrong."""
        with queue_errors(self._breaker):
            wrong = redis_state.fault(self._redis.info(), redis_state.NOT_WELL)
            if not wrong:
                try_write(self._redis)
        if wrong:
            raise QueueAway(wrong)

    def unserved(self, now: datetime) -> list[str]:
        """Return the names of the queues that no live worker serves: none sent a heartbeat within `WORKER_SILENT`.

        Reads RQ's keys itself, because an RQ Worker object would raise the timeout of this client's new connections to
        minutes. Raises QueueAway.
        """
        with queue_errors(self._breaker):
            return [name for name, queue in self._queues.items() if not self._is_served(queue, now)]

    def worker_is_alive(self, now: datetime) -> bool:
        """Return whether every job queue has a worker that is alive. Raises QueueAway."""
        return not self.unserved(now)

    def _is_served(self, queue: Queue, now: datetime) -> bool:
        beats = [self._redis.hget(key, "last_heartbeat") for key in get_keys(queue=queue)]
        moments = [utcparse(as_text(beat)) for beat in beats if beat]
        return any(now - moment.replace(tzinfo=moment.tzinfo or UTC) < WORKER_SILENT for moment in moments)

    def _queue_of(self, dispatch: Dispatch) -> str:
        if dispatch.name != TELL_STAFF:
            return TEXTS
        return queue_of_channel(dispatch.channel) if dispatch.channel in self._channels else QUEUE

    def _named(self, name: str) -> Queue:
        return Queue(name, connection=self._redis, serializer=JSONSerializer)


def _job(dispatch: Dispatch) -> Any:
    return Queue.prepare_data(
        RUN_TASK,
        args=(dispatch.task_id,),
        job_id=f"errand-{dispatch.task_id}-{dispatch.number}",
        description=f"errand {dispatch.task_id}",
        timeout=JOB_SECONDS,
        result_ttl=0,
        failure_ttl=int(KEEP_FAILED.total_seconds()),
    )

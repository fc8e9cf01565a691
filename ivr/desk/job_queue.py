"""The job queue in Redis, from which the workers take their jobs.

Jobs carry ids only. Nothing is decided here; the sweep enqueues lost jobs again.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from rq.utils import as_text, utcparse
from rq.worker_registration import get_keys

from ivr.desk.outbox import Dispatch
from ivr.storage import redis_state
from ivr.storage.breaker import Breaker
from ivr.storage.redis import QueueAway, queue_errors, try_write

QUEUE = "desk"
RUN_TASK = "workers.jobs.run_errand"
SAVE_PENDING = "workers.jobs.save_waiting"


JOB_SECONDS = 40
"""A job's time limit, in seconds: less than a task's lease, so that no task is run twice at a time."""

KEEP_FAILED = timedelta(days=7)
"""Time for which RQ keeps a failed job; the outbox keeps failed tasks for good."""

WORKER_SILENT = timedelta(seconds=60)
"""Time since a worker's last heartbeat after which it does not count as alive."""


class JobQueue:
    """The queue of jobs, and the state of Redis and the workers."""

    def __init__(self, redis: Redis, breaker: Breaker | None = None) -> None:
        self._redis = redis
        self._breaker = breaker
        self._queue = Queue(QUEUE, connection=redis, serializer=JSONSerializer)

    def enqueue(self, dispatches: Iterable[Dispatch]) -> None:
        """Put a job on the queue for each of these tasks. Raises QueueAway."""
        jobs = [
            Queue.prepare_data(
                RUN_TASK,
                args=(each.task_id,),
                job_id=f"errand-{each.task_id}-{each.number}",
                description=f"errand {each.task_id}",
                timeout=JOB_SECONDS,
                result_ttl=0,
                failure_ttl=int(KEEP_FAILED.total_seconds()),
            )
            for each in dispatches
        ]
        if jobs:
            with queue_errors(self._breaker):
                self._queue.enqueue_many(jobs)

    def enqueue_saving_pending(self) -> None:
        """Enqueue the job that saves the pending requests, unless it is queued already. Raises QueueAway."""
        with queue_errors(self._breaker):
            if not any(job_id.startswith("waiting-") for job_id in self._queue.get_job_ids()):
                count = self._redis.incr("clinic:rings-for-waiting")
                self._queue.enqueue(
                    SAVE_PENDING,
                    job_id=f"waiting-{count}",
                    description="save what waits",
                    job_timeout=JOB_SECONDS,
                    result_ttl=0,
                    failure_ttl=int(KEEP_FAILED.total_seconds()),
                )

    def queued_tasks(self) -> set[int]:
        """Return the ids of the tasks whose job still waits on the queue. Raises QueueAway."""
        with queue_errors(self._breaker):
            names = (job_id.split("-") for job_id in self._queue.get_job_ids())
            return {int(name[1]) for name in names if name[0] == "errand" and name[1:] and name[1].isdecimal()}

    def check(self) -> None:
        """Check that Redis takes writes and keeps them. Raises QueueAway, whose message says what is wrong."""
        with queue_errors(self._breaker):
            wrong = redis_state.fault(self._redis.info(), redis_state.NOT_WELL)
            if not wrong:
                try_write(self._redis)
        if wrong:
            raise QueueAway(wrong)

    def worker_is_alive(self, now: datetime) -> bool:
        """Return whether any worker sent a heartbeat within the last `WORKER_SILENT`. Raises QueueAway.

        Reads RQ's keys itself, because an RQ Worker object would raise the timeout of this client's new connections to
        minutes.
        """
        with queue_errors(self._breaker):
            beats = [self._redis.hget(key, "last_heartbeat") for key in get_keys(queue=self._queue)]
        moments = [utcparse(as_text(beat)) for beat in beats if beat]
        return any(now - moment.replace(tzinfo=moment.tzinfo or UTC) < WORKER_SILENT for moment in moments)

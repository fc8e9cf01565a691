"""The queue in Redis: clients that wait as long as their user may, and the bell that rings for the workers.

Jobs carry ids only. Nothing is decided here; a bell that was not heard is rung again by the sweep.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from rq.utils import as_text, utcparse
from rq.worker_registration import get_keys

from ivr.desk.outbox import Bell
from ivr.storage.breaker import Breaker
from ivr.storage.redis import QueueAway, queue_errors

QUEUE = "desk"
RUN_ERRAND = "workers.jobs.run_errand"
SAVE_WAITING = "workers.jobs.save_waiting"


JOB_SECONDS = 40
"""A job's time limit: less than an errand's lease, so that no errand is begun while it is still being run."""

KEEP_FAILED = timedelta(days=7)
"""How long RQ remembers a failed job; the errand's row remembers for good."""

WORKER_SILENT = timedelta(seconds=60)
"""A worker that has not been heard of for so long is not counted as alive."""


class Doorbell:
    """Rings for the workers."""

    def __init__(self, redis: Redis, breaker: Breaker | None = None) -> None:
        self._redis = redis
        self._breaker = breaker
        self._queue = Queue(QUEUE, connection=redis, serializer=JSONSerializer)

    def ring(self, bells: Iterable[Bell]) -> None:
        """Puts a job on the queue for each of these errands. Raises QueueAway."""
        jobs = [
            Queue.prepare_data(
                RUN_ERRAND,
                args=(bell.errand,),
                job_id=f"errand-{bell.errand}-{bell.ring}",
                description=f"errand {bell.errand}",
                timeout=JOB_SECONDS,
                result_ttl=0,
                failure_ttl=int(KEEP_FAILED.total_seconds()),
            )
            for bell in bells
        ]
        if jobs:
            with queue_errors(self._breaker):
                self._queue.enqueue_many(jobs)

    def ring_for_waiting(self) -> None:
        """Asks a worker to save what waits in Redis, unless one has been asked already. Raises QueueAway."""
        with queue_errors(self._breaker):
            if not any(job_id.startswith("waiting-") for job_id in self._queue.get_job_ids()):
                count = self._redis.incr("clinic:rings-for-waiting")
                self._queue.enqueue(
                    SAVE_WAITING,
                    job_id=f"waiting-{count}",
                    description="save what waits",
                    job_timeout=JOB_SECONDS,
                    result_ttl=0,
                    failure_ttl=int(KEEP_FAILED.total_seconds()),
                )

    def rung_for(self) -> set[int]:
        """The errands whose job still waits on the queue. Raises QueueAway."""
        with queue_errors(self._breaker):
            names = (job_id.split("-") for job_id in self._queue.get_job_ids())
            return {int(name[1]) for name in names if name[0] == "errand"}

    def check(self) -> None:
        """Sees that Redis answers and can write to its disk. Raises QueueAway, whose words say what is wrong."""
        with queue_errors(self._breaker):
            kept: dict[str, object] = self._redis.info("persistence")
        if not kept.get("aof_enabled"):
            raise QueueAway("it keeps nothing on disk: set appendonly yes and appendfsync always")
        if kept.get("aof_last_write_status") != "ok":
            raise QueueAway("it cannot write to its disk")

    def worker_is_alive(self, now: datetime) -> bool:
        """Whether any worker was heard of within the last `WORKER_SILENT`. Raises QueueAway.

        Reads what RQ writes down of its workers. A Worker of RQ's own is not made here: it would set the time limit of
        every new connection of this client to minutes.
        """
        with queue_errors(self._breaker):
            beats = [self._redis.hget(key, "last_heartbeat") for key in get_keys(queue=self._queue)]
        moments = [utcparse(as_text(beat)) for beat in beats if beat]
        return any(now - moment.replace(tzinfo=moment.tzinfo or UTC) < WORKER_SILENT for moment in moments)

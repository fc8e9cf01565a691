"""Builds and runs a worker with our queue, the JSON serializer, and short timeouts, so that a dead one is soon noticed.

Run as `python -m workers`.
"""

import os
import sys

from rq import Queue, Worker
from rq.serializers import JSONSerializer

import workers.jobs  # noqa: F401 - imported before the fork, so that a job begins at once
from config import logs
from config.settings import BadSettings, read
from config.toml_file import BadFile
from ivr.desk.job_queue import QUEUE
from ivr.storage.redis import client_for_workers
from ivr.wiring.carriers import SETTINGS
from workers.services import build

WORKER_SECONDS = 30
"""Seconds for which Redis remembers a worker without a heartbeat: the least with room for RQ's own heartbeats."""

LOOK_SECONDS = 5
"""Seconds between a worker's looks at its running job."""


def main(arguments: list[str]) -> None:
    """Run a worker until it is told to stop; with --burst, until the queue is empty."""
    try:
        settings = read(os.environ, carriers=SETTINGS)
        logs.configure(production=settings.production)
        build(settings)  # a configuration error stops the worker here, not its first job
    except (BadSettings, BadFile) as refused:
        sys.exit(str(refused))
    redis = client_for_workers(settings.redis_url)
    worker = Worker(
        [Queue(QUEUE, connection=redis, serializer=JSONSerializer)],
        connection=redis,
        serializer=JSONSerializer,
        worker_ttl=WORKER_SECONDS,
        job_monitoring_interval=LOOK_SECONDS,
        maintenance_interval=WORKER_SECONDS,
        log_job_description=False,
    )
    worker.work(burst="--burst" in arguments, logging_level="WARNING")


if __name__ == "__main__":
    main(sys.argv[1:])

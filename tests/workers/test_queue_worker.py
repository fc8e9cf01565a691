"""Forged jobs in Redis: the workers run only the jobs that they know by name."""

from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis

from ivr.desk.job_queue import PROMISES, QUEUE, TEXTS, WORKER_SILENT
from testing import forged_jobs as forged
from testing.listener import listener
from tests.people import Phone
from tests.workers.test_processes import happens, process, said
from workers.clock import sweep
from workers.processes import HANGS_SECONDS, LOOK_SECONDS, JobProcess
from workers.queue_worker import BEAT_SECONDS, QueueWorker
from workers.services import WorkerServices

QUEUES = (QUEUE, PROMISES, TEXTS)


@pytest.mark.slow
@pytest.mark.parametrize("kind", forged.KINDS)
def test_whatever_is_forged_in_redis_is_not_run_and_what_is_ours_is(
    kind: str, phone: Phone, worker: WorkerServices, redis_url: str, tmp_path: Path
) -> None:
    """Forged jobs on every queue are thrown away and run no code; the service's own job, queued after them, is run."""
    traces = tmp_path / "traces"
    traces.mkdir()
    with listener() as channel, Redis.from_url(redis_url) as redis:
        for name in QUEUES:
            forged.KINDS[kind](redis, name, traces / name, channel.url)
        reference = phone.rings().press("1", "1", "1", "1", "1").reference
        telling = {"STAFF_NOTIFY_URLS": channel.url.replace("http://", "json://")}
        with process(worker, "workers", **telling):
            assert happens(lambda: [reference in body.decode() for _, body in channel.posts] == [True])
            assert happens(lambda: not any(redis.llen(f"rq:queue:{name}") for name in QUEUES))
        assert len(channel.posts) == 1, "no webhook of a job either"
    assert list(traces.iterdir()) == []
    words = said(worker, "workers")
    assert ("is none of ours and was not run" in words) == (kind in {"jobs", "ids"}), "the others bear our own ids"
    assert "<" not in words, "no callback has spoken"
    assert "Traceback" not in words
    assert "has ended" not in words, "nor did it end a worker"


def test_forged_ids_on_the_queue_do_not_stop_the_clock(phone: Phone, worker: WorkerServices, redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        for odd in (b"errand-x-1", b"errand-", b"\xff\xfe", b"errand-99999999999-1", b"waiting-x", b""):
            redis.rpush(f"rq:queue:{QUEUE}", odd)
        phone.rings().press("1", "1", "1", "1", "1")
        sweep(worker)
    assert worker.desk.job_queue.queued_tasks() == {1}


def test_a_job_that_comes_twice_or_late_or_too_soon_does_nothing(phone: Phone, worker: WorkerServices) -> None:
    outbox, now = worker.desk.outbox, worker.clock()
    phone.rings().press("1", "1", "1", "1", "1")
    assert outbox.begin(1, now, number=2) is None, "nobody has dispatched it a second time"
    begun = outbox.begin(1, now, number=1)
    assert begun is not None
    assert outbox.begin(1, now, number=1) is None, "the same job again"
    for _ in range(4):
        outbox.failed(begun, "NotTold", now)
        begun = outbox.begin(1, now)
        assert begun is not None
    later = now + timedelta(hours=1)
    assert [each.number for each in outbox.due(later)] == [2], "its worker seems to have died"
    outbox.failed(begun, "NotTold", later)
    assert [each for each in range(1, 20) if outbox.begin(1, later, number=each)] == [], "its pause is not over"


def test_a_worker_tells_redis_that_it_lives_once_in_some_seconds(worker: WorkerServices, redis_url: str) -> None:
    seconds = iter([0.0, BEAT_SECONDS - 1, BEAT_SECONDS])
    with Redis.from_url(redis_url) as redis:
        lives = QueueWorker(worker, JobProcess(PROMISES, lambda: next(seconds)), redis)

        def told() -> bool:
            redis.delete(lives.key)
            lives.heartbeat()
            return bool(redis.exists(lives.key))

        assert [told(), told(), told()] == [True, False, True]
    longest = timedelta(seconds=HANGS_SECONDS + LOOK_SECONDS + BEAT_SECONDS)
    assert longest < WORKER_SILENT, "in its longest job it still counts as alive"

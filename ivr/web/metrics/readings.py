"""Reads metrics of the desk from the stores, at each scrape. Counts nothing.

Where a store is away its `up` is 0, and the metrics that only this store has are left out.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import TypeVar

from prometheus_client import Metric as Family

from ivr.metrics.table import (
    DATABASE,
    FAILED,
    OPEN,
    OVERDUE,
    REDIS,
    REQUESTS,
    UNSENT,
    WAITING,
    WORKER,
    Metric,
)
from ivr.operations.desk_snapshot import Snapshot
from ivr.storage.database import StoreAway
from ivr.storage.redis import QueueAway
from ivr.web.services import Services

Found = TypeVar("Found")


class Readings:
    """Reads, for Prometheus, the metrics that only the stores know."""

    def __init__(self, services: Services, now: datetime) -> None:
        self._services = services
        self._now = now

    def collect(self) -> Iterator[Family]:
        """Yield all metrics that are read from the stores."""
        yield from self._database()
        yield from self._redis()
        lines = self._services.hours.clinic_now().lines.values()
        yield _gauge(OPEN, {(line.key,): line.hours.is_open(self._now) for line in lines})

    def _database(self) -> Iterator[Family]:
        taken = _asked(partial(self._services.operations.snapshot, self._now))
        yield _gauge(DATABASE, {(): taken is not None})
        if taken is not None:
            yield from _of_the_desk(taken, self._now)
            yield _gauge(OVERDUE, {(): self._overdue(taken.overdue_since)})

    def _overdue(self, since: Mapping[str, datetime]) -> float:
        """Return how late the latest call is, in seconds of its own line's opening time; 0 if none is overdue."""
        clinic = self._services.hours.clinic_now()
        late = (clinic.line(key).hours.open_time(due, self._now) for key, due in since.items())
        return max((each.total_seconds() for each in late), default=0.0)

    def _redis(self) -> Iterator[Family]:
        waiting = _asked(self._pending)
        worker = None if waiting is None else _asked(partial(self._services.desk.job_queue.worker_is_alive, self._now))
        yield _gauge(REDIS, {(): worker is not None})
        if waiting is not None and worker is not None:
            yield _gauge(WAITING, {(): waiting})
            yield _gauge(WORKER, {(): worker})

    def _pending(self) -> int:
        """Return the number of pending requests in Redis, including those that could not be read or saved."""
        return self._services.desk.pending.count() + self._services.desk.pending.count_aside()


def _asked(ask: Callable[[], Found]) -> Found | None:
    try:
        return ask()
    except (StoreAway, QueueAway):
        return None


def _of_the_desk(taken: Snapshot, now: datetime) -> Iterator[Family]:
    yield _gauge(REQUESTS, {(status,): count for status, count in taken.requests.items()})
    yield _gauge(UNSENT, {(task,): _age(since, now) for task, since in taken.unsent_since.items()})
    yield _gauge(FAILED, {(task,): count for task, count in taken.failed.items()})


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _gauge(metric: Metric, values: Mapping[tuple[str, ...], float]) -> Family:
    family = Family(metric.name, metric.help, "gauge")
    for labels, value in sorted(values.items()):
        family.add_sample(metric.name, dict(zip(metric.labels, labels, strict=True)), float(value))
    return family

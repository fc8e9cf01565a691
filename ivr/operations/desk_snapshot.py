"""Counts the desk's requests and tasks, with their greatest ages, for monitoring. No numbers or names of people."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from ivr.desk.requests import Status
from ivr.desk.tasks import TASKS
from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.schema import LONG_AGO

UNKNOWN = "unknown"
"""The status of the requests whose status this version does not know."""


@dataclass(frozen=True)
class Snapshot:
    """The counts of the desk's requests and tasks at one moment, and how old the oldest are."""

    requests: Mapping[str, int]
    """The number of requests by status."""
    overdue_since: Mapping[str, datetime]
    """The due time of the most overdue open request, by line; only of lines where one is overdue."""
    unsent_since: Mapping[str, datetime | None]
    """The moment when the oldest open task was made, by the task's name; None without one. A failed one is not open."""
    failed: Mapping[str, int]
    """The number of outbox tasks that have failed for good, by the task's name."""


class DeskSnapshots:
    """Counts the desk's requests and tasks as a Snapshot."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, now: datetime) -> Snapshot:
        """Count the present requests and the outbox's tasks, and tell how old the oldest are. Raises StoreAway."""
        with self._database.reading() as read:
            return Snapshot(_requests(read), _overdue_since(read, now), _unsent_since(read), _failed(read))


def _requests(read: Connection) -> dict[str, int]:
    status = schema.requests.c.status
    found = read.execute(select(status, func.count()).group_by(status))
    counted = Counter({status.value: 0 for status in Status})
    for word, count in found:
        counted[word if word in counted else UNKNOWN] += count
    return counted


def _overdue_since(read: Connection, now: datetime) -> dict[str, datetime]:
    table = schema.requests
    overdue = (schema.IS_LIVE, table.c.status == Status.OPEN, table.c.due.between(LONG_AGO, now))
    found = read.execute(select(table.c.line, func.min(table.c.due)).where(*overdue).group_by(table.c.line))
    return {row[0]: row[1] for row in found}


def _unsent_since(read: Connection) -> dict[str, datetime | None]:
    table = schema.errands
    undone = (table.c.done_at.is_(None), table.c.failed_at.is_(None))
    found = read.execute(
        select(table.c.task, func.min(table.c.created))
        .where(*undone, table.c.created >= LONG_AGO)
        .group_by(table.c.task)
    )
    return dict.fromkeys(TASKS) | {row[0]: row[1] for row in found}


def _failed(read: Connection) -> dict[str, int]:
    table = schema.errands
    failed = (table.c.done_at.is_(None), table.c.failed_at.is_not(None))
    found = read.execute(select(table.c.task, func.count()).where(*failed).group_by(table.c.task))
    return dict.fromkeys(TASKS, 0) | {row[0]: row[1] for row in found}

"""Where a request waits in Redis, sealed and whole, while the database is away.

Nothing in it expires; a worker takes it to the desk when the database is back. See docs/decisions/0002.
"""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime

from redis import Redis
from redis.exceptions import ResponseError

from ivr.desk.requests import NewRequest
from ivr.line.booking import Kind, Part
from ivr.line.phones import Phone
from ivr.storage.breaker import Breaker
from ivr.storage.encryption import Cipher
from ivr.storage.redis import CALLER_TIMEOUT, QueueAway, queue_errors

KEY = "clinic:waiting"
"""A hash: the promise's mark, and the request sealed."""

FSYNC_MILLISECONDS = int(CALLER_TIMEOUT * 1000) - 100
"""How long Redis may take to have it on disk; a little less than its client waits."""


class KeepsNothing(QueueAway):
    """This Redis does not write to disk before it answers, so nothing may be promised on its word."""


@dataclass(frozen=True)
class PendingRequest:
    """A promised request that has not reached the desk."""

    mark: str
    reference: str
    new: NewRequest


class PendingRequests:
    """The requests that were promised while the database was away."""

    def __init__(self, redis: Redis, cipher: Cipher, breaker: Breaker | None = None) -> None:
        self._redis = redis
        self._cipher = cipher
        self._breaker = breaker

    def keep(self, waiting: PendingRequest) -> None:
        """Keeps the request, and returns once it is on disk. Twice is as good as once. Raises QueueAway."""
        with queue_errors(self._breaker), closing(_one_connection(self._redis)) as client:
            # A frozen Redis would carry out the write when it thaws, after the caller was told that nothing is kept.
            client.ping()
            client.hset(KEY, waiting.mark, self._cipher.encrypt(to_json(waiting)))
            _wait_for_disk(client)

    def sealed(self) -> Iterator[str]:
        """All who wait, as they lie there. Raises QueueAway."""
        with queue_errors(self._breaker):
            for _, sealed in self._redis.hscan_iter(KEY):
                yield sealed.decode()

    def open(self, sealed: str) -> PendingRequest:
        """Decrypt one pending request. Raises Unreadable where it was sealed under another secret."""
        return _from_json(self._cipher.decrypt(sealed))

    def leave(self, waiting: PendingRequest) -> None:
        """The request is on the desk. Raises QueueAway."""
        with queue_errors(self._breaker):
            self._redis.hdel(KEY, waiting.mark)

    def has(self, mark: str) -> bool:
        """Whether the promise of this mark waits here. Raises QueueAway."""
        with queue_errors(self._breaker):
            return bool(self._redis.hexists(KEY, mark))

    def count(self) -> int:
        """How many wait. Raises QueueAway."""
        with queue_errors(self._breaker):
            return int(self._redis.hlen(KEY))


def _one_connection(redis: Redis) -> Redis:
    """WAITAOF answers for the writes of its own connection only."""
    return Redis(connection_pool=redis.connection_pool, single_connection_client=True)


def _wait_for_disk(client: Redis) -> None:
    """Raises KeepsNothing unless the last write of this connection is on disk."""
    try:
        on_disk = client.waitaof(1, 0, FSYNC_MILLISECONDS)[0]
    except ResponseError:
        on_disk = _always_on_disk(client)  # no WAITAOF before Redis 7.2; an error too where nothing is kept at all
    if not on_disk:
        raise KeepsNothing("no write to disk was confirmed")


def _always_on_disk(client: Redis) -> bool:
    settings = client.config_get("appendonly", "appendfsync")
    return settings == {"appendonly": "yes", "appendfsync": "always"}


def to_json(waiting: PendingRequest) -> str:
    """All of it, in clear: to be sealed, or for the caller themself."""
    new = waiting.new
    return json.dumps(
        {
            "mark": waiting.mark,
            "reference": waiting.reference,
            "kind": new.kind,
            "line": new.line,
            "phone": new.phone.e164,
            "language": new.language,
            "day": new.day.isoformat() if new.day else None,
            "part": new.part,
            "due": new.due.isoformat(),
            "call_sid": new.call_id,
            "created": new.created.isoformat(),
            "asked": new.asked.isoformat(),
            "own_number": new.own_number,
        }
    )


def _from_json(text: str) -> PendingRequest:
    kept = json.loads(text)
    new = NewRequest(
        kind=Kind(kept["kind"]),
        line=kept["line"],
        phone=Phone(kept["phone"]),
        language=kept["language"],
        day=date.fromisoformat(kept["day"]) if kept["day"] else None,
        part=Part(kept["part"]) if kept["part"] else None,
        due=datetime.fromisoformat(kept["due"]),
        call_id=kept["call_sid"],
        created=datetime.fromisoformat(kept["created"]),
        asked=datetime.fromisoformat(kept["asked"]),
        own_number=kept["own_number"],
    )
    return PendingRequest(kept["mark"], kept["reference"], new)

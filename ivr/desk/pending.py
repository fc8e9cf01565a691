"""Keeps promised requests in Redis, encrypted, while the database is away.

Pending requests do not expire. When the database is back, a worker stores them there one by one. A worker moves a
request that cannot be read or stored to a second Redis hash, so that it delays no other. See docs/decisions/0002.
"""

import json
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from redis import Redis
from redis.exceptions import ResponseError

from ivr.desk.requests import CALLER, NewRequest
from ivr.line.booking import Kind, Part
from ivr.line.phones import Phone
from ivr.storage import redis_state
from ivr.storage.breaker import Breaker
from ivr.storage.encryption import Cipher, Unreadable
from ivr.storage.redis import CALLER_TIMEOUT, QueueAway, queue_errors

KEY = "clinic:waiting"
"""The name of the Redis hash of pending requests. The field is a promise's mark, the value is the encrypted request."""

ASIDE = "clinic:waiting-aside"
"""The key of a second Redis hash, for pending requests that could not be read or saved and would delay the others."""

TRIED = "clinic:waiting-aside-tried"
"""The name of a Redis entry that lasts `TRY_AGAIN`. While it exists, no process tries requests in `ASIDE` again."""

TRY_AGAIN = timedelta(minutes=10)

FSYNC_MILLISECONDS = int(CALLER_TIMEOUT * 1000) - 100
"""The milliseconds that Redis may take to write to disk; a little less than the client waits for an answer."""


class KeepsNothing(QueueAway):
    """Redis does not keep what it is given, or did not confirm a write to disk, so that nothing may be promised."""


@dataclass(frozen=True)
class PendingRequest:
    """A promised request that is not in the database yet, with its mark and reference."""

    mark: str
    reference: str
    new: NewRequest


@dataclass(frozen=True)
class SealedRequest:
    """A pending request, encrypted as Redis stores it."""

    field: bytes
    """The name of the pending request's field in the Redis hash: the mark of the request's promise."""
    words: bytes
    """The pending request, encrypted."""


class PendingRequests:
    """The store of pending requests, in Redis."""

    def __init__(self, redis: Redis, cipher: Cipher, breaker: Breaker | None = None) -> None:
        self._redis = redis
        self._cipher = cipher
        self._breaker = breaker

    def keep(self, waiting: PendingRequest) -> bool:
        """Store the pending request in Redis, and return once it is on disk; False if it was there before.

        Safe to repeat. Raises QueueAway.
        """
        with queue_errors(self._breaker), closing(_one_connection(self._redis)) as client:
            # A stalled Redis would do the write later, after the caller was told that nothing is stored.
            _check_that_it_lasts(client)
            added = client.hset(KEY, waiting.mark, self._cipher.encrypt(to_json(waiting)))
            _wait_for_disk(client)
        return bool(added)

    def sealed(self) -> list[SealedRequest]:
        """Return the pending requests, still encrypted, but not those that `set_aside` has moved. Raises QueueAway."""
        return self._all_of(KEY)

    def sealed_aside(self) -> list[SealedRequest]:
        """Return the requests that could not be read or saved earlier, still encrypted. Raises QueueAway."""
        return self._all_of(ASIDE)

    def open(self, sealed: SealedRequest) -> PendingRequest:
        """Decrypt one pending request, and return it.

        Raises Unreadable where it was encrypted under another secret, or is no request that this program knows.
        """
        try:
            found = _from_json(self._cipher.decrypt(sealed.words.decode(errors="replace")))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise Unreadable from None
        if found.mark.encode() != sealed.field:
            raise Unreadable
        return found

    def set_aside(self, sealed: SealedRequest) -> None:
        """Move a request that cannot be saved to another Redis hash, so that it delays no other. Raises QueueAway."""
        self._move(sealed, KEY, ASIDE)

    def try_again(self) -> None:
        """Move requests that could not be read or saved back to the pending ones, if readable now. Raises QueueAway.

        Does this at most once in ten minutes.
        """
        with queue_errors(self._breaker):
            if not self._redis.hlen(ASIDE) or not self._redis.set(TRIED, 1, nx=True, ex=TRY_AGAIN):
                return
        for each in self.sealed_aside():
            with suppress(Unreadable):
                self.open(each)
                self._move(each, ASIDE, KEY)

    def leave(self, waiting: PendingRequest) -> None:
        """Remove from Redis a pending request that is in the database now, or was erased. Raises QueueAway."""
        with queue_errors(self._breaker):
            self._redis.hdel(KEY, waiting.mark)
            self._redis.hdel(ASIDE, waiting.mark)

    def has(self, mark: str) -> bool:
        """Return whether there is a pending request with this mark. Raises QueueAway."""
        with queue_errors(self._breaker):
            return bool(self._redis.hexists(KEY, mark) or self._redis.hexists(ASIDE, mark))

    def count(self) -> int:
        """Return the number of pending requests, without those that could not be read or saved. Raises QueueAway."""
        with queue_errors(self._breaker):
            return int(self._redis.hlen(KEY))

    def count_aside(self) -> int:
        """Return the number of pending requests that could not be read or saved. Raises QueueAway."""
        with queue_errors(self._breaker):
            return int(self._redis.hlen(ASIDE))

    def _all_of(self, key: str) -> list[SealedRequest]:
        with queue_errors(self._breaker):
            return [SealedRequest(field, words) for field, words in self._redis.hscan_iter(key)]

    def _move(self, sealed: SealedRequest, here: str, there: str) -> None:
        with queue_errors(self._breaker), self._redis.pipeline(transaction=True) as both:
            both.hset(there, sealed.field, sealed.words)  # right before the deletion: see aof_repair.py
            both.hdel(here, sealed.field)
            both.execute()


def _one_connection(redis: Redis) -> Redis:
    """Return a Redis client with a single connection, because WAITAOF confirms only the writes of its connection."""
    return Redis(connection_pool=redis.connection_pool, single_connection_client=True)


def _check_that_it_lasts(client: Redis) -> None:
    """Check that the Redis server will keep what it is given now. Raises KeepsNothing."""
    wrong = redis_state.fault(client.info(), redis_state.NOT_LASTING)
    if wrong:
        raise KeepsNothing(wrong)


def _wait_for_disk(client: Redis) -> None:
    """Wait until Redis has the last write of this connection on disk. Raises KeepsNothing."""
    try:
        on_disk = client.waitaof(1, 0, FSYNC_MILLISECONDS)[0]
    except ResponseError:
        on_disk = _always_on_disk(client)  # no WAITAOF before Redis 7.2; also an error without an append-only file
    if not on_disk:
        raise KeepsNothing("no write to disk was confirmed")


def _always_on_disk(client: Redis) -> bool:
    settings = client.config_get("appendonly", "appendfsync")
    return settings == {"appendonly": "yes", "appendfsync": "always"}


USUAL: Mapping[str, Any] = {"made_by": CALLER, "other": False, "about": None, "why": None, "name": ""}
"""The usual values of a pending request's fields. The JSON omits a usual value, so that older programs can read it.

`NewRequest.caller` is never written. Only the limits need it, and no limit applies to a promised request.
"""


def to_json(waiting: PendingRequest) -> str:
    """Return the pending request as JSON text, which the caller of this function encrypts."""
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
            **{name: value for name in USUAL if (value := getattr(new, name)) != USUAL[name]},
        }
    )


def _from_json(text: str) -> PendingRequest:
    kept = {**USUAL, **json.loads(text)}
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
        **{name: kept[name] for name in USUAL},
    )
    return PendingRequest(kept["mark"], kept["reference"], new)

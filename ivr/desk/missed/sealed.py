"""Keeps missed calls in Redis, encrypted, while the database is away.

A missed call that cannot be stored or read is dropped, because its caller was promised nothing. No HTTP, no clock.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from redis import Redis

from ivr.desk.missed.how_far import HowFar
from ivr.desk.missed.missed_calls import NewMissedCall
from ivr.line.clinic import MissedKind
from ivr.line.phones import NumberRefused, Phone
from ivr.storage.breaker import Breaker
from ivr.storage.encryption import Cipher, KeyedIds, Unreadable
from ivr.storage.redis import queue_errors

KEY = "clinic:missed"
"""The key of a Redis hash from the keyed id of each call to the encrypted missed call."""

KEPT = timedelta(days=7)
"""The time after which Redis forgets all missed calls by itself, counted from the last one that was stored."""


@dataclass(frozen=True)
class SealedMissedCall:
    """A missed call that waits in Redis, encrypted, for the database."""

    field: str
    """The field of the missed call in the Redis hash: the keyed id of its call."""
    new: NewMissedCall | None
    """The missed call, decrypted; None if another SECRET_KEY encrypted it, or if this version cannot read it."""


@dataclass(frozen=True)
class SealedMissedCalls:
    """The missed calls that wait in Redis for the database."""

    redis: Redis
    cipher: Cipher
    keyed_ids: KeyedIds
    breaker: Breaker | None = None

    def keep(self, new: NewMissedCall) -> None:
        """Store a missed call in Redis, encrypted. Safe to repeat. Raises QueueAway."""
        with queue_errors(self.breaker), self.redis.pipeline(transaction=True) as both:
            both.hset(KEY, self.keyed_ids.call(new.call_id), self.cipher.encrypt(to_json(new)))
            both.expire(KEY, KEPT)
            both.execute()

    def all(self) -> Sequence[SealedMissedCall]:
        """Return the missed calls that wait in Redis, decrypted where they can be. Raises QueueAway."""
        with queue_errors(self.breaker):
            found = list(self.redis.hscan_iter(KEY))
        return [SealedMissedCall(field.decode(errors="replace"), self._open(words)) for field, words in found]

    def of(self, number: str) -> Sequence[SealedMissedCall]:
        """Return the missed calls of this number, given in E.164, that wait in Redis. Raises QueueAway."""
        return [each for each in self.all() if each.new and each.new.phone.e164 == number]

    def leave(self, found: Sequence[SealedMissedCall]) -> None:
        """Remove these missed calls from Redis. Raises QueueAway."""
        if found:
            with queue_errors(self.breaker):
                self.redis.hdel(KEY, *(each.field for each in found))

    def _open(self, words: bytes) -> NewMissedCall | None:
        try:
            return _from_json(self.cipher.decrypt(words.decode(errors="replace")))
        except (Unreadable, NumberRefused, ValueError, TypeError, KeyError):
            return None


def to_json(new: NewMissedCall) -> str:
    """Return the missed call as JSON, which is still to be encrypted."""
    return json.dumps(
        {
            "call": new.call_id,
            "phone": new.phone.e164,
            "line": new.line,
            "language": new.language,
            "at": new.at.isoformat(),
            "how_far": [new.how_far.kind, new.how_far.reached] if new.how_far else None,
        }
    )


def _from_json(text: str) -> NewMissedCall:
    kept = json.loads(text)
    how_far = kept["how_far"]
    return NewMissedCall(
        call_id=kept["call"],
        phone=Phone(kept["phone"]),
        line=kept["line"],
        language=kept["language"],
        at=datetime.fromisoformat(kept["at"]),
        how_far=HowFar(MissedKind(how_far[0]), how_far[1]) if how_far else None,
    )

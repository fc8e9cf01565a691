"""Counts the calls of a telephone and of a line within the last hour, in Redis, and says which is one too many.

A number stands there as its mark only. With Redis away nothing is counted and nobody is refused. No clock, no HTTP.
"""

import logging
from datetime import datetime, timedelta

from redis import Redis

from ivr.line.clinic import Limits
from ivr.line.phones import Phone
from ivr.storage.breaker import Breaker
from ivr.storage.encryption import Marker
from ivr.storage.redis import QueueAway, queue_errors

log = logging.getLogger(__name__)

WINDOW = timedelta(hours=1)
"""For how long a call counts."""


class CallLimits:
    """The calls of the last hour."""

    def __init__(self, redis: Redis, breaker: Breaker, marker: Marker, limits: Limits) -> None:
        self._redis = redis
        self._breaker = breaker
        self._marker = marker
        self._limits = limits

    def over(self, call_id: str, caller: Phone | None, line: str, now: datetime) -> bool:
        """Counts a call that comes in, once however often it is told of; whether it is one too many."""
        try:
            if self._counted(call_id, caller, line, now):
                return False
        except QueueAway as away:
            log.warning("call %s: Redis is away (%s); calls are not counted", call_id, away)
            return False
        log.warning("call %s: is over a limit on line %s", call_id, line)
        return True

    def _counted(self, call_id: str, caller: Phone | None, line: str, now: datetime) -> bool:
        """Whether it is within both limits. Raises QueueAway.

        The telephone comes first: what is too much of one telephone must not use up the line for all others.
        """
        limits = self._limits
        counts = {f"telephone:{self._marker.telephone(caller)}": limits.calls_of_a_caller} if caller else {}
        counts[f"line:{line}"] = limits.calls_of_a_line
        with queue_errors(self._breaker):
            return all(self._fits(f"clinic:calls:{whose}", most, call_id, now) for whose, most in counts.items())

    def _fits(self, key: str, most: int, call_id: str, now: datetime) -> bool:
        """A sorted set holds the calls by their moment; one too many is taken out, so that waiting ends."""
        with self._redis.pipeline() as together:
            together.zremrangebyscore(key, "-inf", (now - WINDOW).timestamp())
            together.zadd(key, {call_id: now.timestamp()}, nx=True)
            together.zcard(key)
            together.expire(key, WINDOW)
            _, is_new, count, _ = together.execute()
        if not is_new or count <= most:
            return True
        self._redis.zrem(key, call_id)
        return False

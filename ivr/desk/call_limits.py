"""Counts the calls of each telephone and of each line within the last hour, in Redis, and finds those over a limit.

Redis holds keyed hashes in place of numbers. While Redis is away nothing is counted and no call is refused. No clock,
no HTTP.
"""

import logging
from datetime import datetime, timedelta

from redis import Redis

from ivr.line.clinic import Limits
from ivr.line.phones import Phone
from ivr.storage.breaker import Breaker
from ivr.storage.encryption import KeyedIds
from ivr.storage.redis import QueueAway, queue_errors

log = logging.getLogger(__name__)

WINDOW = timedelta(hours=1)
"""Time for which a call counts."""


class CallLimits:
    """The counts of the last hour's calls, and their limits."""

    def __init__(self, redis: Redis, breaker: Breaker | None, keyed_ids: KeyedIds, limits: Limits) -> None:
        self._redis = redis
        self._breaker = breaker
        self._keyed_ids = keyed_ids
        self._limits = limits

    def over(self, call_id: str, caller: Phone | None, line: str, now: datetime) -> bool:
        """Count an incoming call, and return whether it is over a limit. A repeated webhook counts once."""
        try:
            if self._counted(call_id, caller, line, now):
                return False
        except QueueAway as away:
            log.warning("call %s: Redis is away (%s); calls are not counted", call_id, away)
            return False
        log.warning("call %s: is over a limit on line %s", call_id, line)
        return True

    def _counted(self, call_id: str, caller: Phone | None, line: str, now: datetime) -> bool:
        """Count the call, and return whether it is within both limits. Raises QueueAway.

        The telephone is counted first: a call over its limit must not use up the limit of the line for all others.
        """
        limits = self._limits
        counts = {f"telephone:{self._keyed_ids.telephone(caller)}": limits.calls_of_a_caller} if caller else {}
        counts[f"line:{line}"] = limits.calls_of_a_line
        with queue_errors(self._breaker):
            return all(self._fits(f"clinic:calls:{whose}", most, call_id, now) for whose, most in counts.items())

    def _fits(self, key: str, most: int, call_id: str, now: datetime) -> bool:
        """Count the call under this key, and return whether it is within the limit.

        A sorted set holds the calls by their moment. A refused call is taken out again, so that it does not prolong
        the refusal.
        """
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

"""Counts the calls of each telephone and of each line within the last hour, in Redis, and finds those over a limit.

Redis holds keyed hashes in place of numbers. While Redis is away nothing is counted and no call is refused. No clock,
no HTTP. docs/decisions/0021 explains the purpose of each limit.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from redis import Redis

from ivr.line.clinic import Limits
from ivr.line.phones import Phone
from ivr.storage.breaker import Breaker
from ivr.storage.encryption import KeyedIds
from ivr.storage.redis import QueueAway, queue_errors

log = logging.getLogger(__name__)

WINDOW = timedelta(hours=1)
"""The time for which a call counts against the limits on calls."""


@dataclass(frozen=True)
class IncomingCall:
    """A call that comes in, with the facts by which the limits count it."""

    call_id: str
    line: str
    caller: Phone | None
    """The number of the telephone that calls; None if the number is withheld."""
    forwarded: bool = False
    """True if one of the clinic's own telephones has forwarded the call, which hides who calls."""


@dataclass(frozen=True)
class LineLoad:
    """The load of a telephone line: its calls that were let in within the last hour, and the limits on them."""

    line: str
    calls: int
    withheld: int
    """The number of calls to the line, within the last hour, whose caller withheld the number."""
    limits: Limits

    @property
    def is_full(self) -> bool:
        """Return whether the line is at its limit of calls. Only a number's first call in an hour is still let in."""
        return self.calls >= self.limits.calls_of_a_line

    @property
    def is_full_of_withheld(self) -> bool:
        """Return whether the line's withheld calls have reached their limit, so that the next one is over the limit."""
        return self.withheld >= self.limits.withheld_calls_of_a_line


class CallLimits:
    """Counts the last hour's calls by caller and by line, and finds the calls that are over a limit."""

    def __init__(self, redis: Redis, breaker: Breaker | None, keyed_ids: KeyedIds, limits: Limits) -> None:
        self._redis = redis
        self._breaker = breaker
        self._keyed_ids = keyed_ids
        self._limits = limits
        self._count = redis.register_script(COUNT)

    def over(self, call: IncomingCall, now: datetime) -> bool:
        """Count an incoming call, and return whether it is over a limit. A repeated webhook counts once."""
        try:
            with queue_errors(self._breaker):
                let_in = self._lets_in(call, now)
        except QueueAway as away:
            log.warning("call %s: Redis is away (%s); calls are not counted", call.call_id, away)
            return False
        if not let_in:
            log.warning("call %s: is over a limit on line %s", call.call_id, call.line)
        return not let_in

    def loads(self, lines: Iterable[str], now: datetime) -> list[LineLoad]:
        """Return, for each of these lines, its number of calls in the last hour, and its limits. Raises QueueAway."""
        keys, since = list(lines), f"({(now - WINDOW).timestamp()}"
        with queue_errors(self._breaker), self._redis.pipeline() as together:
            for key in keys:
                together.zcount(_of_line(key), since, "+inf")
                together.zcount(_withheld(key), since, "+inf")
            counts = together.execute()
        return [
            LineLoad(key, calls, withheld, self._limits)
            for key, calls, withheld in zip(keys, counts[::2], counts[1::2], strict=True)
        ]

    def forget(self, line: str) -> None:
        """Forget the calls that are counted for a telephone line, so that it begins again at zero. Raises QueueAway."""
        with queue_errors(self._breaker):
            self._redis.delete(_of_line(line), _withheld(line))

    def _lets_in(self, call: IncomingCall, now: datetime) -> bool:
        """Count the call in one round trip to Redis, and return whether it is let in, that is, over no limit."""
        keys, whose = [_of_line(call.line)], self._whose(call)
        limits = [self._limits.calls_of_a_line]
        if whose:
            keys.append(whose[0])
            limits.append(whose[1])
        when = (now.timestamp(), (now - WINDOW).timestamp(), int(WINDOW.total_seconds()))
        is_telephone = int(call.caller is not None)
        return bool(self._count(keys=keys, args=[call.call_id, *when, is_telephone, *limits]))

    def _whose(self, call: IncomingCall) -> tuple[str, int] | None:
        """Return a Redis key and a limit: those of the caller's telephone, or those of all withheld calls of the line.

        Return None for a withheld call that the clinic has forwarded, because many patients may call that way.
        """
        if call.caller:
            return (
                f"clinic:calls:telephone:{self._keyed_ids.telephone(call.caller.e164)}",
                self._limits.calls_of_a_caller,
            )
        return None if call.forwarded else (_withheld(call.line), self._limits.withheld_calls_of_a_line)


COUNT = """
local call, now, since, seconds, is_telephone = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

-- A sorted set holds the calls by their moment. Returns the calls there, or nil if this one is one too many and not let
-- beyond. A refused call is taken out again, so that it does not prolong the refusal.
local function count(key, most, beyond)
    redis.call('ZREMRANGEBYSCORE', key, '-inf', since)
    local is_new = redis.call('ZADD', key, 'NX', now, call) == 1
    local calls = redis.call('ZCARD', key)
    redis.call('EXPIRE', key, seconds)
    if not is_new or beyond or calls <= tonumber(most) then
        return calls
    end
    redis.call('ZREM', key, call)
    return nil
end

-- Its telephone, or those that show no number, are counted first: a call over that limit must not use up the limit of
-- the line for all others. A telephone that calls for the first time within the hour is let in even beyond the line's
-- limit: it cannot be the one that floods it.
local first = false
if KEYS[2] then
    local calls = count(KEYS[2], ARGV[7], false)
    if not calls then
        return 0
    end
    first = is_telephone == '1' and calls == 1
end
if count(KEYS[1], ARGV[6], first) then
    return 1
end
-- A call that the line's limit refuses brings its telephone no nearer to its own limit.
if KEYS[2] then
    redis.call('ZREM', KEYS[2], call)
end
return 0
"""
"""A script for Redis that counts a call for its line and for its caller, and returns 1 if the call is let in, else 0.

The script runs within Redis, so that a caller waits for one answer, and no other call is counted during the script.
"""


def _of_line(line: str) -> str:
    return f"clinic:calls:line:{line}"


def _withheld(line: str) -> str:
    return f"clinic:calls:withheld:{line}"

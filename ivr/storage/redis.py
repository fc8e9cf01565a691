"""Makes the Redis clients, with timeouts for callers or workers, and translates every error into QueueAway.

Knows no queue and no key.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from ivr.storage.breaker import Breaker, CircuitOpen
from ivr.storage.redis_state import error_kind

CALLER_TIMEOUT = 0.6
"""The seconds that Redis may take while a caller waits; redis-py's defaults wait up to a minute."""


TRIAL = "clinic:trial"
"""The key of the write that tests whether Redis accepts writes. The write stores nothing under this key."""


class QueueAway(Exception):
    """Redis cannot be reached, fails, or does not answer in time; the message says why."""


def client_for_callers(url: str, timeout: float = CALLER_TIMEOUT) -> Redis:
    """Return a Redis client for a process that answers calls: it tries once, and gives up after `timeout` seconds."""
    limits = {"socket_timeout": timeout, "socket_connect_timeout": timeout}
    return Redis.from_url(url, retry=Retry(NoBackoff(), 0), **limits)


def client_for_workers(url: str) -> Redis:
    """Return a Redis client for workers, with the library's own retries."""
    return Redis.from_url(url)


def try_write(redis: Redis) -> None:
    """Test whether Redis accepts writes, by a write that changes nothing. Raises RedisError."""
    redis.setrange(TRIAL, 0, "")  # an empty text makes no key


@contextmanager
def queue_errors(breaker: Breaker | None = None) -> Iterator[None]:
    """Turn every error of Redis in the block into QueueAway, whose message is the error's kind and what to do."""
    try:
        with breaker.attempt(RedisError) if breaker else nullcontext():
            yield
    except CircuitOpen:
        raise QueueAway("it stalled a moment ago") from None
    except RedisError as error:
        raise QueueAway(error_kind(error)) from None

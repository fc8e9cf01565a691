"""Makes the Redis clients, with timeouts for callers or workers, and translates every error into one.

Knows no queue and no key.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from ivr.storage.breaker import Breaker, CircuitOpen

CALLER_TIMEOUT = 0.6
"""Seconds that Redis may take while a caller waits; redis-py's defaults wait up to a minute."""


class QueueAway(Exception):
    """Redis cannot be reached, fails, or does not answer in time; the message says why."""


def client_for_callers(url: str) -> Redis:
    """Return a client for a process that answers calls: it tries once, and gives up within a second."""
    limits = {"socket_timeout": CALLER_TIMEOUT, "socket_connect_timeout": CALLER_TIMEOUT}
    return Redis.from_url(url, retry=Retry(NoBackoff(), 0), **limits)


def client_for_workers(url: str) -> Redis:
    """Return a client for workers, with the library's own retries."""
    return Redis.from_url(url)


@contextmanager
def queue_errors(breaker: Breaker | None = None) -> Iterator[None]:
    """Raise QueueAway for every error of Redis; its message is only the kind of the error."""
    try:
        with breaker.attempt(RedisError) if breaker else nullcontext():
            yield
    except CircuitOpen:
        raise QueueAway("it stalled a moment ago") from None
    except RedisError as error:
        raise QueueAway(type(error).__name__) from None

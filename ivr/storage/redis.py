"""The Redis clients: each waits as long as its user may, and every trouble leaves as one error.

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
"""Seconds that Redis may take while somebody holds the telephone; redis-py's defaults wait up to a minute."""


class QueueAway(Exception):
    """Redis cannot be reached, or does not answer in time."""


def client_for_callers(url: str) -> Redis:
    """A client for a process in which somebody waits: it tries once, and gives up within a second."""
    limits = {"socket_timeout": CALLER_TIMEOUT, "socket_connect_timeout": CALLER_TIMEOUT}
    return Redis.from_url(url, retry=Retry(NoBackoff(), 0), **limits)


def client_for_workers(url: str) -> Redis:
    """A client with the library's own retries, for workers."""
    return Redis.from_url(url)


@contextmanager
def queue_errors(breaker: Breaker | None = None) -> Iterator[None]:
    """Every trouble with Redis leaves as QueueAway, which names its kind only."""
    try:
        with breaker.attempt(RedisError) if breaker else nullcontext():
            yield
    except CircuitOpen:
        raise QueueAway("it stalled a moment ago") from None
    except RedisError as error:
        raise QueueAway(type(error).__name__) from None

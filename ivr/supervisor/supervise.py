"""The order of things: Redis, the database's schema, the processes; and all of it backwards.

Decides when. How, the parts know.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ivr.supervisor.output import Say
from ivr.supervisor.signals import Signals

TICK = 1.0
SHORT_TICK = 0.2
REDIS_PATIENCE = 10.0
"""Seconds to wait for Redis; after that the line opens without it, since most of what it says needs none."""


class Supervised(Protocol):
    """Something that is kept running."""

    def tick(self, now: float) -> None:
        """Does what is due."""

    def stop(self, signals: Signals) -> None:
        """Ends it and all of its."""


class Watch(Protocol):
    """Something that becomes true while the parts run."""

    reached: bool
    late: bool

    def tick(self, now: float) -> None:
        """Looks again."""


class Redis(Supervised, Protocol):
    """The embedded one."""

    def ready(self) -> bool:
        """Whether it can be used."""


@dataclass(frozen=True)
class SupervisedParts:
    """All that is kept running, and what tells when it does."""

    redis: Redis | None
    children: Sequence[Supervised]
    readiness: Watch


def supervise(parts: SupervisedParts, prepare: Callable[[], None], signals: Signals, say: Say) -> None:
    """Run until a signal says stop. What `prepare` raises goes on to the caller, with nothing left running."""
    redis = [parts.redis] if parts.redis else []
    try:
        if parts.redis:
            _await(parts.redis, signals, say)
        with signals.interrupting():
            prepare()
        _keep([*redis, *parts.children], parts.readiness, signals)
        say("Stopping; what is in hand is finished first. Ctrl-C once more stops at once.")
    except KeyboardInterrupt:  # of prepare
        return
    finally:
        for part in [*parts.children, *redis]:
            part.stop(signals)


def _await(redis: Redis, signals: Signals, say: Say) -> None:
    end = time.monotonic() + REDIS_PATIENCE
    redis.tick(time.monotonic())
    while not redis.ready() and not signals.stopping:
        if time.monotonic() > end:
            say(f"redis: not ready after {REDIS_PATIENCE:.0f} s; starting without it")
            return
        signals.wait(0.02)
        redis.tick(time.monotonic())


def _keep(parts: Sequence[Supervised], readiness: Watch, signals: Signals) -> None:
    while not signals.stopping:
        for part in parts:
            part.tick(time.monotonic())
        readiness.tick(time.monotonic())
        signals.wait(TICK if readiness.reached or readiness.late else SHORT_TICK)

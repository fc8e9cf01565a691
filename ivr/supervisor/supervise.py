"""The order of starting (Redis, schema, processes) and of stopping (the reverse).

Decides when a part starts and stops; the parts know how.
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
"""Seconds to wait for Redis. After that the line opens without it, since most of a call needs no Redis."""


class Supervised(Protocol):
    """A part that is kept running."""

    def tick(self, now: float) -> None:
        """Do what is due. `now` is monotonic, in seconds."""

    def stop(self, signals: Signals) -> None:
        """Stop the part and all of its processes."""


class Watch(Protocol):
    """A condition that is awaited while the parts run."""

    reached: bool
    late: bool

    def tick(self, now: float) -> None:
        """Check the condition. `now` is monotonic, in seconds."""


class Redis(Supervised, Protocol):
    """The embedded Redis."""

    def ready(self) -> bool:
        """Return whether it can be used."""


@dataclass(frozen=True)
class SupervisedParts:
    """The parts that are kept running, and the watch for their readiness."""

    redis: Redis | None
    children: Sequence[Supervised]
    readiness: Watch


def supervise(parts: SupervisedParts, prepare: Callable[[], None], signals: Signals, say: Say) -> None:
    """Run until a signal asks for a stop. An error of `prepare` is raised, after all parts are stopped."""
    redis = [parts.redis] if parts.redis else []
    try:
        if parts.redis:
            _await(parts.redis, signals, say)
        with signals.interrupting():
            prepare()
        _keep([*redis, *parts.children], parts.readiness, signals)
        say("Stopping; what is in hand is finished first. Ctrl-C once more stops at once.")
    except KeyboardInterrupt:  # raised within prepare
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

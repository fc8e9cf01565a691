"""The order of starting (Redis, tables, processes) and of stopping (the reverse).

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


@dataclass(frozen=True)
class Patience:
    """The seconds that a start of the service waits for each of its parts."""

    redis: float = 10.0
    """Seconds to wait for Redis. Then the line opens without Redis, because most of a call needs none."""
    tables: float = 10.0
    """The most seconds to wait for the first upgrade of the tables. Then the line opens; requests wait in Redis."""
    thawed: float = 3.0
    """Seconds of SHUTDOWN commands to a Redis left by a killed supervisor, before SIGTERM and SIGCONT to that Redis."""
    killed: float = 6.0
    """Seconds between finding a Redis that a killed supervisor left running, and sending SIGKILL to that Redis."""


class Supervised(Protocol):
    """A part of the service that the supervisor keeps running."""

    def tick(self, now: float) -> None:
        """Do what is due for this part of the service. `now` is monotonic, in seconds."""

    def stop(self, signals: Signals) -> None:
        """Stop this part of the service and all of its processes."""


class Watch(Protocol):
    """A condition that the supervisor checks again and again while its processes run, such as that all are ready."""

    reached: bool
    late: bool

    def tick(self, now: float) -> None:
        """Check the condition once more; set `reached` or `late`. `now` is monotonic, in seconds."""


class Redis(Supervised, Protocol):
    """The part that runs the embedded Redis."""

    def ready(self) -> bool:
        """Return whether Redis can be used."""

    def why(self) -> str:
        """Return the reason, in words, why Redis cannot be used; empty if it is not known."""


class Tables(Supervised, Protocol):
    """The part that brings the tables of the database up to date."""

    settled: bool


@dataclass(frozen=True)
class SupervisedParts:
    """The parts that the supervisor keeps running, and the watch that tells when all are ready."""

    redis: Redis | None
    tables: Tables
    children: Sequence[Supervised]
    readiness: Watch
    patience: Patience


def supervise(parts: SupervisedParts, signals: Signals, say: Say) -> None:
    """Run the service's parts until a signal asks for a stop. Callers are answered even if Redis does not start."""
    redis, patience = [parts.redis] if parts.redis else [], parts.patience
    first = [*redis, parts.tables]
    try:
        if parts.redis and not _await(parts.redis.ready, redis, patience.redis, signals):
            say(f"redis: not ready after {patience.redis:.0f} s; {parts.redis.why()}starting without it")
        if not _await(lambda: parts.tables.settled, first, patience.tables, signals):
            say("The database is still being brought up to date; callers are answered meanwhile.")
        _keep([*first, *parts.children], parts.readiness, signals)
        say("Stopping; what is in hand is finished first. Ctrl-C once more stops at once.")
    finally:
        for part in [*parts.children, parts.tables, *redis]:
            part.stop(signals)


def _await(reached: Callable[[], bool], parts: Sequence[Supervised], patience: float, signals: Signals) -> bool:
    """Keep these parts running until `reached` returns True; return False if that takes over `patience` seconds."""
    end = time.monotonic() + patience
    while True:
        for part in parts:
            part.tick(time.monotonic())
        if reached() or signals.stopping:
            return True
        if time.monotonic() > end:
            return False
        signals.wait(0.02)


def _keep(parts: Sequence[Supervised], readiness: Watch, signals: Signals) -> None:
    while not signals.stopping:
        for part in parts:
            part.tick(time.monotonic())
        readiness.tick(time.monotonic())
        signals.wait(TICK if readiness.reached or readiness.late else SHORT_TICK)

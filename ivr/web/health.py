"""Health checks for a load balancer and for the person on call: is the process alive, and which of its parts work."""

import logging
from collections.abc import Callable

from flask import Blueprint, Response, current_app, jsonify

from ivr.storage.database import StoreAway
from ivr.storage.redis import QueueAway
from ivr.web.guards import guarded_by, open_to_all
from ivr.web.services import services

log = logging.getLogger(__name__)
LAST_SEEN = "readiness"
"""Key in `app.extensions` of the states that were found last."""

health = Blueprint("health", __name__)


@health.get("/healthz")
@guarded_by(open_to_all)
def alive() -> Response:
    """Answer that the process is alive. Checks nothing else."""
    return jsonify(process="well")


@health.get("/readyz")
@guarded_by(open_to_all)
def ready() -> tuple[Response, int]:
    """Return the state of the database, Redis, the worker and the system clock; 503 where one is not well."""
    parts = {"database": _database(), "redis": _redis(), "worker": _worker(), "clock": _clock()}
    _tell_what_changed(parts)
    return jsonify(parts), 200 if set(parts.values()) == {"well"} else 503


def _tell_what_changed(parts: dict[str, str]) -> None:
    """Log only the parts whose state has changed, since a monitor asks every few seconds."""
    before = current_app.extensions.get(LAST_SEEN, {})
    for name, state in parts.items():
        if state != before.get(name, "well"):
            log.warning("%s: %s is %s", "ready again" if state == "well" else "not ready", name, state)
    current_app.extensions[LAST_SEEN] = parts


def _database() -> str:
    return _asked(services().operations.readiness.check)


def _redis() -> str:
    return _asked(services().desk.job_queue.check)


def _worker() -> str:
    queues = services().desk.job_queue
    try:
        missing = queues.unserved(services().clock())
    except QueueAway:
        return "unknown: redis is away"
    if len(missing) == len(queues.names):
        return "none is running"
    return f"none takes what lies on the queue {', '.join(missing)}: restart the workers" if missing else "well"


def _clock() -> str:
    jumped = services().operations.clock_jumps.last()
    return "well" if jumped is None else f"has jumped by {jumped:+.0f} s: look at the machine's time service"


def _asked(check: Callable[[], None]) -> str:
    try:
        check()
    except (StoreAway, QueueAway) as away:
        return f"away: {away}"
    return "well"

"""Health checks for a load balancer and for the person on call: is the process alive, and which of its parts work."""

import logging

from flask import Blueprint, Response, current_app, jsonify

from ivr.storage import lived_time
from ivr.storage.database import StoreAway
from ivr.storage.redis import QueueAway
from ivr.web.guards import guarded_by, open_to_all
from ivr.web.services import services

log = logging.getLogger(__name__)
LAST_SEEN = "readiness"
"""The key, in Flask's `app.extensions`, of the states of the parts as the last check found them."""

health = Blueprint("health", __name__)


@health.get("/healthz")
@guarded_by(open_to_all)
def alive() -> Response:
    """Answer that this web process is alive. Checks nothing else."""
    return jsonify(process="well")


@health.get("/readyz")
@guarded_by(open_to_all)
def ready() -> tuple[Response, int]:
    """Return the state of each part (database, Redis, worker, pending requests, clock); 503 where one is not well."""
    parts = {"database": _database(), "redis": _redis(), "worker": _worker(), "pending": _pending(), "clock": _clock()}
    _tell_what_changed(parts)
    return jsonify(parts), 200 if set(parts.values()) == {"well"} else 503


def _tell_what_changed(parts: dict[str, str]) -> None:
    """Log only the parts whose state has changed since the last check, because a monitor asks every few seconds."""
    before = current_app.extensions.get(LAST_SEEN, {})
    for name, state in parts.items():
        if state != before.get(name, "well"):
            log.warning("%s: %s is %s", "ready again" if state == "well" else "not ready", name, state)
    current_app.extensions[LAST_SEEN] = parts


def _database() -> str:
    try:
        return services().operations.readiness.check() or "well"
    except StoreAway as away:
        return f"away: {away}"


def _redis() -> str:
    try:
        services().desk.job_queue.check()
    except QueueAway as away:
        return f"away: {away}"
    return "well"


def _worker() -> str:
    queues = services().desk.job_queue
    try:
        missing = queues.unserved(services().clock())
    except QueueAway:
        return "unknown: redis is away"
    if len(missing) == len(queues.names):
        return "none is running"
    return f"none takes what lies on the queue {', '.join(missing)}: restart the workers" if missing else "well"


def _pending() -> str:
    try:
        aside = services().desk.pending.count_aside()
    except QueueAway:
        return "unknown: redis is away"
    return f"{aside} promised requests cannot be read or saved: see docs/runbook.md" if aside else "well"


def _clock() -> str:
    jumped = services().operations.clock_jumps.last()
    if jumped is not None:
        return f"has jumped by {jumped:+.0f} s: look at the machine's time service"
    wrong = lived_time.disagreement(services().settings.state_dir / lived_time.FILE, services().clock())
    return f"{wrong}, so that what is old is not deleted: {lived_time.WHAT_TO_DO}" if wrong else "well"

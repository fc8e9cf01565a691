"""Checks of the time: our clock against other clocks, and the time zone data.

A wrong clock promises calls for the wrong hour, and says "open" while the clinic is closed.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import text

from ivr.preflight.context import Context, Finding, bad, doubtful, well
from ivr.preflight.http import NotReached, ask
from ivr.storage.database import StoreAway
from ivr.storage.lived_time import FILE, WHAT_TO_DO, disagreement
from ivr.storage.redis import QueueAway, queue_errors

NOTICED, INTOLERABLE = timedelta(seconds=5), timedelta(seconds=60)

ZONE = "Asia/Kolkata"


def _of_redis(on: Context) -> datetime | None:
    with queue_errors():
        seconds, microseconds = on.redis.time()
    return datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(microseconds))


def _of_the_database(on: Context) -> datetime | None:
    """Return the time of PostgreSQL's clock; None for SQLite, which uses this host's clock."""
    if not on.settings.database_url.startswith("postgresql"):
        return None
    with on.database.reading() as read:
        found: datetime = read.execute(text("SELECT clock_timestamp()")).scalar_one()
        return found


def _of_the_public_address(on: Context) -> datetime | None:
    return ask("GET", f"{on.settings.public_base_url}/healthz").date


OTHERS: dict[str, Callable[[Context], datetime | None]] = {
    "Redis": _of_redis,
    "the database": _of_the_database,
    "PUBLIC_BASE_URL": _of_the_public_address,
}
"""The clocks that are compared with this host's clock. If a clock cannot be reached, another check reports that."""


def system_clock(on: Context) -> Finding:
    """Check that this host's clock agrees with those of Redis, the database and the public address."""
    apart = {name: found for name, other in OTHERS.items() if (found := _apart(on, other)) is not None}
    if not apart:
        return well("there is no other clock to compare with")
    furthest = max(apart, key=lambda name: apart[name])
    saw = f"our clock and that of {furthest} are {apart[furthest].total_seconds():.0f} seconds apart"
    if apart[furthest] > INTOLERABLE:
        return bad(saw, "let both machines set their clocks by the network (NTP)")
    if apart[furthest] > NOTICED:
        return doubtful(saw, "let both machines set their clocks by the network (NTP)")
    return well(f"agrees with {' and '.join(apart)}")


def _apart(on: Context, other: Callable[[Context], datetime | None]) -> timedelta | None:
    before = on.clock()
    try:
        theirs = other(on)
    except (StoreAway, QueueAway, NotReached):
        return None
    return max(before - theirs, theirs - on.clock(), timedelta(0)) if theirs else None


def deleting(on: Context) -> Finding:
    """Check that our clock agrees with the lived time by which the desk deletes old rows."""
    wrong = disagreement(on.settings.state_dir / FILE, on.clock())
    return (
        bad(f"our clock is {wrong}: nothing is deleted by it", WHAT_TO_DO) if wrong else well("agrees with the desk's")
    )


def time_zone(on: Context) -> Finding:
    """Check that time zones are known, and show the clinic's time."""
    try:
        ZoneInfo(ZONE)
    except ZoneInfoNotFoundError:
        return bad(f"the time zone {ZONE} is not known here", "apt-get install tzdata, or pip install tzdata")
    local = on.clinic().line("").hours.local(on.clock())
    return well(f"at the clinic it is {local:%H:%M} ({local.tzinfo})")

"""Checks of the database and of Redis: that they answer, and that they keep data.

Raises StoreAway and QueueAway, which run.py turns into findings.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from redis import Connection, ConnectionPool, Redis, SSLConnection
from redis.exceptions import AuthenticationError, ResponseError

from ivr.hosts.seen import Hosts
from ivr.hours.phone_booking import PhoneBooking, in_words
from ivr.preflight.context import Context, Finding, bad, doubtful, well
from ivr.staff.passwords import Passwords
from ivr.staff.people import People
from ivr.storage.audit import try_writing
from ivr.storage.database import StoreAway
from ivr.storage.fit import unfit
from ivr.storage.redis import QueueAway, queue_errors, try_write
from ivr.storage.redis_state import NOT_FOR_WRITES, evicts, fault
from ivr.storage.revisions import Schema, schema_at

UPGRADE = "flask --app wsgi database upgrade"
IMPORT = "flask --app wsgi diary import FILE"


def database(on: Context) -> Finding:
    """Check that the database answers, and takes a write."""
    kind = on.settings.database_url.partition("://")[0].partition("+")[0]
    try:
        with on.database.trying() as trial:
            try_writing(trial)
            return well(f"{kind} answers and takes a write")
    except StoreAway as away:
        do = f"see that it runs and that DATABASE_URL is right; a new one is made by {UPGRADE}"
        return bad(f"{kind} is away ({away})", do)


def schema(on: Context) -> Finding:
    """Check that the tables of the database are those of this version."""
    with on.database.reading() as read:
        found = schema_at(read)
        wrong = unfit(read) if found.strange else ""
    if not found.made:
        return bad("the database has no tables yet", UPGRADE)
    if found.strange:
        return _strange(found, wrong)
    if found.has != found.head:
        return bad(f"too old: the tables are at {found.has}, this version needs {found.head}", UPGRADE)
    return well(f"the tables are at {found.has}")


def _strange(found: Schema, wrong: str) -> Finding:
    """Return the finding about tables of an unknown version. `wrong` says why they are unusable, or is empty."""
    saw = "the tables bear no revision: alembic_version is empty or missing"
    do = "see docs/runbook.md, The schema is of another version"
    if found.has:
        saw = f"too new: the tables are at {found.has}, this version knows {found.head} at most"
        do = "run the version that brought them there, or restore a backup from before it"
    if wrong:
        return bad(f"{saw}, and they do not serve it: {wrong}", do)
    return doubtful(f"{saw}, but they serve it", do)


def people(on: Context) -> Finding:
    """Check that at least one manager can log in."""
    managers = [each for each in People(on.database, Passwords()).all() if each.manager and each.active and each.ready]
    if not managers:
        return bad("nobody can log in and manage the desk", "flask --app wsgi staff add NAME")
    return well(f"{len(managers)} {'manager' if len(managers) == 1 else 'managers'} can log in")


def hosts(on: Context) -> Finding:
    """Check that every host that has answered calls within a week, this host included, was seen in the last minutes."""
    silent = Hosts(on.database).silent(on.clock())
    if silent:
        names = ", ".join(f"{each.name} (since {each.seen:%Y-%m-%d %H:%M} UTC)" for each in silent)
        do = "bring it back, and its calls come into the reports; see docs/runbook.md, A host is gone"
        return doubtful(f"not seen: {names}", do)
    return well("all that have answered calls are seen")


def phone_booking(on: Context) -> Finding:
    """Check whether callers are offered times: booking is switched on, not paused, and confirmed by a manager."""
    rules = on.clinic().diary
    state = PhoneBooking(on.database, on.settings.state_dir).stored()
    where = f"{on.settings.public_base_url}/desk/diary"
    if not rules.phone_books:
        return well("off: callers leave wishes, as phone_books = false in clinic.toml says")
    if state.paused:
        return doubtful("paused: callers leave wishes", f"a manager resumes it at {where}")
    if on.settings.production and not state.confirms(rules):
        do = f"enter what is booked elsewhere ({IMPORT}), then a manager confirms at {where}"
        return doubtful(f"off until a manager confirms {in_words(rules)}", do)
    return well(f"callers are given times: {in_words(rules)}")


def redis(on: Context) -> Finding:
    """Check that Redis answers and takes writes."""
    try:
        with queue_errors():
            wrong = fault(on.redis.info(), NOT_FOR_WRITES)
            if not wrong:
                try_write(on.redis)
    except QueueAway as away:
        return bad(f"Redis is away ({away})", "see that it runs and that REDIS_URL is right")
    if wrong:
        return bad(f"Redis is not to be written to: {wrong}", "see that REDIS_URL is right")
    return well("Redis answers and takes writes")


def redis_access(on: Context) -> Finding:
    """Check that Redis takes writes only over a socket, or with a password that nobody can read on the network.

    Anybody who writes to Redis can stop the workers and delete promised requests.
    """
    given = on.redis.connection_pool.connection_kwargs
    if "path" in given:
        return well("over a socket of this machine")
    host, ask = given["host"], "have it ask for a password (requirepass, or an ACL), and give it in REDIS_URL"
    if _answers_anybody(given):
        if _is_here(host):
            return doubtful("everybody on this machine may write to this Redis: it asks no password", ask)
        return bad(f"whoever reaches {host} may write to this Redis: it asks no password", ask)
    if not _is_here(host) and not on.settings.redis_url.startswith("rediss://"):
        return doubtful("its password and all it holds cross the network unencrypted", "use rediss://, or 127.0.0.1")
    return well("with a password")


def _answers_anybody(given: Mapping[str, Any]) -> bool:
    """Return whether this Redis answers somebody who shows no password. Raises QueueAway."""
    without = {name: value for name, value in given.items() if name not in {"username", "password"}}
    connection_class = SSLConnection if "ssl_cert_reqs" in given else Connection
    with queue_errors(), Redis(connection_pool=ConnectionPool(connection_class, **without)) as stranger:
        try:
            return bool(stranger.ping())
        except AuthenticationError:
            return False


def _is_here(host: str) -> bool:
    """Return whether this host name is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def redis_on_disk(on: Context) -> Finding:
    """Check that Redis writes a request to disk before it confirms. Redis holds promises while the database is away."""
    with queue_errors():
        persistence = on.redis.info("persistence")
        if not int(persistence.get("aof_enabled", 0)):
            snapshots = _setting(on.redis, "save")
            saw = "this Redis writes snapshots only, now and then" if snapshots else "this Redis keeps nothing on disk"
            return bad(saw, "appendonly yes and appendfsync always, or leave REDIS_URL empty")
        if persistence.get("aof_last_write_status", "ok") != "ok":
            return bad("this Redis cannot write to its disk at present", "see to the disk of Redis")
        return _flushes(_setting(on.redis, "appendfsync"))


ALWAYS = "set appendfsync always"

FLUSHES = {
    "always": well("on disk before it answers"),
    "everysec": doubtful("on disk within a second, which a power cut loses and a caller may wait for in vain", ALWAYS),
    "no": bad("this Redis leaves it to the kernel when to write to disk", ALWAYS),
}


def _flushes(fsync: str | None) -> Finding:
    return FLUSHES.get(fsync or "", doubtful("this Redis does not say when it writes to disk", f"see to it: {ALWAYS}"))


def redis_memory(on: Context) -> Finding:
    """Check that Redis, when full, refuses new data rather than forgetting old data."""
    with queue_errors():
        policy = on.redis.info("memory").get("maxmemory_policy", "unknown")
    if evicts({"maxmemory_policy": policy}):
        saw = f"this Redis forgets what it was given ({policy}); nothing is promised on it"
        return bad(saw, "set maxmemory-policy noeviction")
    if policy != "noeviction":
        return doubtful(f"this Redis may forget what it was given ({policy})", "set maxmemory-policy noeviction")
    return well("forgets nothing to make room")


def _setting(redis: Redis, name: str) -> str | None:
    """Return the value of a Redis setting; None if Redis does not allow reading it, as with many hosted services."""
    try:
        return str(redis.config_get(name).get(name, ""))
    except ResponseError:
        return None

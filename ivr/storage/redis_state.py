"""Explains the state of a Redis to the people who operate the service: its meaning, and what to do.

Reads INFO and the errors of a command. An error's own text, which may hold an address or a value, is never returned.
"""

from collections.abc import Callable, Mapping
from typing import Any

Info = Mapping[str, Any]
"""The answer of a Redis server to the command INFO."""

REPLICA = "it is a replica, where nothing that is written lasts: set REDIS_URL to the primary"
NOTHING_ON_DISK = "it keeps nothing on disk: set appendonly yes and appendfsync always"
CLOSES = "it has closed the connection: does it end, or want TLS (rediss:// in REDIS_URL)?"

BY_WORDS: Mapping[str, str] = {
    "OutOfMemoryError": "it is full and takes no writes: make room, or raise its maxmemory",
    "ReadOnlyError": REPLICA,
    "MasterDownError": REPLICA,
    "BusyLoadingError": "it is still loading its data: wait",
    "MISCONF": "it takes no writes since it could not save to its disk: make room, look at its log",
    "NOREPLICAS": "it takes no writes since too few replicas follow it",
    "AuthenticationError": "it refuses our name or password: look at REDIS_URL",
    "AuthenticationWrongNumberOfArgsError": "it refuses our name or password: look at REDIS_URL",
    "NOAUTH": "it refuses our name or password: look at REDIS_URL",
    "NoPermissionError": "our user may not do there what we need: look at its ACL",
    "DB index is out of range": "it has no database of this number: look at REDIS_URL",
    "CLUSTERDOWN": "it is a cluster that is down; the service needs a single server",
    "MovedError": "it is a cluster; the service needs a single server",
    "DENIED": "it is in protected mode: set a password there, and in REDIS_URL",
    "max number of clients": "it has too many clients",
    "SSL": "it does not speak TLS as REDIS_URL asks: redis:// or rediss://, and its certificate",
    "Connection refused": "nobody listens there: is it running?",
    "No such file": "its socket is not there: is it running?",
    "Connection closed": CLOSES,
    "Connection reset": CLOSES,
    "Broken pipe": CLOSES,
    "Name or service not known": "its host's name is not known: look at REDIS_URL",
    "name resolution": "its host's name is not known: look at REDIS_URL",
    "TimeoutError": "it does not answer in time",
}
"""The explanations of Redis' errors, by the error's class name or a phrase of its text. The first match is used."""

Fault = tuple[Callable[[Info], bool], str]


def evicts(info: Info) -> bool:
    """Return True if a Redis server may drop any key to make room. A volatile policy drops only keys that expire."""
    return str(info.get("maxmemory_policy", "")).startswith("allkeys")


NOT_FOR_WRITES: tuple[Fault, ...] = (
    (lambda info: bool(int(info.get("loading", 0))), BY_WORDS["BusyLoadingError"]),
    (lambda info: info.get("role") in {"slave", "replica"}, REPLICA),
)
"""The states of a Redis server in which nothing should be written to it, even if it takes the write."""

NOT_LASTING: tuple[Fault, ...] = (
    *NOT_FOR_WRITES,
    (evicts, "it forgets to make room: set maxmemory-policy noeviction"),
)
"""The states of a Redis server that may accept a write and lose it later, even if its disk works."""

NOT_WELL: tuple[Fault, ...] = (
    *NOT_LASTING,
    (lambda info: not int(info.get("aof_enabled", 0)), NOTHING_ON_DISK),
    (lambda info: info.get("aof_last_write_status", "ok") != "ok", "it cannot write to its disk"),
)
"""The states in which a Redis server is not ready for this service."""


def fault(info: Info, faults: tuple[Fault, ...]) -> str:
    """Return the words for the first state of `faults` that the Redis server is in; an empty text if it is in none."""
    return next((words for holds, words in faults if holds(info)), "")


def error_kind(error: Exception) -> str:
    """Return the class of a Redis error, and our explanation of the error if there is one; never the error's text."""
    name = type(error).__name__
    told = " ".join((name, str(error), str(error.__cause__ or "")))
    words = next((words for known, words in BY_WORDS.items() if known in told), "")
    return f"{name}: {words}" if words else name

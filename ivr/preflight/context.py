"""The context of the preflight's checks, with clients that wait only briefly, and the findings of the checks.

No client connects before a check uses it. A check that needs the clinic's file reads the file itself.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from redis import Redis

from config import clinic as clinic_file
from config.settings import ROOT, Settings
from ivr.line.clinic import Clinic
from ivr.notices.channels import Channel, channels_of
from ivr.storage.database import Database
from ivr.storage.encryption import KeyedIds
from ivr.storage.redis import client_for_callers

ENV_FILE = ROOT / ".env"


@dataclass(frozen=True)
class Context:
    """The settings, clock and stores that the preflight's checks look at."""

    settings: Settings
    clock: Callable[[], datetime]
    database: Database
    redis: Redis
    env_file: Path

    def clinic(self) -> Clinic:
        """Return the clinic as its file describes it. Raises BadFile."""
        return clinic_file.read(self.settings.clinic_file)

    def channels(self) -> Mapping[str, Channel]:
        """Return the channels for notices to the staff, by the channel's key."""
        return channels_of(self.settings.staff_notify_urls, KeyedIds(self.settings.secret_key))


@contextmanager
def context(settings: Settings, clock: Callable[[], datetime], env_file: Path = ENV_FILE) -> Iterator[Context]:
    """Yield the context of the checks for these settings. Its connections are closed at the end."""
    database, redis = Database(settings.database_url), client_for_callers(settings.redis_url)
    try:
        yield Context(settings, clock, database, redis, env_file)
    finally:
        database.close()
        redis.close()


class Result(StrEnum):
    """The result of a preflight check. A warning is worth knowing; after a failure the line does not answer rightly."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True)
class Finding:
    """The finding of one preflight check. Holds no secret."""

    result: Result
    saw: str
    do: str = ""
    """The remedy for an operator to apply; empty where all is well."""


def well(saw: str) -> Finding:
    """Return the finding of a check that has passed."""
    return Finding(Result.PASS, saw)


def doubtful(saw: str, do: str) -> Finding:
    """Return a warning's finding, for a line that works: what the check saw, and what the operator should do."""
    return Finding(Result.WARN, saw, do)


def bad(saw: str, do: str) -> Finding:
    """Return the finding of a check that has failed: the line does not work as it should."""
    return Finding(Result.FAIL, saw, do)

"""Builds from the settings the base of all services: the clinic, its script, and one client of each store.

A client connects when it is first used. No Flask, no rules, and no clock but the one handed in.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime

from redis import Redis

from config import clinic as clinic_file
from config import recordings, sentences
from config.recordings import Recordings
from config.settings import Settings
from config.toml_file import BadFile
from ivr.carrier.carriers import Carriers
from ivr.carrier.settings import CarrierUnfit
from ivr.carrier.speaker import Recorded
from ivr.line.clinic import Clinic
from ivr.line.script import Script
from ivr.reports import spool
from ivr.reports.spool import Spool
from ivr.storage import database
from ivr.storage import redis as redis_clients
from ivr.storage.breaker import Breaker
from ivr.storage.database import WORKER_TIMEOUT, Database
from ivr.storage.encryption import Cipher, KeyedIds
from ivr.storage.redis import client_for_callers, client_for_workers
from ivr.wiring import carriers

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

DATABASE_STALLS, REDIS_STALLS = 0.7, 0.5
"""The seconds after which a failed attempt counts as a stall of its store; a little less than a client's timeout."""


@dataclass(frozen=True)
class TimeLimits:
    """The longest times in seconds that steps of the work on a webhook may take, since a caller waits."""

    statement: float = database.CALLER_TIMEOUT
    database_stalls: float = DATABASE_STALLS
    redis: float = redis_clients.CALLER_TIMEOUT
    redis_stalls: float = REDIS_STALLS
    look_up: float = 0.25
    """Seconds that the look-up of a caller's number may take at the beginning of a call."""
    answer: float = 1.1
    """Seconds for all of a webhook's work on the database. A caller waits two seconds at most; Redis gets the rest."""

    def times(self, factor: float) -> "TimeLimits":
        """Return the time limits multiplied by this factor."""
        return TimeLimits(*(factor * seconds for seconds in astuple(self)))


A_CALLER_WAITS = TimeLimits()


@dataclass(frozen=True)
class Foundation:
    """The base of all services: the settings, the clinic and its script, and one client of each store."""

    settings: Settings
    clinic: Clinic
    script: Script
    clock: Clock
    database: Database
    slow_database: Database
    """A client of the same database without a breaker, for reads that take longer than a caller waits."""
    redis: Redis
    redis_breaker: Breaker | None
    limits: TimeLimits = A_CALLER_WAITS

    def cipher(self, purpose: str) -> Cipher:
        """Return the cipher for this purpose; a cipher for another purpose cannot decrypt what this one encrypts."""
        return Cipher(self.settings.secret_key, purpose)

    def keyed_ids(self) -> KeyedIds:
        """Return the object that makes keyed hashes and references for calls, promises and telephone numbers."""
        return KeyedIds(self.settings.secret_key)

    def spool(self) -> Spool:
        """Return the spool of this host, in which webhooks leave the traces of their calls."""
        return Spool(self.settings.state_dir / spool.FOLDER)

    def recordings(self) -> Recordings:
        """Return the recorded sentences. Log each recording not used because its file is bad or its words differ."""
        found = recordings.read(recordings.folder_of(self.settings.clinic_file), self.script)
        for line in (*found.faults, *(f"{each.name}: it says other words than the sentence" for each in found.stale)):
            log.warning("a recording is not used: %s", line)
        return found

    def carriers(self, recorded: Recorded) -> Carriers:
        """Return the carriers, which play these recordings. Raises BadFile if one cannot do what clinic.toml asks."""
        try:
            return carriers.carriers(self.settings.carrier, self.script, self.clinic, recorded)
        except CarrierUnfit as unfit:
            raise BadFile(f"{self.settings.clinic_file.name}: {unfit}") from unfit

    def close(self) -> None:
        """Close the connections to the database and to Redis."""
        self.database.close()
        self.slow_database.close()
        self.redis.close()


def for_callers(
    settings: Settings,
    clock: Clock,
    monotonic: Callable[[], float] = time.monotonic,
    limits: TimeLimits = A_CALLER_WAITS,
) -> Foundation:
    """Return the foundation of a process that answers calls: short timeouts, and a breaker for each store.

    Raises BadFile where a file of the configuration is wrong.
    """
    clinic = clinic_file.read(settings.clinic_file)
    return Foundation(
        settings=settings,
        clinic=clinic,
        script=sentences.read_for(clinic, settings.clinic_file),
        clock=clock,
        database=Database(
            settings.database_url,
            timeout=limits.statement,
            breaker=Breaker(limits.database_stalls, monotonic=monotonic),
        ),
        slow_database=Database(settings.database_url, timeout=WORKER_TIMEOUT),
        redis=client_for_callers(settings.redis_url, limits.redis),
        redis_breaker=Breaker(limits.redis_stalls, monotonic=monotonic),
        limits=limits,
    )


def for_workers(settings: Settings, clock: Clock) -> Foundation:
    """Return the foundation of a worker: long timeouts, no breakers. Raises BadFile where a file is wrong."""
    clinic = clinic_file.read(settings.clinic_file)
    database = Database(settings.database_url, timeout=WORKER_TIMEOUT)
    return Foundation(
        settings=settings,
        clinic=clinic,
        script=sentences.read_for(clinic, settings.clinic_file),
        clock=clock,
        database=database,
        slow_database=database,
        redis=client_for_workers(settings.redis_url),
        redis_breaker=None,
    )

"""Builds from the settings what every room stands on: the clinic, its script, one client of each store.

Nothing is connected before it is used. No Flask, no rules, and no clock but the one handed in.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from redis import Redis

from config import clinic as clinic_file
from config import sentences
from config.settings import Settings
from ivr.line.clinic import Clinic
from ivr.line.script import Script
from ivr.reports import spool
from ivr.reports.spool import Spool
from ivr.storage.breaker import Breaker
from ivr.storage.database import WORKER_TIMEOUT, Database
from ivr.storage.encryption import Cipher, KeyedIds
from ivr.storage.redis import client_for_callers, client_for_workers

Clock = Callable[[], datetime]

DATABASE_STALLS, REDIS_STALLS = 0.7, 0.5
"""Seconds, a little less than the limits of each: what fails after these has stalled, and is left alone a while."""


@dataclass(frozen=True)
class Foundation:
    """What every room is built on: the settings, the clinic and its script, and one client of each store."""

    settings: Settings
    clinic: Clinic
    script: Script
    clock: Clock
    database: Database
    slow_database: Database
    """The same database for what may take longer than a caller waits, and must hold up no call."""
    redis: Redis
    redis_breaker: Breaker | None

    def cipher(self, purpose: str) -> Cipher:
        """Seals what is meant for this purpose only."""
        return Cipher(self.settings.secret_key, purpose)

    def keyed_ids(self) -> KeyedIds:
        """Marks calls and promises so that nobody can read whose they are."""
        return KeyedIds(self.settings.secret_key)

    def spool(self) -> Spool:
        """Where webhooks leave what becomes of calls, on this machine."""
        return Spool(self.settings.state_dir / spool.FOLDER)

    def close(self) -> None:
        """Gives back the connections to both stores."""
        self.database.close()
        self.slow_database.close()
        self.redis.close()


def for_callers(settings: Settings, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> Foundation:
    """The foundation of a process in which callers wait: it gives up soon, and leaves alone what has stalled.

    Raises BadFile where a file of the configuration is wrong.
    """
    clinic = clinic_file.read(settings.clinic_file)
    return Foundation(
        settings=settings,
        clinic=clinic,
        script=sentences.read_for(clinic, settings.clinic_file),
        clock=clock,
        database=Database(settings.database_url, breaker=Breaker(DATABASE_STALLS, monotonic=monotonic)),
        slow_database=Database(settings.database_url, timeout=WORKER_TIMEOUT),
        redis=client_for_callers(settings.redis_url),
        redis_breaker=Breaker(REDIS_STALLS, monotonic=monotonic),
    )


def for_workers(settings: Settings, clock: Clock) -> Foundation:
    """The foundation of a process in which nobody waits. Raises BadFile where a file of the configuration is wrong."""
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

"""Builds from the settings what web, workers and commands share: the clinic, its script, the stores, in their rooms.

Nothing is connected before it is used. No Flask, no jobs, and no clock but the one handed in.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from redis import Redis

from config import clinic as clinic_file
from config import sentences
from config.settings import Settings
from ivr.desk.blocked import Blocked
from ivr.desk.bookings import Bookings
from ivr.desk.calendar_feed import CalendarFeed
from ivr.desk.intake_rules import IntakeRules
from ivr.desk.job_queue import JobQueue
from ivr.desk.merging import Merging
from ivr.desk.moves import Moves, next_due
from ivr.desk.outbox import Outbox, tasks_of_a_request
from ivr.desk.pending import PendingRequests
from ivr.desk.requests import Outcome, Request
from ivr.desk.store import RequestStore
from ivr.desk.worklist import Worklist
from ivr.hours.closures import Closures
from ivr.hours.closures_file import FILE, ClosuresFile
from ivr.line.clinic import Clinic
from ivr.line.script import Script
from ivr.reports import spool
from ivr.reports.spool import Spool
from ivr.staff.accounts import Accounts
from ivr.staff.authentication import Authentication
from ivr.staff.invitations import Invitations
from ivr.staff.lockout import Lockout
from ivr.staff.passwords import Passwords
from ivr.staff.people import People
from ivr.staff.second_factor import SecondFactors
from ivr.storage.audit import Audit
from ivr.storage.breaker import Breaker
from ivr.storage.database import WORKER_TIMEOUT, Database
from ivr.storage.encryption import Cipher, KeyedIds, LinkTokens
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


@dataclass(frozen=True)
class HoursServices:
    """When the clinic is open, with what the desk has set."""

    clinic: Clinic
    closures: Closures
    closures_file: ClosuresFile

    def clinic_now(self) -> Clinic:
        """The clinic with the closures that the desk has set; asks no store."""
        return self.clinic.with_closures(self.closures_file.read())

    def due_again(self, request: Request, outcome: Outcome, now: datetime) -> datetime:
        """When a patient who was not reached is called again, in the hours as the desk has set them."""
        return next_due(self.clinic_now())(request, outcome, now)


@dataclass(frozen=True)
class DeskServices:
    """The requests of patients, and the work about them."""

    store: RequestStore
    worklist: Worklist
    moves: Moves
    merging: Merging
    bookings: Bookings
    blocked: Blocked
    calendar_feed: CalendarFeed
    outbox: Outbox
    job_queue: JobQueue
    pending: PendingRequests


@dataclass(frozen=True)
class StaffServices:
    """The people at the desk, how they come in, and what they have done."""

    people: People
    accounts: Accounts
    invitations: Invitations
    lockout: Lockout
    second_factors: SecondFactors
    authentication: Authentication
    audit: Audit
    shown_once: Cipher
    """Seals what a person sees once or has still to confirm, on its way in their session's cookie."""


def for_callers(settings: Settings, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> Foundation:
    """The foundation of a process in which callers wait: it gives up soon, and leaves alone what has stalled.

    Raises BadFile where a file of the configuration is wrong.
    """
    clinic = clinic_file.read(settings.clinic_file)
    return Foundation(
        settings=settings,
        clinic=clinic,
        script=sentences.read_for(clinic),
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
        script=sentences.read_for(clinic),
        clock=clock,
        database=database,
        slow_database=database,
        redis=client_for_workers(settings.redis_url),
        redis_breaker=None,
    )


def hours(base: Foundation) -> HoursServices:
    """The clinic's hours on this machine."""
    return HoursServices(base.clinic, Closures(base.database), ClosuresFile(base.settings.state_dir / FILE))


def desk(base: Foundation, opening: HoursServices, rules: IntakeRules | None = None) -> DeskServices:
    """The desk in the clinic's hours; `rules` say which requests it takes, where it is calls that leave them."""
    database, settings = base.database, base.settings
    return DeskServices(
        store=RequestStore(database, tasks_of_a_request(settings.text_confirmations), rules),
        worklist=Worklist(database),
        moves=Moves(database, opening.due_again, base.clinic.persistence.tries),
        merging=Merging(database),
        bookings=Bookings(database),
        blocked=Blocked(database),
        calendar_feed=CalendarFeed(database, LinkTokens(settings.secret_key, "calendar link")),
        outbox=Outbox(database),
        job_queue=JobQueue(base.redis, base.redis_breaker),
        pending=PendingRequests(base.redis, base.cipher("waiting request"), base.redis_breaker),
    )


def staff(base: Foundation, passwords: Passwords) -> StaffServices:
    """The people at the desk."""
    database = base.database
    people, lockout, audit = People(database, passwords), Lockout(database), Audit(database, base.slow_database)
    second_factors = SecondFactors(database, base.cipher("second factor"))
    return StaffServices(
        people=people,
        accounts=Accounts(database),
        invitations=Invitations(database, passwords),
        lockout=lockout,
        second_factors=second_factors,
        authentication=Authentication(people, lockout, second_factors, audit),
        audit=audit,
        shown_once=base.cipher("second factor shown"),
    )

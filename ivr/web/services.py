"""Everything the web application works with, built once from the settings and handed to it as one value."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from flask import current_app
from redis import Redis

from config import clinic as clinic_file
from config import sentences
from config.settings import Settings
from ivr.carrier import configured
from ivr.carrier.port import Carrier
from ivr.desk.blocked import Blocked
from ivr.desk.bookings import Bookings
from ivr.desk.calendar_feed import Feed
from ivr.desk.call_limits import CallLimits
from ivr.desk.intake import FrontDoor
from ivr.desk.intake_rules import Doorkeeper
from ivr.desk.job_queue import Doorbell
from ivr.desk.merging import Merging
from ivr.desk.moves import Moves, next_due
from ivr.desk.outbox import Errands, tasks
from ivr.desk.pending import WaitingRoom
from ivr.desk.requests import Outcome, Request
from ivr.desk.store import Desk
from ivr.desk.worklist import Worklist
from ivr.hours.closures import Closures
from ivr.hours.closures_file import FILE, Mirror
from ivr.line.clinic import Clinic
from ivr.line.script import Script
from ivr.metrics import counters
from ivr.metrics.counters import Tally
from ivr.operations.clock_jumps import Jumps
from ivr.operations.desk_snapshot import Figures
from ivr.operations.readiness import Fitness
from ivr.reports import spool
from ivr.reports.reports import Reports
from ivr.reports.spool import Journal
from ivr.reports.spool_writer import Scribe
from ivr.staff.accounts import Roster
from ivr.staff.authentication import Entrance
from ivr.staff.invitations import Invitations
from ivr.staff.lockout import Lockout
from ivr.staff.passwords import Passwords
from ivr.staff.people import People
from ivr.staff.second_factor import SecondFactors
from ivr.storage.audit import Audit
from ivr.storage.breaker import Breaker
from ivr.storage.database import PATIENCE_OF_A_WORKER, Database
from ivr.storage.deadline import Patience
from ivr.storage.encryption import Marker, Seal, Tokens
from ivr.storage.migrate import revisions
from ivr.storage.redis import impatient

Clock = Callable[[], datetime]

NAME = "house"

A_CALLER_WAITS = 1.1
"""Seconds for the database, a little more than its own limits; what is left of two is for Redis."""

DATABASE_STALLS, REDIS_STALLS = 0.7, 0.5
"""Seconds, a little less than the limits of each: what fails after these has stalled, and is left alone a while."""


@dataclass(frozen=True)
class House:
    """The parts of the web process. Nothing in it is connected before it is used."""

    settings: Settings
    clinic: Clinic
    script: Script
    carrier: Carrier
    desk: Desk
    fitness: Fitness
    jumps: Jumps
    errands: Errands
    worklist: Worklist
    moves: Moves
    merging: Merging
    bookings: Bookings
    people: People
    roster: Roster
    invitations: Invitations
    entrance: Entrance
    second_factors: SecondFactors
    codes_seal: Seal
    """Seals what a person sees once or has still to confirm, on its way in their session's cookie."""
    audit: Audit
    feed: Feed
    closures: Closures
    mirror: Mirror
    doorbell: Doorbell
    front_door: FrontDoor
    call_limits: CallLimits
    blocked: Blocked
    call_seal: Seal
    figures: Figures
    reports: Reports
    marker: Marker
    scribe: Scribe
    tally: Tally
    clock: Clock
    close: Callable[[], None]
    """Gives back the connections to both stores and the files of the counts; what is to be written is written."""

    def clinic_now(self) -> Clinic:
        """The clinic with the closures that the desk has set; asks no store."""
        return self.clinic.with_closures(self.mirror.read())


def _now() -> datetime:
    return datetime.now(UTC)


def build(
    settings: Settings,
    clock: Clock = _now,
    passwords: Passwords | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> House:
    """The house that these settings describe. Raises BadFile where a file of the configuration is wrong."""
    clinic = clinic_file.read(settings.clinic_file)
    script = sentences.read_for(clinic)
    database = Database(settings.database_url, breaker=Breaker(DATABASE_STALLS, monotonic=monotonic))
    # What takes longer than a caller waits is no stall, and callers must not be held back because of it.
    patient = Database(settings.database_url, patience=PATIENCE_OF_A_WORKER)
    redis, redis_breaker = impatient(settings.redis_url), Breaker(REDIS_STALLS, monotonic=monotonic)
    doorkeeper = Doorkeeper(clinic.limits.requests_of_a_number)
    desk = Desk(database, tasks(settings.text_confirmations), doorkeeper)
    doorbell = Doorbell(redis, redis_breaker)
    room = WaitingRoom(redis, Seal(settings.secret_key, "waiting request"), redis_breaker)
    passwords = passwords or Passwords()
    people, audit = People(database, passwords), Audit(database, patient)
    patience = Patience(A_CALLER_WAITS)
    second_factors = SecondFactors(database, Seal(settings.secret_key, "second factor"))
    marker, blocked = Marker(settings.secret_key), Blocked(database)
    mirror = Mirror(settings.state_dir / FILE)
    scribe = Scribe(Journal(settings.state_dir / spool.FOLDER))
    counts = Tally(settings.state_dir / counters.FOLDER)
    return House(
        settings=settings,
        clinic=clinic,
        script=script,
        carrier=configured.carrier(settings.carrier, script, clinic.voices),
        desk=desk,
        fitness=Fitness(database, revisions(), settings.state_dir),
        jumps=Jumps(clock, monotonic),
        errands=Errands(database),
        worklist=Worklist(database),
        moves=Moves(database, partial(_due_again, clinic, mirror), clinic.persistence.tries),
        merging=Merging(database),
        bookings=Bookings(database),
        people=people,
        roster=Roster(database),
        invitations=Invitations(database, passwords),
        entrance=Entrance(people, Lockout(database), second_factors, audit),
        second_factors=second_factors,
        codes_seal=Seal(settings.secret_key, "second factor shown"),
        audit=audit,
        feed=Feed(database, Tokens(settings.secret_key, "calendar link")),
        closures=Closures(database),
        mirror=mirror,
        doorbell=doorbell,
        front_door=FrontDoor(desk, room, doorbell, marker, patience, blocked),
        call_limits=CallLimits(redis, redis_breaker, marker, clinic.limits),
        blocked=blocked,
        call_seal=Seal(settings.secret_key, "call"),
        figures=Figures(database),
        reports=Reports(patient),
        marker=marker,
        scribe=scribe,
        tally=counts,
        clock=clock,
        close=partial(_close, (database, patient), redis, patience, scribe, counts),
    )


def _due_again(clinic: Clinic, mirror: Mirror, request: Request, outcome: Outcome, now: datetime) -> datetime:
    """When a patient who was not reached is rung again, in the hours as the desk has set them."""
    return next_due(clinic.with_closures(mirror.read()))(request, outcome, now)


def _close(databases: Iterable[Database], redis: Redis, *others: Patience | Scribe | Tally) -> None:
    for other in others:
        other.close()
    for database in databases:
        database.close()
    redis.close()


def house() -> House:
    """The house of the application that is answering."""
    found: House = current_app.extensions[NAME]
    return found

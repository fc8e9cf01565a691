"""Everything the web application works with, built once from the settings and handed to it as one value."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from flask import current_app
from redis import Redis

from config import clinic as clinic_file
from config import sentences
from config.settings import Settings
from ivr.carrier.event import Carrier
from ivr.carrier.twiml import Renderer
from ivr.desk.accept import FrontDoor
from ivr.desk.audit import Audit
from ivr.desk.blocked import Blocked
from ivr.desk.closures import Closures
from ivr.desk.database import Database
from ivr.desk.doorkeeper import Doorkeeper
from ivr.desk.entrance import Entrance
from ivr.desk.invitations import Invitations
from ivr.desk.limits import CallLimits
from ivr.desk.lockout import Lockout
from ivr.desk.mirror import FILE, Mirror
from ivr.desk.moves import Moves, next_due
from ivr.desk.passwords import Passwords
from ivr.desk.patience import Patience
from ivr.desk.people import People
from ivr.desk.queue import Doorbell, impatient
from ivr.desk.requests import Outcome, Request
from ivr.desk.roster import Roster
from ivr.desk.seal import Marker, Seal
from ivr.desk.store import Desk
from ivr.desk.tasks import tasks
from ivr.desk.waiting import WaitingRoom
from ivr.desk.worklist import Worklist
from ivr.line.clinic import Clinic
from ivr.line.script import Script

Clock = Callable[[], datetime]

NAME = "house"

A_CALLER_WAITS = 1.2
"""Seconds for the database, a little more than its own limits; what is left of two is for Redis."""


@dataclass(frozen=True)
class House:
    """The parts of the web process. Nothing in it is connected before it is used."""

    settings: Settings
    clinic: Clinic
    script: Script
    carrier: Carrier
    renderer: Renderer
    desk: Desk
    worklist: Worklist
    moves: Moves
    people: People
    roster: Roster
    invitations: Invitations
    entrance: Entrance
    audit: Audit
    closures: Closures
    mirror: Mirror
    doorbell: Doorbell
    front_door: FrontDoor
    call_limits: CallLimits
    blocked: Blocked
    call_seal: Seal
    clock: Clock
    close: Callable[[], None]
    """Gives back the connections to both stores."""

    def clinic_now(self) -> Clinic:
        """The clinic with the closures that the desk has set; asks no store."""
        return self.clinic.with_closures(self.mirror.read())


def _now() -> datetime:
    return datetime.now(UTC)


def build(settings: Settings, clock: Clock = _now, passwords: Passwords | None = None) -> House:
    """The house that these settings describe. Raises BadFile where a file of the configuration is wrong."""
    clinic = clinic_file.read(settings.clinic_file)
    script = sentences.read_for(clinic)
    database, redis = Database(settings.database_url), impatient(settings.redis_url)
    doorkeeper = Doorkeeper(clinic.limits.requests_of_a_number)
    desk, doorbell = Desk(database, tasks(settings.text_confirmations), doorkeeper), Doorbell(redis)
    room = WaitingRoom(redis, Seal(settings.secret_key, "waiting request"))
    passwords = passwords or Passwords()
    people, audit = People(database, passwords), Audit(database)
    patience = Patience(A_CALLER_WAITS)
    marker, blocked = Marker(settings.secret_key), Blocked(database)
    mirror = Mirror(settings.state_dir / FILE)
    return House(
        settings=settings,
        clinic=clinic,
        script=script,
        carrier=Carrier(settings.auth_tokens, settings.twilio_account_sid),
        renderer=Renderer(script, clinic.voices),
        desk=desk,
        worklist=Worklist(database),
        moves=Moves(database, partial(_due_again, clinic, mirror), clinic.persistence.tries),
        people=people,
        roster=Roster(database),
        invitations=Invitations(database, passwords),
        entrance=Entrance(people, Lockout(database), audit),
        audit=audit,
        closures=Closures(database),
        mirror=mirror,
        doorbell=doorbell,
        front_door=FrontDoor(desk, room, doorbell, marker, patience, blocked),
        call_limits=CallLimits(redis, marker, clinic.limits),
        blocked=blocked,
        call_seal=Seal(settings.secret_key, "call"),
        clock=clock,
        close=partial(_close, database, redis, patience),
    )


def _due_again(clinic: Clinic, mirror: Mirror, request: Request, outcome: Outcome, now: datetime) -> datetime:
    """When a patient who was not reached is rung again, in the hours as the desk has set them."""
    return next_due(clinic.with_closures(mirror.read()))(request, outcome, now)


def _close(database: Database, redis: Redis, patience: Patience) -> None:
    patience.close()
    database.close()
    redis.close()


def house() -> House:
    """The house of the application that is answering."""
    found: House = current_app.extensions[NAME]
    return found

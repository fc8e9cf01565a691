"""What a job works with, built from the environment once a process and opened only when it is used."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from config import clinic as clinic_file
from config import sentences
from config.settings import Settings, read
from ivr.carrier import configured
from ivr.carrier.admin import Texts
from ivr.desk.job_queue import Doorbell
from ivr.desk.moves import Moves, next_due
from ivr.desk.outbox import Errands, tasks
from ivr.desk.pending import WaitingRoom
from ivr.desk.store import Desk
from ivr.hours.closures import Closures
from ivr.hours.closures_file import FILE, Mirror
from ivr.line.clinic import Clinic
from ivr.line.script import Script
from ivr.operations.retention import Shredder
from ivr.reports import spool
from ivr.reports.collector import Ledger
from ivr.reports.spool import Journal
from ivr.staff.lockout import Lockout
from ivr.storage.database import PATIENCE_OF_A_WORKER, Database
from ivr.storage.encryption import Seal
from ivr.storage.redis import patient


@dataclass(frozen=True)
class Tools:
    """The stores, the clinic and its words."""

    settings: Settings
    clinic: Clinic
    script: Script
    desk: Desk
    moves: Moves
    errands: Errands
    lockout: Lockout
    shredder: Shredder
    ledger: Ledger
    waiting_room: WaitingRoom
    doorbell: Doorbell
    texts: Callable[[], Texts]
    """The carrier's client for texts, made only where one is sent."""
    clock: Callable[[], datetime]
    database: Database
    closures: Closures
    mirror: Mirror


def build(settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Tools:
    """The tools that these settings describe. Raises BadFile where a file of the configuration is wrong."""
    clinic = clinic_file.read(settings.clinic_file)
    database, redis = Database(settings.database_url, patience=PATIENCE_OF_A_WORKER), patient(settings.redis_url)
    return Tools(
        settings=settings,
        clinic=clinic,
        script=sentences.read_for(clinic),
        desk=Desk(database, tasks(settings.text_confirmations)),
        moves=Moves(database, next_due(clinic), clinic.persistence.tries),
        errands=Errands(database),
        lockout=Lockout(database),
        shredder=Shredder(database, clinic.retention),
        ledger=Ledger(database, Journal(settings.state_dir / spool.FOLDER)),
        waiting_room=WaitingRoom(redis, Seal(settings.secret_key, "waiting request")),
        doorbell=Doorbell(redis),
        texts=configured.texts(settings.carrier),
        clock=clock,
        database=database,
        closures=Closures(database),
        mirror=Mirror(settings.state_dir / FILE),
    )


@cache
def tools() -> Tools:
    """The tools of this process."""
    return build(read(os.environ, carriers=configured.SETTINGS))

"""The services of the web application, built once from the settings and passed to it as one value."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from flask import current_app

from config.recordings import Recordings
from config.settings import Settings
from ivr.carrier.carriers import Carriers
from ivr.carrier.port import Carrier
from ivr.desk.call_limits import CallLimits
from ivr.desk.callers.look_up import CallerLookUp
from ivr.desk.intake import Intake
from ivr.desk.intake_rules import IntakeRules
from ivr.desk.missed.intake import MissedCallIntake
from ivr.desk.own_appointments import OwnAppointments
from ivr.desk.phone_bookings import PhoneBookings
from ivr.hosts.upkeep import HostUpkeep
from ivr.hours.closures import desk_closures
from ivr.line.clinic import Clinic
from ivr.line.script import Script
from ivr.metrics import counters
from ivr.metrics.counters import Counters
from ivr.operations.clock_jumps import ClockJumps
from ivr.operations.desk_snapshot import DeskSnapshots, Snapshot
from ivr.operations.readiness import DatabaseReadiness
from ivr.reports.counts.reports import Reports
from ivr.reports.last_calls import LastCalls
from ivr.reports.spool_writer import SpoolWriter
from ivr.staff.passwords import Passwords
from ivr.storage.database import Database
from ivr.storage.deadline import Deadline
from ivr.storage.encryption import Cipher, KeyedIds
from ivr.storage.revisions import revisions
from ivr.wiring import foundation, hosts, rooms
from ivr.wiring.foundation import A_CALLER_WAITS, Clock, Foundation, TimeLimits
from ivr.wiring.rooms import DeskServices, DiaryServices, HoursServices, StaffServices

NAME = "services"

RECORDED = "/recordings"
"""The path below which the recordings that carriers play are served."""


@dataclass(frozen=True)
class Deadlines:
    """The time limits for three kinds of work on the stores. Each kind of work has threads of its own."""

    answer: Deadline
    """The deadline for work on the stores that a caller waits for."""
    look_up: Deadline
    """The deadline for work that a call can do without, such as to look up who calls."""
    beside: Deadline
    """The deadline for work that no caller waits for. This work has its own threads and takes none from callers."""

    def close(self) -> None:
        """Take no more work on the stores, and wait until the work that has begun is done."""
        for each in (self.answer, self.look_up, self.beside):
            each.close()


@dataclass(frozen=True)
class TelephoneServices:
    """The services that calls need: the carriers, the intake of requests, bookings, and the limits on calls."""

    carriers: Carriers
    recordings: Recordings
    intake: Intake
    missed: MissedCallIntake
    bookings: PhoneBookings
    callers: CallerLookUp
    own_appointments: OwnAppointments
    limits: CallLimits
    cipher: Cipher
    """The cipher that seals what a call has gathered, for the URL of its next step."""

    @property
    def carrier(self) -> Carrier:
        """The first carrier that is configured. Its documents are read where there is no call, as for a transcript."""
        return self.carriers.first


@dataclass(frozen=True)
class ReportServices:
    """The services that record calls and requests and report on them."""

    reports: Reports
    spool_writer: SpoolWriter
    last_calls: LastCalls
    keyed_ids: KeyedIds


@dataclass(frozen=True)
class OperationsServices:
    """The services that watch and measure the program itself."""

    readiness: DatabaseReadiness
    clock_jumps: ClockJumps
    desk_snapshot: DeskSnapshots
    counters: Counters
    deadline: Deadline

    def snapshot(self, now: datetime) -> Snapshot:
        """Return a snapshot of the desk's figures, or give up at the deadline. Raises StoreAway."""
        return self.deadline.wait_for(lambda: self.desk_snapshot.take(now))


@dataclass(frozen=True)
class Services:
    """The services of a web process, in seven groups. Nothing is connected before it is used."""

    settings: Settings
    clinic: Clinic
    script: Script
    clock: Clock
    database: Database
    telephone: TelephoneServices
    desk: DeskServices
    diary: DiaryServices
    hours: HoursServices
    staff: StaffServices
    reports: ReportServices
    operations: OperationsServices
    host_upkeep: HostUpkeep
    """The upkeep of this host, which its web process does. The entry point of a serving process begins it."""
    close: Callable[[], None]
    """The function that ends the upkeep, writes the remaining traces, and closes the counters' files and the stores."""


def _now() -> datetime:
    return datetime.now(UTC)


def build(
    settings: Settings,
    clock: Clock = _now,
    passwords: Passwords | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    limits: TimeLimits = A_CALLER_WAITS,
) -> Services:
    """Build the services that these settings describe. Raises BadFile where a configuration file is invalid."""
    base = foundation.for_callers(settings, clock, monotonic, limits)
    hours, waits = rooms.hours(base), Deadlines(*map(Deadline, (limits.answer, limits.look_up, limits.answer)))
    desk = rooms.desk(base, hours, IntakeRules(base.clinic.limits.requests_of_a_number))
    diary = rooms.diary(base, hours)
    upkeep = hosts.upkeep(base, hours, ClockJumps(clock, monotonic))
    reports, operations = _reports(base, waits.beside), _operations(base, waits.answer, ClockJumps(clock, monotonic))
    return Services(
        settings=settings,
        clinic=base.clinic,
        script=base.script,
        clock=clock,
        database=base.database,
        telephone=_telephone(base, desk, diary, waits),
        desk=desk,
        diary=diary,
        hours=hours,
        staff=rooms.staff(base, passwords or Passwords()),
        reports=reports,
        operations=operations,
        host_upkeep=upkeep,
        close=partial(_close, upkeep, waits, reports.spool_writer, operations.counters, base),
    )


def _telephone(base: Foundation, desk: DeskServices, diary: DiaryServices, waits: Deadlines) -> TelephoneServices:
    keyed_ids, recordings = base.keyed_ids(), base.recordings()
    recorded = recordings.addresses(f"{base.settings.public_base_url}{RECORDED}")
    bookings = PhoneBookings(
        database=base.database,
        free_times=diary.free_times,
        clinic=base.clinic,
        closures=desk_closures,
        tasks=desk.store.tasks,
        rules=desk.store.rules,
        keyed_ids=keyed_ids,
        job_queue=desk.job_queue,
        deadline=waits.answer,
    )
    return TelephoneServices(
        carriers=base.carriers(recorded),
        recordings=recordings,
        intake=Intake(desk.store, desk.pending, desk.job_queue, keyed_ids, waits.answer, desk.blocked),
        missed=MissedCallIntake(desk.missed, desk.sealed_missed, waits.beside, base.clinic.missed_calls),
        bookings=bookings,
        callers=CallerLookUp(base.database, waits.look_up, keyed_ids),
        own_appointments=OwnAppointments(bookings),
        limits=CallLimits(base.redis, base.redis_breaker, keyed_ids, base.clinic.limits),
        cipher=base.cipher("call"),
    )


def _reports(base: Foundation, beside: Deadline) -> ReportServices:
    last_calls = LastCalls(base.spool(), beside)
    return ReportServices(Reports(base.slow_database), SpoolWriter(base.spool()), last_calls, base.keyed_ids())


def _operations(base: Foundation, deadline: Deadline, jumps: ClockJumps) -> OperationsServices:
    state = base.settings.state_dir
    return OperationsServices(
        readiness=DatabaseReadiness(base.database, revisions(), state),
        clock_jumps=jumps,
        desk_snapshot=DeskSnapshots(base.database),
        counters=Counters(state / counters.FOLDER),
        deadline=deadline,
    )


def _close(*parts: HostUpkeep | Deadlines | SpoolWriter | Counters | Foundation) -> None:
    for part in parts:
        part.close()


def services() -> Services:
    """Return the services of the current Flask application."""
    found: Services = current_app.extensions[NAME]
    return found

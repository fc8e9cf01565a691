"""Builds the services of hours, diary, desk and staff from a Foundation, for the web, workers and commands.

A client of a store connects when it is first used. No Flask, no jobs.
"""

from dataclasses import dataclass
from datetime import datetime

from ivr.desk.blocked import Blocked
from ivr.desk.intake_rules import IntakeRules
from ivr.desk.job_queue import JobQueue
from ivr.desk.lists.search import Search
from ivr.desk.lists.worklist import Worklist
from ivr.desk.merging import Merging
from ivr.desk.missed.missed_calls import MissedCalls
from ivr.desk.missed.sealed import SealedMissedCalls
from ivr.desk.missed.upkeep import MissedCallUpkeep
from ivr.desk.moves import Moves, next_due
from ivr.desk.outbox import Outbox
from ivr.desk.pending import PendingRequests
from ivr.desk.requests import Outcome, Request
from ivr.desk.store import RequestStore
from ivr.desk.tasks import tasks_of_a_request
from ivr.desk.upkeep.adoption import Adoption
from ivr.desk.upkeep.unheard import Unheard
from ivr.desk.upkeep.upkeep import Upkeep
from ivr.diary.blocked_times import BlockedTimes
from ivr.diary.calendar_feed import CalendarFeed
from ivr.diary.concerns import Concerns
from ivr.diary.desk_diary import DeskDiary
from ivr.diary.diary import Diary
from ivr.diary.diary_days import DiaryDays
from ivr.diary.floods import Floods
from ivr.diary.free_times import FreeTimes
from ivr.diary.patients import Patients
from ivr.hours.clinic_now import ClinicNow
from ivr.hours.closures import Closures, desk_closures
from ivr.hours.closures_file import FILE, ClosuresFile
from ivr.hours.phone_booking import PhoneBooking
from ivr.line.clinic import Clinic
from ivr.notices.channels import channels_of
from ivr.notices.troubles import ChannelTroubles
from ivr.reports.traces.call_traces import CallTraces
from ivr.staff.accounts import Accounts
from ivr.staff.authentication import Authentication
from ivr.staff.drafts import Drafts
from ivr.staff.invitations import Invitations
from ivr.staff.lockout import Lockout
from ivr.staff.passwords import Passwords
from ivr.staff.people import People
from ivr.staff.second_factor import SecondFactors
from ivr.staff.sessions import Sessions
from ivr.staff.slots import Slots
from ivr.storage.audit import Audit
from ivr.storage.encryption import Cipher, LinkTokens
from ivr.wiring.foundation import Foundation


@dataclass(frozen=True)
class HoursServices:
    """The services of the clinic's hours: closures, and the switch of booking by telephone."""

    closures: Closures
    closures_file: ClosuresFile
    phone_booking: PhoneBooking
    now: ClinicNow

    def clinic_now(self) -> Clinic:
        """Return the clinic with the closures that the desk has set. Asks no store."""
        return self.now.read()

    def clinic_stored(self) -> Clinic:
        """Return the clinic with the closures of all days, past ones too, as the database has them. Raises StoreAway.

        By these, and by no host's file, is judged what was promised: a patient to be told of a closure waits longer
        than its day, and a file that cannot be written lacks it.
        """
        return self.now.clinic.with_closures([each.closure for each in self.closures.current()])

    def version(self) -> str:
        """Return a text that changes with all that `clinic_now` depends on: the closures, and booking by telephone."""
        return f"{self.closures_file.version()} {self.phone_booking.version()}"

    def due_again(self, request: Request, outcome: Outcome, now: datetime) -> datetime:
        """Return the next moment in open hours at which to call a patient who was not reached."""
        return next_due(self.clinic_now())(request, outcome, now)


@dataclass(frozen=True)
class DeskServices:
    """The services of the desk: requests, missed calls, blocked numbers, tasks and the channels to the staff."""

    store: RequestStore
    worklist: Worklist
    search: Search
    moves: Moves
    merging: Merging
    blocked: Blocked
    adoption: Adoption
    upkeep: Upkeep
    unheard: Unheard
    missed: MissedCalls
    sealed_missed: SealedMissedCalls
    missed_upkeep: MissedCallUpkeep
    outbox: Outbox
    job_queue: JobQueue
    pending: PendingRequests
    channel_troubles: ChannelTroubles


@dataclass(frozen=True)
class DiaryServices:
    """The services of the diary: appointments, free and blocked times, patients, and the calendar's link."""

    reads: Diary
    days: DiaryDays
    concerns: Concerns
    desk: DeskDiary
    floods: Floods
    free_times: FreeTimes
    blocked_times: BlockedTimes
    patients: Patients
    calendar_feed: CalendarFeed


@dataclass(frozen=True)
class StaffServices:
    """The services of the staff: accounts, logins, sessions, drafts and the audit."""

    people: People
    accounts: Accounts
    invitations: Invitations
    lockout: Lockout
    second_factors: SecondFactors
    authentication: Authentication
    sessions: Sessions
    drafts: Drafts
    audit: Audit
    strange_logins: Slots
    known_logins: Slots
    """The limit on simultaneous logins on devices known to the person; `strange_logins` limits those on others."""
    devices: Cipher
    shown_once: Cipher
    """The cipher that encrypts secrets shown only once. The cipher `devices` encrypts the cookie of known devices."""


def hours(base: Foundation) -> HoursServices:
    """Return the services for the clinic's hours, built from the settings and the database of `base`."""
    file, switch = ClosuresFile(base.settings.state_dir / FILE), PhoneBooking(base.database, base.settings.state_dir)
    now = ClinicNow(base.clinic, file, switch, books_unconfirmed=not base.settings.production)
    return HoursServices(Closures(base.database), file, switch, now)


def desk(base: Foundation, opening: HoursServices, rules: IntakeRules | None = None) -> DeskServices:
    """Return the services of the desk on this foundation; `rules` limit the requests that calls may make."""
    database, settings = base.database, base.settings
    channels = channels_of(settings.staff_notify_urls, base.keyed_ids())
    notices, mark_of = tasks_of_a_request(False, channels), base.keyed_ids().call
    traces = CallTraces(database)
    missed = MissedCalls(database, base.clinic, desk_closures)
    sealed = SealedMissedCalls(base.redis, base.cipher("missed call"), base.keyed_ids(), base.redis_breaker)
    return DeskServices(
        store=RequestStore(database, tasks_of_a_request(settings.text_confirmations, channels), rules),
        worklist=Worklist(database),
        search=Search(database),
        moves=Moves(database, opening.due_again, base.clinic.persistence.tries, opening.clinic_stored),
        merging=Merging(database),
        blocked=Blocked(database),
        adoption=Adoption(database),
        upkeep=Upkeep(database, notices),
        unheard=Unheard(database, mark_of, traces.words, notices),
        missed=missed,
        sealed_missed=sealed,
        missed_upkeep=MissedCallUpkeep(missed, sealed, mark_of, traces.paths),
        outbox=Outbox(database),
        job_queue=JobQueue(base.redis, base.redis_breaker, channels),
        pending=PendingRequests(base.redis, base.cipher("waiting request"), base.redis_breaker),
        channel_troubles=ChannelTroubles(database, channels),
    )


def diary(base: Foundation, opening: HoursServices) -> DiaryServices:
    """Return the services of the diary on this foundation."""
    return DiaryServices(
        reads=Diary(base.database),
        days=DiaryDays(base.database),
        concerns=Concerns(base.database),
        desk=DeskDiary(base.database, opening.clinic_now),
        floods=Floods(base.database, opening.clinic_now),
        free_times=FreeTimes(base.database),
        blocked_times=BlockedTimes(base.database),
        patients=Patients(base.database),
        calendar_feed=CalendarFeed(base.database, LinkTokens(base.settings.secret_key, "calendar link")),
    )


def staff(base: Foundation, passwords: Passwords) -> StaffServices:
    """Return the services of the staff on this foundation."""
    database, second_factors = base.database, SecondFactors(base.database, base.cipher("second factor"))
    people, lockout, audit = People(database, passwords), Lockout(database), Audit(database, base.slow_database)
    return StaffServices(
        people=people,
        accounts=Accounts(database),
        invitations=Invitations(database, passwords),
        lockout=lockout,
        second_factors=second_factors,
        authentication=Authentication(people, lockout, second_factors, audit),
        sessions=Sessions(database),
        drafts=Drafts(database, base.cipher("draft")),
        audit=audit,
        strange_logins=Slots(),
        known_logins=Slots(),
        devices=base.cipher("device"),
        shown_once=base.cipher("second factor shown"),
    )

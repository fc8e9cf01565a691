"""The services of a job, built from the environment once in each process. A connection is made only when it is used."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial

from sqlalchemy import Connection

from config.settings import Settings, read
from ivr.carrier.admin import Texts
from ivr.hosts.one_process import OneProcess
from ivr.hosts.seen import SilentHosts
from ivr.line.clinic import Clinic
from ivr.line.script import Script
from ivr.notices.channels import Channel, channels_of
from ivr.operations.readiness import DatabaseReadiness
from ivr.operations.retention import Purge, newest_row
from ivr.reports.counts.reports import Reports
from ivr.reports.counts.stale_counts import deleted
from ivr.reports.traces.call_traces import CallTraces
from ivr.reports.traces.collector import CallCollector, Corrected
from ivr.staff.lockout import Lockout
from ivr.storage.database import Database
from ivr.storage.encryption import KeyedIds
from ivr.storage.lived_time import FILE, LivedTime
from ivr.storage.revisions import revisions
from ivr.wiring import carriers, foundation, hosts, rooms
from ivr.wiring.foundation import Clock
from ivr.wiring.hosts import HostWorks
from ivr.wiring.rooms import DeskServices, DiaryServices, HoursServices


@dataclass(frozen=True)
class WorkerServices:
    """The services that jobs and the clock process use."""

    settings: Settings
    clinic: Clinic
    script: Script
    clock: Clock
    desk: DeskServices
    diary: DiaryServices
    hours: HoursServices
    host: HostWorks
    host_lock: OneProcess
    """The lock of the process that sends this host's traces. The clock takes it if no web process holds it."""
    silent_hosts: SilentHosts
    lockout: Lockout
    readiness: DatabaseReadiness
    purge: Purge
    lived_time: LivedTime
    call_collector: CallCollector
    reports: Reports
    texts: Callable[[], Texts]
    """A function that returns the client for ordering texts at the carrier. It is called only to send a text."""
    database: Database
    close: Callable[[], None]
    """Closes the connections to the database and to Redis."""

    @property
    def channels(self) -> Mapping[str, Channel]:
        """The channels over which the staff are told, by key."""
        return channels_of(self.settings.staff_notify_urls, KeyedIds(self.settings.secret_key))


def build(
    settings: Settings,
    clock: Clock = lambda: datetime.now(UTC),
    monotonic: Callable[[], float] = time.monotonic,
) -> WorkerServices:
    """Return the services of a worker for these settings. Raises BadFile where a configuration file is invalid."""
    base = foundation.for_workers(settings, clock)
    hours = rooms.hours(base)
    desk = rooms.desk(base, hours)
    return WorkerServices(
        settings=settings,
        clinic=base.clinic,
        script=base.script,
        clock=clock,
        desk=desk,
        diary=rooms.diary(base, hours),
        hours=hours,
        host=hosts.works(base, hours),
        host_lock=hosts.lock(base),
        silent_hosts=SilentHosts(),
        lockout=Lockout(base.database),
        readiness=DatabaseReadiness(base.database, revisions(), settings.state_dir),
        purge=Purge(base.database, base.clinic.retention),
        lived_time=LivedTime(settings.state_dir / FILE, partial(newest_row, base.database), clock, monotonic),
        call_collector=CallCollector(CallTraces(base.database), base.keyed_ids(), (partial(_looked_at_again, desk),)),
        reports=Reports(base.database),
        texts=partial(_texts, settings.carrier),
        database=base.database,
        close=base.close,
    )


def _looked_at_again(desk: DeskServices, write: Connection, calls: Sequence[Corrected], now: datetime) -> None:
    """Have missed calls and promises checked again if the records of their calls have been corrected since."""
    marks = {each.mark for each in calls}
    desk.missed_upkeep.look_again(write, marks)
    desk.unheard.look_again(write, marks, now)
    deleted(write, [moment for each in calls for moment in each.began])  # they are counted anew


def _texts(values: carriers.Values) -> Texts:
    return carriers.texts(values)()


@cache
def services() -> WorkerServices:
    """Return the services of this process, built at the first use."""
    return build(read(os.environ, carriers=carriers.SETTINGS))

"""Builds the regular work of a host: writing the desk's settings into files, and sending the traces of calls.

The web process does this work in a thread. The clock process does it too, in case no web process runs on its host.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ivr.hosts.host import Host
from ivr.hosts.one_process import FILE as LOCK
from ivr.hosts.one_process import OneProcess
from ivr.hosts.seen import Hosts
from ivr.hosts.upkeep import HostUpkeep
from ivr.hours.closures import Closures
from ivr.hours.mirror_file import MirrorFileAway
from ivr.hours.phone_booking import PhoneBooking
from ivr.operations.clock_jumps import ClockJumps
from ivr.reports.spool import Spool, SpoolAway
from ivr.reports.traces.call_traces import CallTraces
from ivr.reports.traces.shipper import TraceShipper
from ivr.storage.database import StoreAway
from ivr.wiring.foundation import Foundation
from ivr.wiring.rooms import HoursServices

MOST_PIECES = 20
"""The most parts of the spool that this host sends before it reads again what closures the desk has set."""


@dataclass(frozen=True)
class HostWorks:
    """The regular work of one host. The host's calls need this work, whether or not a clock process runs there."""

    hours: HoursServices
    now: Callable[[], datetime]
    """A function that returns the present moment in the clinic's time zone."""
    spool: Spool
    shipper: TraceShipper
    hosts: Hosts
    host: Host

    def write_closures_file(self) -> None:
        """Write the desk's closures to the file that calls on this host read. Raises StoreAway, MirrorFileAway."""
        self.hours.closures_file.follow(self.hours.closures, self.now().date())

    def write_phone_booking_file(self) -> None:
        """Write the state of phone booking to a file that this host's calls read. Raises StoreAway, MirrorFileAway."""
        self.hours.phone_booking.follow()

    def send_traces(self, *, removes: bool) -> None:
        """Send the traces of this host's calls to the database; `removes` is false while the clock cannot be believed.

        Raises StoreAway, SpoolAway.
        """
        now = self.now()
        for _ in range(MOST_PIECES):
            if not self.shipper.ship(now, removes=removes):
                break
        if self.spool.is_used():
            self.hosts.saw(self.host.name, now)


def works(base: Foundation, hours: HoursServices) -> HostWorks:
    """Return the regular works of this host. A work may take as long as a worker's job, so no caller waits for it."""
    database, host, spool = base.slow_database, Host(base.settings.state_dir), base.spool()
    slow = HoursServices(
        Closures(database), hours.closures_file, PhoneBooking(database, base.settings.state_dir), hours.now
    )
    return HostWorks(
        hours=slow,
        now=lambda: base.clinic.line("").hours.local(base.clock()),
        spool=spool,
        shipper=TraceShipper(CallTraces(database), spool, lambda: host.name),
        hosts=Hosts(database),
        host=host,
    )


def lock(base: Foundation) -> OneProcess:
    """Return the lock that lets only one process of this host do the host's works."""
    return OneProcess(base.settings.state_dir / LOCK)


def upkeep(base: Foundation, hours: HoursServices, jumps: ClockJumps) -> HostUpkeep:
    """Return the upkeep that does a host's regular work in a thread of a web process. The thread is not started yet."""
    host = works(base, hours)

    def send_traces() -> None:
        host.send_traces(removes=jumps.last() is None)

    return HostUpkeep(
        works=(host.write_closures_file, host.write_phone_booking_file, send_traces),
        troubles=(StoreAway, MirrorFileAway, SpoolAway),
        one=lock(base),
    )

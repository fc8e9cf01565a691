"""The service without some safeguards, for a web server: tests check that a chaos campaign notices each missing one.

Run as a program, the module is a clock process that works twice a second and ignores closed hours and unheard promises.
"""

import os
import secrets
import threading
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from config.settings import Settings, read
from ivr.app import create_app
from ivr.desk.phone_bookings import Booking, BookingOutcome, NewBooking, PhoneBookings
from ivr.diary.times import Asked
from ivr.line.diary import Slot
from ivr.reports.call_records import SETTLES
from ivr.reports.traces.collector import CallCollector
from ivr.web.asgi import AsgiServer
from ivr.web.services import Services, TelephoneServices, build
from ivr.wiring.carriers import SETTINGS
from ivr.wiring.foundation import A_CALLER_WAITS
from workers import clock
from workers import services as of_workers


class ForgetfulPending:
    """A store of pending requests that says it keeps every request, and keeps none."""

    def keep(self, waiting: object) -> bool:
        """Report that a request is safe in Redis, without storing the request."""
        return True


@dataclass(frozen=True)
class ForgetfulIds:
    """A maker of keyed hashes that differ each time, so that a repeated webhook looks like another one."""

    keyed_ids: Any

    def mark(self, _promise: object) -> str:
        return secrets.token_hex(32)

    def reference(self, promise: Any) -> str:
        return str(self.keyed_ids.reference(promise))


class GenerousBookings(PhoneBookings):
    """Bookings by telephone that also give a caller the time of another patient."""

    def asked(  # noqa: PLR0913 - those of the method that it replaces
        self, write: Connection, slot: Slot, line: str, now: datetime, *, only: bool = False, moved: int = 0
    ) -> Asked:
        """Answer that every column of the diary is free at this time, even if another patient has it."""
        return Asked(slot.start, self.clinic.diary.of_line(line), self.clinic.diary.buffer, beside=True)


class SilentBookings(GenerousBookings):
    """Bookings that give away taken times, store each appointment, and tell its caller that nothing was booked."""

    def book(self, new: NewBooking) -> Booking:
        """Book the caller's time, and report that it was not booked."""
        super().book(new)
        return Booking(BookingOutcome.UNBOOKED)


class Idle:
    """A check of the clock process that does nothing."""

    def keep(self, *_hours: object, **_how: object) -> None:
        """Check nothing. The product's method finds the patients whose appointments fall into closed hours."""

    def check(self, *_hours: object) -> None:
        """Check nothing. The product's method finds the bookings and changes that callers have not heard."""


class EarlyCollector(CallCollector):
    """A collector that records a call as soon as it is over, though another of its webhooks may still come."""

    def collect(self, now: datetime) -> int:
        """Record the calls at once; the product does so only after a settling time."""
        return super().collect(now + SETTLES)


class Hasty(threading.Event):
    """A stop signal that is never set and that ends every wait early, so that the clock works all the time."""

    def wait(self, _seconds: float | None = None) -> bool:
        """Wait half a second, however many seconds are asked for."""
        return super().wait(0.5)


def loses_and_doubles_requests() -> AsgiServer:
    """Serve the service with two faults: it stores no pending request, and takes a repeated webhook for a new one.

    The first fault alone loses promises; the second fault alone makes two requests of one.
    """
    services = build(_settings())
    intake: Any = services.telephone.intake
    careless = replace(intake, pending=ForgetfulPending(), keyed_ids=ForgetfulIds(intake.keyed_ids))
    return _served(services, replace(services.telephone, intake=careless))


def gives_hours_twice_and_says_nothing() -> AsgiServer:
    """Serve the service with two faults: it gives one time to two callers, and keeps bookings it reports as failed.

    The first fault alone puts two patients at one time; the second fault alone leaves a patient untold.
    """
    # Its callers wait longer than usual: else a busy machine keeps times from being given, and none is given twice.
    services = build(_settings(), limits=A_CALLER_WAITS.times(4))
    here = services.telephone
    bookings = as_a(SilentBookings, here.bookings)
    return _served(
        services,
        replace(here, bookings=bookings, own_appointments=replace(here.own_appointments, bookings=bookings)),
    )


def as_a(kind: Any, product: Any) -> Any:
    """Return an object of `kind`, a class that lacks a safeguard, with the same fields as the object `product`."""
    return kind(**{each.name: getattr(product, each.name) for each in fields(product)})


def _settings() -> Settings:
    return read(os.environ, env_file=None, carriers=SETTINGS)


def _served(services: Services, telephone: TelephoneServices) -> AsgiServer:
    return AsgiServer(create_app(replace(services, telephone=telephone)), services.close)


def idle_clock() -> None:
    """Run the clock process until it is killed, without its work on the hours' changes and on unheard appointments."""
    worker = of_workers.build(_settings())
    idle: Any = Idle()
    desk = replace(worker.desk, upkeep=idle, unheard=idle)
    clock.run(replace(worker, desk=desk, call_collector=as_a(EarlyCollector, worker.call_collector)), Hasty())


if __name__ == "__main__":
    idle_clock()

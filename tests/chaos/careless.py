"""The service without one of its safeguards, so that tests see a chaos campaign notice it; loaded by a web server.

Run as a module it is a clock that looks neither at the hours nor at what callers have heard.
"""

import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from config.settings import read
from ivr.app import create_app
from ivr.desk.phone_bookings import Booking, BookingOutcome, NewBooking, PhoneBookings
from ivr.diary.times import Asked
from ivr.line.diary import Slot
from ivr.web.asgi import AsgiServer
from ivr.web.services import Services, build
from ivr.wiring.carriers import SETTINGS
from workers import clock
from workers import services as of_workers


class ForgetfulPending:
    """A store of pending requests that promises each and keeps none."""

    def keep(self, waiting: object) -> None:
        """Keep nothing, as if the request were safe in Redis."""


@dataclass(frozen=True)
class ForgetfulIds:
    """Keyed hashes that differ each time, so that a repeated webhook looks like another one."""

    keyed_ids: Any

    def mark(self, _promise: object) -> str:
        return secrets.token_hex(32)

    def reference(self, promise: Any) -> str:
        return str(self.keyed_ids.reference(promise))


class GenerousBookings(PhoneBookings):
    """Bookings by telephone that also give a time which another patient has."""

    def asked(self, write: Connection, slot: Slot, line: str, now: datetime, *, only: bool = False) -> Asked:
        """Return every column of the diary as free at this time, whoever has it."""
        return Asked(slot.start, self.clinic.diary.of_line(line), self.clinic.diary.buffer, beside=True)


class SilentBookings(PhoneBookings):
    """Bookings by telephone that keep a time, and tell its caller that it could not be kept."""

    def book(self, new: NewBooking) -> Booking:
        """Book the time, and report that it was not booked."""
        super().book(new)
        return Booking(BookingOutcome.UNBOOKED)


class Idle:
    """A check of the clock that does nothing."""

    def keep(self, *_hours: object, **_how: object) -> None:
        """Put nobody on the list of those to be told that the clinic is closed at their time."""

    def check(self, *_hours: object) -> None:
        """Put nobody on the list of those to be told of a change that they have not heard."""


def gives_an_hour_twice() -> AsgiServer:
    """Serve a service that gives the same time to two callers."""
    return _booking_by(GenerousBookings)


def books_without_a_word() -> AsgiServer:
    """Serve a service that keeps each booking, and tells its caller that it could not be kept."""
    return _booking_by(SilentBookings)


def promises_too_early() -> AsgiServer:
    """Serve a service that promises a request while the database is away, and keeps it nowhere."""
    return _with(lambda intake: replace(intake, pending=ForgetfulPending()))


def knows_no_repetition() -> AsgiServer:
    """Serve a service that takes a repeated webhook for another request."""
    return _with(lambda intake: replace(intake, keyed_ids=ForgetfulIds(intake.keyed_ids)))


def _with(less: Callable[[Any], Any]) -> AsgiServer:
    services: Services = build(read(os.environ, env_file=None, carriers=SETTINGS))
    telephone = replace(services.telephone, intake=less(services.telephone.intake))
    return AsgiServer(create_app(replace(services, telephone=telephone)), services.close)


def _booking_by(careless: type[PhoneBookings]) -> AsgiServer:
    services: Services = build(read(os.environ, env_file=None, carriers=SETTINGS))
    here = services.telephone
    bookings = careless(**{each.name: getattr(here.bookings, each.name) for each in fields(PhoneBookings)})
    telephone = replace(here, bookings=bookings, own_appointments=replace(here.own_appointments, bookings=bookings))
    return AsgiServer(create_app(replace(services, telephone=telephone)), services.close)


def idle_clock() -> None:
    """Run the clock without two of its duties, until it is killed."""
    worker = of_workers.build(read(os.environ, env_file=None, carriers=SETTINGS))
    idle: Any = Idle()
    clock.run(replace(worker, desk=replace(worker.desk, upkeep=idle, unheard=idle)), threading.Event())


if __name__ == "__main__":
    idle_clock()

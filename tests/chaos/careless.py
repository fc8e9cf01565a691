"""The service without one of its safeguards, so that tests see a chaos campaign notice its lack.

A web server loads it. Run as a module, it is a clock that looks neither at the hours nor at what callers have heard.
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
        """Say that a request is safe in Redis, and keep nothing."""


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

    def asked(self, write: Connection, slot: Slot, line: str, now: datetime, *, only: bool = False) -> Asked:
        """Answer that every column of the diary is free at this time, whoever has it."""
        return Asked(slot.start, self.clinic.diary.of_line(line), self.clinic.diary.buffer, beside=True)


class SilentBookings(PhoneBookings):
    """Bookings by telephone that keep a caller's time, and tell the caller that it could not be kept."""

    def book(self, new: NewBooking) -> Booking:
        """Book the caller's time, and report that it was not booked."""
        super().book(new)
        return Booking(BookingOutcome.UNBOOKED)


class Idle:
    """A check of the clock process that does nothing."""

    def keep(self, *_hours: object, **_how: object) -> None:
        """Find nobody who would have to be told that the clinic is closed at their appointment's time."""

    def check(self, *_hours: object) -> None:
        """Find nobody who would have to be told of a booking or change that they have not heard."""


def gives_an_hour_twice() -> AsgiServer:
    """Make a web application that books the same time for two callers."""
    return _booking_by(GenerousBookings)


def books_without_a_word() -> AsgiServer:
    """Make a web application that keeps each booking, and tells its caller that it could not be kept."""
    return _booking_by(SilentBookings)


def promises_too_early() -> AsgiServer:
    """Make a web application that promises a request while the database is away, and keeps it nowhere."""
    return _with(lambda intake: replace(intake, pending=ForgetfulPending()))


def knows_no_repetition() -> AsgiServer:
    """Make a web application that makes a second request when the same webhook comes twice."""
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
    """Run the clock without its checks of the hours and of unheard bookings, until it is killed."""
    worker = of_workers.build(read(os.environ, env_file=None, carriers=SETTINGS))
    idle: Any = Idle()
    clock.run(replace(worker, desk=replace(worker.desk, upkeep=idle, unheard=idle)), threading.Event())


if __name__ == "__main__":
    idle_clock()

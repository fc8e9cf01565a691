"""The service with one safeguard taken out, so that tests see a campaign notice it; loaded by a web server.

As a module it is a clock that looks neither at the hours nor at what callers have heard.
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
    """Promises what it does not keep."""

    def keep(self, waiting: object) -> None:
        """Nothing is written down."""


@dataclass(frozen=True)
class ForgetfulIds:
    """Does not know a promise again when its webhook comes twice."""

    keyed_ids: Any

    def mark(self, _promise: object) -> str:
        return secrets.token_hex(32)

    def reference(self, promise: Any) -> str:
        return str(self.keyed_ids.reference(promise))


class GenerousBookings(PhoneBookings):
    """Gives a time also beside another patient."""

    def asked(self, write: Connection, slot: Slot, line: str, now: datetime, *, only: bool = False) -> Asked:
        """Every column, whoever has it."""
        return Asked(slot.start, self.clinic.diary.of_line(line), self.clinic.diary.buffer, beside=True)


class SilentBookings(PhoneBookings):
    """Keeps a time of which its caller is told that it could not be kept."""

    def book(self, new: NewBooking) -> Booking:
        """It is booked, and not said."""
        super().book(new)
        return Booking(BookingOutcome.UNBOOKED)


class Idle:
    """Looks at nothing."""

    def keep(self, *_hours: object, **_how: object) -> None:
        """Nobody is told that the clinic is closed at their time."""

    def check(self, *_hours: object) -> None:
        """Nobody is told of what they have not heard."""


def gives_an_hour_twice() -> AsgiServer:
    """Whoever comes second gets the time as well."""
    return _booking_by(GenerousBookings)


def books_without_a_word() -> AsgiServer:
    """A booking that comes too late to be told stays."""
    return _booking_by(SilentBookings)


def promises_too_early() -> AsgiServer:
    """What is promised while the database is away is not written down first."""
    return _with(lambda intake: replace(intake, pending=ForgetfulPending()))


def knows_no_repetition() -> AsgiServer:
    """A webhook that comes twice is taken for two."""
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
    """The clock without two of its duties, until it is killed."""
    worker = of_workers.build(read(os.environ, env_file=None, carriers=SETTINGS))
    idle: Any = Idle()
    clock.run(replace(worker, desk=replace(worker.desk, upkeep=idle, unheard=idle)), threading.Event())


if __name__ == "__main__":
    idle_clock()

"""Joins the clinic's settings with what the desk has set for calls: the closures, and booking by telephone.

Reads the desk's part from files of this host, so that calls have it while the database is away. No clock.
"""

from dataclasses import dataclass, replace

from ivr.hours.closures_file import ClosuresFile
from ivr.hours.phone_booking import PhoneBooking
from ivr.line.clinic import Clinic


@dataclass(frozen=True)
class ClinicNow:
    """The configured clinic, and the files with what the desk has set."""

    clinic: Clinic
    file: ClosuresFile
    phone_booking: PhoneBooking
    books_unconfirmed: bool
    """True if callers are given times before a manager has confirmed the diary's rules, as in development."""

    def read(self) -> Clinic:
        """Return the clinic with the desk's closures in the lines' hours, and with booking by telephone on or off."""
        rules = self.clinic.diary
        books = self.phone_booking.read().books(rules, unconfirmed=self.books_unconfirmed)
        clinic = (
            self.clinic if books == rules.phone_books else replace(self.clinic, diary=replace(rules, phone_books=books))
        )
        return clinic.with_closures(self.file.read())

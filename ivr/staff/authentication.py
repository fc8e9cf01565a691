"""The way into the desk: a name and a password, then a code where somebody has a second factor.

Who comes is let in, refused, or told to wait; and each is written down. No sessions, no HTTP, no clock.
"""

from dataclasses import dataclass
from datetime import datetime

from ivr.staff.lockout import Lockout
from ivr.staff.people import People, Person
from ivr.staff.second_factor import Proof, SecondFactors, WrongCode
from ivr.storage.audit import SOMEBODY, Audit, AuditAction, By


@dataclass(frozen=True)
class Authentication:
    """Who comes to the desk, and from where."""

    people: People
    lockout: Lockout
    second_factors: SecondFactors
    audit: Audit

    def enter(self, name: str, password: str, address: str, now: datetime) -> Person | None:
        """The person whose password this is: they are in, unless they have a second factor to `prove` first.

        Does and writes as much for a name that nobody has; but never that name, which may be a password.
        Raises LockedOut, StoreAway.
        """
        attempt = self.lockout.attempt(name, address, now)
        known = self.people.named(name)
        person = self.people.logged_in(name, password)
        if person is None:
            self.audit.write(By(SOMEBODY, now), AuditAction.FAILED_LOGIN, known.name if known else "", address)
        elif person.second_factor:
            self.lockout.forgive(attempt)  # and no more: the right password must not buy new guesses at the code
        else:
            self.came_in(person, address, now)
        return person

    def invited(self, person: Person, address: str, now: datetime) -> None:
        """Somebody has chosen a password by a link: they are in, unless they have a second factor to `prove` first.

        A manager has made the link, so that what failed before no longer counts. Raises StoreAway.
        """
        self.lockout.succeeded(person.name)
        if not person.second_factor:
            self.came_in(person, address, now)

    def prove(self, person: Person, code: str, address: str, now: datetime) -> Proof:
        """Uses up the code of a second factor, at the login and wherever it is asked for again.

        A wrong one counts like a wrong password. Raises WrongCode, LockedOut, KeyChanged, StoreAway.
        """
        self.second_factors.check(person.id)
        self.lockout.attempt(person.name, address, now)
        try:
            proof = self.second_factors.prove(person.id, code, now)
        except WrongCode:
            self.audit.write(By(SOMEBODY, now), AuditAction.WRONG_CODE, person.name, address)
            raise
        self.lockout.succeeded(person.name)
        return proof

    def came_in(self, person: Person, address: str, now: datetime) -> None:
        """Writes down that somebody is in, by a password, a code or a link. Raises StoreAway."""
        self.lockout.succeeded(person.name)
        self.audit.write(By(person.name, now), AuditAction.LOGGED_IN, detail=address)

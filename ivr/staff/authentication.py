"""Authenticates the staff: by name and password, then by a code where the person has a second factor.

Applies the lockout and writes each attempt to the audit. No sessions, no HTTP, no clock.
"""

from dataclasses import dataclass
from datetime import datetime

from ivr.staff.lockout import Lockout
from ivr.staff.people import People, Person
from ivr.staff.second_factor import Proof, SecondFactors, WrongCode
from ivr.storage.audit import SOMEBODY, Audit, AuditAction, By


@dataclass(frozen=True)
class Authentication:
    """Logs the staff in: checks name, password and code, applies the lockout, and writes the audit.

    `address` is the client's IP address. `device` is the key of a device on which this person logged in before, or "".
    """

    people: People
    lockout: Lockout
    second_factors: SecondFactors
    audit: Audit

    def enter(self, name: str, password: str, address: str, now: datetime, device: str = "") -> Person | None:
        """Return the person with this name and password; None if they do not match. Raises LockedOut, StoreAway.

        The person is logged in, unless they must first `prove` a second factor. An unknown name takes as long as a
        wrong password and is audited like it, but without the name, which may be a mistyped password.
        """
        attempt = self.lockout.attempt(name, address, now, device)
        known = self.people.named(name)
        person = self.people.logged_in(name, password)
        if person is None:
            self.audit.write(By(SOMEBODY, now), AuditAction.FAILED_LOGIN, known.name if known else "", address)
        elif person.second_factor:
            self.lockout.forgive(attempt)  # not succeeded(): the right password must not allow new guesses at the code
        else:
            self.came_in(person, address, now, device)
        return person

    def invited(self, person: Person, address: str, now: datetime) -> None:
        """Log in a person who has chosen a password by a link, unless they have a second factor to `prove` first.

        Their failed logins no longer count, because a manager has made the link. Raises StoreAway.
        """
        self.lockout.succeeded(person.name)
        if not person.second_factor:
            self.came_in(person, address, now)

    def prove(self, person: Person, code: str, address: str, now: datetime, device: str = "") -> Proof:
        """Use up a code of the second factor, at login or when the desk asks for a code again; return the proof.

        A wrong code counts like a wrong password. Raises WrongCode, LockedOut, KeyChanged, StoreAway.
        """
        self.second_factors.check(person.id)
        self.lockout.attempt(person.name, address, now, device, code=True)
        try:
            proof = self.second_factors.prove(person.id, code, now)
        except WrongCode:
            self.audit.write(By(SOMEBODY, now), AuditAction.WRONG_CODE, person.name, address)
            raise
        self.lockout.succeeded(person.name, address, device)
        return proof

    def came_in(self, person: Person, address: str, now: datetime, device: str = "") -> None:
        """Audit a login; forget the name's failures on `device`, or at `address` without a device. Raises StoreAway."""
        self.lockout.succeeded(person.name, address, device)
        self.audit.write(By(person.name, now), AuditAction.LOGGED_IN, detail=address)

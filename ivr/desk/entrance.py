"""The way into the desk: a name and a password are let in, refused, or told to wait; and each is written down.

No sessions, no HTTP, no clock.
"""

from dataclasses import dataclass
from datetime import datetime

from ivr.desk.audit import SOMEBODY, Audit
from ivr.desk.lockout import Lockout
from ivr.desk.people import People, Person


@dataclass(frozen=True)
class Entrance:
    """Who comes to the desk, and from where."""

    people: People
    lockout: Lockout
    audit: Audit

    def enter(self, name: str, password: str, address: str, now: datetime) -> Person | None:
        """The person who may come in, if this is their password. Raises LockedOut, StoreAway.

        Does and writes as much for a name that nobody has; but never that name, which may be a password.
        """
        self.lockout.attempt(name, address, now)
        known = self.people.named(name)
        person = self.people.logged_in(name, password)
        if person is None:
            self.audit.write(SOMEBODY, "failed login", known.name if known else "", now, address)
            return None
        self.came_in(person, address, now)
        return person

    def came_in(self, person: Person, address: str, now: datetime) -> None:
        """Writes down that somebody is in, by a password or by a link. Raises StoreAway."""
        self.lockout.succeeded(person.name)
        self.audit.write(person.name, "logged in", "", now, address)

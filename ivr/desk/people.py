"""Who works at the desk: their names and password hashes.

No sessions, no HTTP; the clock is an argument.
"""

from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import insert, select

from ivr.desk import schema
from ivr.desk.database import Clash, Database

SHORTEST_PASSWORD = 10
"""Characters; length is what makes a password hard to guess (NIST SP 800-63B asks for 8 and more)."""

LONGEST_PASSWORD = 200
"""Characters: hashing takes as long as the password is."""


class NotAPerson(ValueError):
    """This person cannot be added; the message says what to do."""


@dataclass(frozen=True)
class Person:
    """Somebody who works at the desk."""

    id: int
    name: str
    active: bool


class People:
    """The staff."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hasher = PasswordHasher()
        self._nobody = self._hasher.hash("nobody has this password")

    def add(self, name: str, password: str, now: datetime) -> None:
        """Adds a person. Raises NotAPerson, StoreAway."""
        name = name.strip()
        if not name or len(name) > 80 or not name.isprintable():
            raise NotAPerson("a name has 1 to 80 letters")
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise NotAPerson(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
        row = {"name": name, "password_hash": self._hasher.hash(password), "active": True, "created": now}
        try:
            with self._database.writing() as write:
                write.execute(insert(schema.staff).values(row))
        except Clash:
            raise NotAPerson(f"{name} is at the desk already") from None

    def person(self, person_id: int) -> Person | None:
        """Somebody who may work at the desk now. Raises StoreAway."""
        table = schema.staff
        query = select(table.c.id, table.c.name, table.c.active).where(table.c.id == person_id, table.c.active)
        with self._database.reading() as read:
            row = read.execute(query).one_or_none()
        return Person(*row) if row else None

    def logged_in(self, name: str, password: str) -> Person | None:
        """The person of this name, if this is their password. Takes as long for a name that nobody has.

        Raises StoreAway.
        """
        table = schema.staff
        query = select(table).where(table.c.name == name.strip(), table.c.active)
        with self._database.reading() as read:
            row = read.execute(query).one_or_none()
        try:
            self._hasher.verify(row.password_hash if row else self._nobody, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return None
        return Person(row.id, row.name, row.active) if row else None

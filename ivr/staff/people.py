"""Stores the people who work at the desk: their names, roles and passwords.

accounts.py and invitations.py change them. No sessions, no HTTP; the clock is an argument.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, or_, select

from ivr.staff.names import LONGEST_NAME, can_be_name, is_reserved, login_of, look_of, proper_name
from ivr.staff.passwords import NONE_YET, Passwords
from ivr.storage import audit, schema
from ivr.storage.audit import AuditAction, By
from ivr.storage.database import Database
from ivr.storage.odd import text_of
from ivr.storage.upsert import insert_new, lock_key

STAFF, MANAGER = "staff", "manager"
"""The roles that people have at the desk."""

REQUIRED_OF_EVERYBODY = "second factor of everybody"
"""The name of the desk's rule that requires a second factor of all its people."""


class NotAPerson(ValueError):
    """Nobody can be added to the desk with this name; the message says why."""


class BadName(NotAPerson):
    """The name for a new person is empty, too long, or has characters that cannot be printed."""

    def __str__(self) -> str:
        return f"a name has 1 to {LONGEST_NAME} letters"


class NameReserved(NotAPerson):
    """The service uses this name itself in histories, where a person of this name would seem to be the service."""

    def __str__(self) -> str:
        return "the desk uses this name itself; please choose another"


class NameTaken(NotAPerson):
    """A person at the desk has this name, or one that looks like it; `args` has that person's name."""

    def __str__(self) -> str:
        return f"{self.args[0]} is at the desk already"


class NoSuchPerson(LookupError):
    """No person at the desk has this id."""


@dataclass(frozen=True)
class Person:
    """A person who works at the desk."""

    id: int
    name: str
    active: bool
    manager: bool
    epoch: int
    """A number that every session of the person holds; raising it ends all these sessions."""
    ready: bool
    """True if the person has a password; one who was invited has still to choose it."""
    second_factor: bool
    """True if the person has a second factor, so that a login asks for its code."""
    required: bool
    """True if a manager, or the desk's rule, requires a second factor of the person."""

    @property
    def has_to_set_up(self) -> bool:
        """True if the person must set up a second factor before they can use the desk."""
        return self.required and not self.second_factor


class People:
    """The store of the people at the desk."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords

    def add(self, name: str, password: str, now: datetime, role: str = MANAGER) -> None:
        """Add a person with a password, from the command line. Raises NotAPerson, BadPassword, StoreAway."""
        name = proper(name)
        kept = self._passwords.kept(password, name)
        with self._database.writing() as write:
            admit(write, name, kept, role, now)
            write.execute(audit.line(By(audit.COMMAND_LINE, now), AuditAction.ADDED_PERSON, name, role))

    def all(self) -> list[Person]:
        """Return all people of the desk by name, disabled ones included. Raises StoreAway."""
        with self._database.reading() as read:
            return [person(row) for row in read.execute(everybody().order_by(schema.staff.c.name))]

    def person(self, person_id: int) -> Person | None:
        """Return the person with this id; None if there is none or they are disabled. Raises StoreAway."""
        row = self._row(schema.staff.c.id == person_id)
        return person(row) if row and row.active else None

    def named(self, name: str) -> Person | None:
        """Return the person who logs in by this name, disabled or not; None if there is none. Raises StoreAway."""
        row = self._called(name)
        return person(row) if row else None

    def logged_in(self, name: str, password: str) -> Person | None:
        """Return the person of this name, if this is their password and they are not disabled; else None.

        An unknown name takes as long as a known name. Raises StoreAway.
        """
        row = self._called(name)
        kept = row.password_hash if row and row.active else NONE_YET
        return person(row) if self._passwords.fits(kept, password) and row else None

    def _called(self, name: str) -> Row[Any] | None:
        """Return the row of the person with this exact name, or of the only person with an equivalent name; else None.

        Names are equivalent if `login_of` returns the same form for both.
        """
        with self._database.reading() as read:
            rows = read.execute(everybody()).all()
        exact = [row for row in rows if row.name == proper_name(name)]
        alike = exact or [row for row in rows if login_of(text_of(row.name)) == login_of(name)]
        return alike[0] if len(alike) == 1 else None

    def _row(self, condition: ColumnElement[bool]) -> Row[Any] | None:
        with self._database.reading() as read:
            return read.execute(everybody().where(condition)).one_or_none()


def proper(name: str) -> str:
    """Return the name of a new person as it is stored. Raises BadName, NameReserved."""
    stored = proper_name(name)
    if not can_be_name(stored):
        raise BadName
    if is_reserved(stored):
        raise NameReserved
    return stored


def admit(write: Connection, name: str, kept: str, role: str, now: datetime) -> int:
    """Insert a new person with the password hash `kept`; return the id. Raises NameTaken if a name looks the same."""
    lock_key(write, "names")  # of two who look alike and are added at once, only the first is
    for other in write.scalars(select(schema.staff.c.name)):
        if look_of(other) == look_of(name):
            raise NameTaken(other)
    return insert_new(write, schema.staff, name=name, password_hash=kept, active=True, created=now, role=role)


def everybody() -> Select[Any]:
    """Return the query of all people at the desk, with the columns that `person` needs."""
    staff, factors = schema.staff, schema.second_factors
    has_one = exists().where(factors.c.staff_id == staff.c.id)
    required = or_(staff.c.second_factor_required, rule(REQUIRED_OF_EVERYBODY))
    return select(staff, has_one.label("second_factor"), required.label("required"))


def rule(name: str) -> ColumnElement[bool]:
    """Return the SQL condition that a manager has set the desk's rule of this name."""
    return exists().where(schema.rules.c.name == name)


def person(row: Row[Any]) -> Person:
    """Return a row of the query `everybody` as a Person."""
    return Person(
        id=row.id,
        name=text_of(row.name),
        active=row.active,
        manager=row.role == MANAGER,
        epoch=row.epoch,
        ready=row.password_hash != NONE_YET,
        second_factor=bool(row.second_factor),
        required=bool(row.required),
    )

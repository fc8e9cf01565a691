"""Who works at the desk: names, roles, and whether a password is theirs.

How they change stands in accounts.py and invitations.py. No sessions, no HTTP; the clock is an argument.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, or_, select

from ivr.staff.passwords import NONE_YET, Passwords
from ivr.storage import audit, schema
from ivr.storage.audit import AuditAction, By
from ivr.storage.database import Database, UniqueViolation
from ivr.storage.upsert import insert_new

STAFF, MANAGER = "staff", "manager"
"""The roles."""

LONGEST_NAME = 80

REQUIRED_OF_EVERYBODY = "second factor of everybody"
"""The rule by which nobody works at the desk without one."""


class NotAPerson(ValueError):
    """This person cannot be added; the message says what to do."""


class BadName(NotAPerson):
    """Nobody can be called this."""

    def __str__(self) -> str:
        return f"a name has 1 to {LONGEST_NAME} letters"


class NameTaken(NotAPerson):
    """Somebody else is called this."""

    def __str__(self) -> str:
        return f"{self.args[0]} is at the desk already"


class NoSuchPerson(LookupError):
    """Nobody at the desk is meant by this."""


@dataclass(frozen=True)
class Person:
    """Somebody who works at the desk."""

    id: int
    name: str
    active: bool
    manager: bool
    epoch: int
    """Grows when all sessions of the person are ended."""
    ready: bool
    """Whether they have a password; who was invited has still to choose one."""
    second_factor: bool
    """Whether they have one, so that a login asks for a code."""
    required: bool
    """Whether they must have one."""

    @property
    def has_to_set_up(self) -> bool:
        """Whether they must set up a second factor before they reach anything of the desk."""
        return self.required and not self.second_factor


class People:
    """The staff."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords

    def add(self, name: str, password: str, now: datetime, role: str = MANAGER) -> None:
        """Adds a person who has a password, as it is done on the server. Raises NotAPerson, BadPassword, StoreAway."""
        name, kept = proper(name), self._passwords.kept(password)
        try:
            with self._database.writing() as write:
                admit(write, name, kept, role, now)
                write.execute(audit.line(By(audit.COMMAND_LINE, now), AuditAction.ADDED_PERSON, name, role))
        except UniqueViolation:
            raise NameTaken(name) from None

    def all(self) -> list[Person]:
        """Everybody, by name, those who are disabled too. Raises StoreAway."""
        with self._database.reading() as read:
            return [person(row) for row in read.execute(everybody().order_by(schema.staff.c.name))]

    def person(self, person_id: int) -> Person | None:
        """Somebody who may work at the desk now. Raises StoreAway."""
        row = self._row(schema.staff.c.id == person_id)
        return person(row) if row and row.active else None

    def named(self, name: str) -> Person | None:
        """Whoever has this name, disabled or not. Raises StoreAway."""
        row = self._called(name)
        return person(row) if row else None

    def logged_in(self, name: str, password: str) -> Person | None:
        """The person of this name, if this is their password. Takes as long for a name that nobody has.

        Raises StoreAway.
        """
        row = self._called(name)
        kept = row.password_hash if row and row.active else NONE_YET
        return person(row) if self._passwords.fits(kept, password) and row else None

    def _called(self, name: str) -> Row[Any] | None:
        # A name that nobody can have is not even looked for: PostgreSQL would refuse some of them with an error.
        return self._row(schema.staff.c.name == name.strip()) if _can_be(name.strip()) else None

    def _row(self, condition: ColumnElement[bool]) -> Row[Any] | None:
        with self._database.reading() as read:
            return read.execute(everybody().where(condition)).one_or_none()


def proper(name: str) -> str:
    """The name as it is kept. Raises BadName."""
    if not _can_be(name.strip()):
        raise BadName
    return name.strip()


def _can_be(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and name.isprintable()


def admit(write: Connection, name: str, kept: str, role: str, now: datetime) -> int:
    """Gives a person their row, and says its id; a name that is taken is a UniqueViolation."""
    return insert_new(write, schema.staff, name=name, password_hash=kept, active=True, created=now, role=role)


def everybody() -> Select[Any]:
    """The rows of all people, as `person` wants them."""
    staff, factors = schema.staff, schema.second_factors
    has_one = exists().where(factors.c.staff_id == staff.c.id)
    required = or_(staff.c.second_factor_required, rule(REQUIRED_OF_EVERYBODY))
    return select(staff, has_one.label("second_factor"), required.label("required"))


def rule(name: str) -> ColumnElement[bool]:
    """Whether the managers have made this a rule of the desk."""
    return exists().where(schema.rules.c.name == name)


def person(row: Row[Any]) -> Person:
    """The person of a row of `everybody`."""
    return Person(
        id=row.id,
        name=row.name,
        active=row.active,
        manager=row.role == MANAGER,
        epoch=row.epoch,
        ready=row.password_hash != NONE_YET,
        second_factor=bool(row.second_factor),
        required=bool(row.required),
    )

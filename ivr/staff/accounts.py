"""Changes accounts of the staff: role, disabled or not, second factor required or not, end of their sessions.

Each change is one transaction with its line in the audit. No passwords, no HTTP, no clock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Row, Update, delete, select, update

from ivr.staff.passwords import NONE_YET
from ivr.staff.people import MANAGER, REQUIRED_OF_EVERYBODY, NoSuchPerson, rule
from ivr.storage import audit, schema
from ivr.storage.audit import AuditAction, By
from ivr.storage.database import Database
from ivr.storage.upsert import insert_new, lock_key

REQUIRED, OPTIONAL = AuditAction.REQUIRED_SECOND_FACTOR, AuditAction.MADE_SECOND_FACTOR_OPTIONAL
"""The audit's actions for requiring a second factor and for no longer requiring it."""


NEXT_EPOCH = schema.staff.c.epoch % 2_000_000_000 + 1
"""The next epoch of a person's account, which ends all their sessions; it begins anew before it grows too large."""


class LastManager(Exception):
    """This person is the last manager who can log in, and so must stay an enabled manager."""


class Accounts:
    """Makes the changes to the accounts of the staff that managers ask for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def make(self, person_id: int, role: str, by: By) -> None:
        """Give a person this role at the desk. Raises LastManager, NoSuchPerson, StoreAway."""
        with self._changing(person_id) as (write, row):
            if role != MANAGER:
                _leave_a_manager(write, row)
            write.execute(_of(row).values(role=role))
            made = AuditAction.MADE_MANAGER if role == MANAGER else AuditAction.MADE_STAFF
            write.execute(audit.line(by, made, row.name))

    def disable(self, person_id: int, by: By) -> None:
        """Disable a person's account and end all their sessions. Raises LastManager, NoSuchPerson, StoreAway."""
        with self._changing(person_id) as (write, row):
            _leave_a_manager(write, row)
            write.execute(_of(row).values(active=False, epoch=NEXT_EPOCH))
            write.execute(audit.line(by, AuditAction.DISABLED_PERSON, row.name))

    def enable(self, person_id: int, by: By) -> None:
        """Enable a person's disabled account, with the password they had. Raises NoSuchPerson, StoreAway."""
        with self._changing(person_id) as (write, row):
            write.execute(_of(row).values(active=True))
            write.execute(audit.line(by, AuditAction.ENABLED_PERSON, row.name))

    def end_sessions(self, person_id: int, by: By) -> None:
        """End all sessions of a person. Raises NoSuchPerson, StoreAway."""
        with self._changing(person_id) as (write, row):
            write.execute(_of(row).values(epoch=NEXT_EPOCH))
            write.execute(audit.line(by, AuditAction.ENDED_SESSIONS, row.name))

    def require(self, person_id: int, by: By) -> None:
        """Require a second factor of a person. Raises NoSuchPerson, StoreAway."""
        self._require(person_id, True, by)

    def no_longer_require(self, person_id: int, by: By) -> None:
        """Make the second factor of a person optional. Raises NoSuchPerson, StoreAway."""
        self._require(person_id, False, by)

    def _require(self, person_id: int, required: bool, by: By) -> None:
        with self._changing(person_id) as (write, row):
            write.execute(_of(row).values(second_factor_required=required))
            write.execute(audit.line(by, REQUIRED if required else OPTIONAL, row.name))

    def require_of_everybody(self, required: bool, by: By) -> None:
        """Set whether the desk requires a second factor of all its people, future ones too. Raises StoreAway."""
        with self._database.writing() as write:
            lock_key(write, REQUIRED_OF_EVERYBODY)  # the second of two changes at once waits for the first
            write.execute(delete(schema.rules).where(schema.rules.c.name == REQUIRED_OF_EVERYBODY))
            if required:
                insert_new(write, schema.rules, name=REQUIRED_OF_EVERYBODY)
            write.execute(audit.line(by, REQUIRED if required else OPTIONAL, audit.EVERYBODY))

    def required_of_everybody(self) -> bool:
        """Return whether the desk requires a second factor of all its people. Raises StoreAway."""
        with self._database.reading() as read:
            return bool(read.execute(select(rule(REQUIRED_OF_EVERYBODY))).scalar())

    @contextmanager
    def _changing(self, person_id: int) -> Iterator[tuple[Connection, Row[Any]]]:
        with self._database.writing() as write:
            yield write, lock_person(write, person_id)


def lock_person(write: Connection, person_id: int) -> Row[Any]:
    """Lock the accounts until the transaction ends, and return the row of this person. Raises NoSuchPerson."""
    # All rows are locked, in the same order: of two managers who disable each other, only one may succeed.
    rows = write.execute(select(schema.staff).order_by(schema.staff.c.id).with_for_update())
    found = next((row for row in rows.all() if row.id == person_id), None)
    if found is None:
        raise NoSuchPerson
    return found


def _of(row: Row[Any]) -> Update:
    return update(schema.staff).where(schema.staff.c.id == row.id)


def _leave_a_manager(write: Connection, row: Row[Any]) -> None:
    table = schema.staff
    able = (table.c.role == MANAGER) & table.c.active & (table.c.password_hash != NONE_YET)
    others = write.execute(select(table.c.id).where(able, table.c.id != row.id)).first()
    if others is None and row.role == MANAGER and row.active:
        raise LastManager

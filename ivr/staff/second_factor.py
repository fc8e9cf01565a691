"""The second factor of a login: codes from an authenticator app, and recovery codes from a list.

A code works once. The app's secret is stored encrypted under the SECRET_KEY, a recovery code only as a keyed hash.
accounts.py says who must have a second factor. No sessions, no HTTP, no clock.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ivr.line.phones import digits_of
from ivr.staff.accounts import lock_person
from ivr.staff.people import NoSuchPerson, everybody, person
from ivr.staff.totp import new_recovery_codes, step_of
from ivr.storage import audit, schema
from ivr.storage.audit import AuditAction, By
from ivr.storage.database import Database, UniqueViolation
from ivr.storage.encryption import Cipher, Unreadable
from ivr.storage.upsert import insert_new


class WrongCode(Exception):
    """The code is neither the present code of the person's app nor an unused recovery code, or it has been used."""


class AlreadyOn(Exception):
    """This person has a second factor already."""


class StillRequired(Exception):
    """A manager requires a second factor of this person, who therefore cannot switch it off."""


class KeyChanged(Exception):
    """The app's secret is encrypted under another SECRET_KEY. No code works until a manager removes the factor."""


@dataclass(frozen=True)
class Proof:
    """The result of a code of the second factor that was accepted."""

    recovery: bool
    """True if the code was a recovery code, which is used up."""
    left: int
    """The number of the person's unused recovery codes."""


class SecondFactors:
    """The store of second factors and recovery codes."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    def switch_on(self, person_id: int, secret: str, typed: str, now: datetime) -> list[str]:
        """Switch a person's second factor on, if the code `typed` is the app's; return the new recovery codes.

        All sessions of the person are ended. Raises WrongCode, AlreadyOn, NoSuchPerson, StoreAway.
        """
        step, sealed = step_of(secret, typed, now), self._cipher.encrypt(secret)
        if step is None:
            raise WrongCode
        try:
            with self._database.writing() as write:
                row = lock_person(write, person_id)
                insert_new(write, schema.second_factors, staff_id=row.id, secret=sealed, since=now, last_step=step)
                write.execute(update(schema.staff).where(schema.staff.c.id == row.id).values(epoch=row.epoch + 1))
                write.execute(audit.line(By(row.name, now), AuditAction.SWITCHED_ON_SECOND_FACTOR, row.name))
                return self._new_codes(write, row.id)
        except UniqueViolation:
            raise AlreadyOn from None

    def prove(self, person_id: int, typed: str, now: datetime) -> Proof:
        """Use up a valid code of the app, or a valid recovery code. Raises WrongCode, KeyChanged, StoreAway.

        The result tells which kind of code it was. If the same code is sent twice at once, it is accepted only once.
        """
        with self._database.writing() as write:
            factor = self._held(write, person_id)
            step = step_of(self._opened(factor), typed, now)
            recovery = step is None
            used = self._use_recovery(write, factor, typed, now) if step is None else _use_step(write, factor, step)
            if not used:
                raise WrongCode
            return Proof(recovery, _left(write, person_id))

    def check(self, person_id: int) -> None:
        """Check that this person's app secret, if any, can be decrypted. Raises KeyChanged, StoreAway."""
        with self._database.reading() as read:
            factor = read.execute(_of(person_id)).one_or_none()
        if factor is not None:
            self._opened(factor)

    def codes_left(self, person_id: int) -> int:
        """Return the number of unused recovery codes of this person. Raises StoreAway."""
        with self._database.reading() as read:
            return _left(read, person_id)

    def new_codes(self, person_id: int, now: datetime) -> list[str]:
        """Replace a person's recovery codes; return the new ones. Raises NoSuchPerson if no factor is on, StoreAway."""
        with self._database.writing() as write:
            row = lock_person(write, person_id)
            if write.execute(_of(person_id)).first() is None:
                raise NoSuchPerson
            write.execute(audit.line(By(row.name, now), AuditAction.MADE_RECOVERY_CODES, row.name))
            return self._new_codes(write, person_id)

    def switch_off(self, person_id: int, now: datetime) -> None:
        """Remove a person's second factor at their own wish. Raises StillRequired, NoSuchPerson, StoreAway."""
        with self._database.writing() as write:
            row = lock_person(write, person_id)
            if person(write.execute(everybody().where(schema.staff.c.id == row.id)).one()).required:
                raise StillRequired
            if _forget(write, person_id):
                write.execute(audit.line(By(row.name, now), AuditAction.SWITCHED_OFF_SECOND_FACTOR, row.name))

    def remove(self, person_id: int, by: By) -> None:
        """Remove the second factor of a person who has lost their app. Raises NoSuchPerson, StoreAway."""
        with self._database.writing() as write:
            row = lock_person(write, person_id)
            if _forget(write, person_id):
                write.execute(audit.line(by, AuditAction.REMOVED_SECOND_FACTOR, row.name))

    def _held(self, write: Connection, person_id: int) -> Row[Any]:
        factor = write.execute(_of(person_id).with_for_update()).one_or_none()
        if factor is None:
            raise WrongCode
        return factor

    def _opened(self, factor: Row[Any]) -> str:
        try:
            return self._cipher.decrypt(factor.secret)
        except Unreadable:
            raise KeyChanged from None

    def _use_recovery(self, write: Connection, factor: Row[Any], typed: str, now: datetime) -> bool:
        table, mark = schema.recovery_codes, self._mark(factor.staff_id, typed)
        unused = (table.c.staff_id == factor.staff_id) & (table.c.mark == mark) & table.c.used.is_(None)
        if write.execute(update(table).where(unused).values(used=now)).rowcount != 1:
            return False
        name = write.execute(select(schema.staff.c.name).where(schema.staff.c.id == factor.staff_id)).scalar_one()
        write.execute(audit.line(By(name, now), AuditAction.USED_RECOVERY_CODE, name))
        return True

    def _new_codes(self, write: Connection, person_id: int) -> list[str]:
        codes = new_recovery_codes()
        table = schema.recovery_codes
        write.execute(delete(table).where(table.c.staff_id == person_id))
        rows = [{"staff_id": person_id, "mark": self._mark(person_id, code)} for code in codes]
        write.execute(insert(table), rows)
        return codes

    def _mark(self, person_id: int, code: str) -> str:
        return self._cipher.keyed_hash(f"{person_id} {digits_of(code)}")


def _use_step(write: Connection, factor: Row[Any], step: int) -> bool:
    """Mark the time step of an app's code as used; return False if this step or a later one was used before."""
    table = schema.second_factors
    later = (table.c.id == factor.id) & (table.c.last_step < step)
    return write.execute(update(table).where(later).values(last_step=step)).rowcount == 1


def _of(person_id: int) -> Any:
    return select(schema.second_factors).where(schema.second_factors.c.staff_id == person_id)


def _left(read: Connection, person_id: int) -> int:
    table = schema.recovery_codes
    query = select(func.count()).select_from(table).where(table.c.staff_id == person_id, table.c.used.is_(None))
    return int(read.execute(query).scalar_one())


def _forget(write: Connection, person_id: int) -> bool:
    """Delete a person's second factor and recovery codes, and return whether the person had a second factor."""
    # Locked in the same order as when a code is used, so that the two do not deadlock.
    factors, codes = schema.second_factors, schema.recovery_codes
    there_was = write.execute(delete(factors).where(factors.c.staff_id == person_id)).rowcount == 1
    write.execute(delete(codes).where(codes.c.staff_id == person_id))
    return there_was

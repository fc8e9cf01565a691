"""Stores the numbers that the desk has blocked, with who blocked each, when and why.

A block is never altered, and counts until somebody lifts it. intake_rules.py takes no request of a blocked number, and
intake.py does not connect its calls to the reception. No HTTP, no clock.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, insert, select, update

from ivr.line.phones import NumberRefused, Phone
from ivr.storage import audit, schema
from ivr.storage.audit import AuditAction, By
from ivr.storage.database import Database
from ivr.storage.odd import Odd, name_once, text_of

LONGEST_REASON = 80

table = schema.blocked


@dataclass(frozen=True)
class Block:
    """A blocked number, with the reason, the person who blocked it, and the moment."""

    id: int
    phone: Phone | None
    """The blocked number; None where this version of the program cannot read the stored text as a telephone number."""
    stored: str
    """The blocked number as the table stores it, readable or not."""
    reason: str
    who: str
    at: datetime | Odd


class Blocked:
    """The store of blocked numbers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def block(self, number: Phone, reason: str, by: By, reference: str = "") -> bool:
        """Block a telephone number, and return False if it was blocked already. Raises StoreAway.

        The audit names `reference`, the request on whose page the number was seen.
        """
        row = {"phone": number.e164, "reason": reason, "who": by.who, "at": by.at}
        with self._database.writing() as write:
            if is_blocked(write, number):
                return False
            found = write.execute(insert(table).values(row).returning(table.c.id)).scalar_one()
            write.execute(audit.line(by, AuditAction.BLOCKED_NUMBER, _name(found), reference))
        return True

    def lift(self, block_id: int, by: By) -> bool:
        """Lift the block of a number, and return whether it was in force until now. Raises StoreAway."""
        # Two people may have blocked a number at the same moment. All its blocks are lifted, so that it is free.
        number = select(table.c.phone).where(table.c.id == block_id).scalar_subquery()
        standing = (table.c.phone == number, table.c.lifted_at.is_(None))
        with self._database.writing() as write:
            lifted = write.execute(update(table).where(*standing).values(lifted_by=by.who, lifted_at=by.at)).rowcount
            if lifted:
                write.execute(audit.line(by, AuditAction.UNBLOCKED_NUMBER, _name(block_id)))
        return bool(lifted)

    def all(self) -> list[Block]:
        """Return the blocks of numbers that nobody has lifted, newest first. Raises StoreAway."""
        query = select(table).where(table.c.lifted_at.is_(None)).order_by(table.c.id.desc())
        with self._database.reading() as read:
            return [_block(row) for row in read.execute(query)]

    def has(self, number: Phone) -> bool:
        """Return whether the desk has blocked this telephone number. Raises StoreAway."""
        with self._database.reading() as read:
            return is_blocked(read, number)


def _block(row: Row[Any]) -> Block:
    try:
        number = Phone(row.phone)
    except (NumberRefused, TypeError):
        name_once(table.name, row.id, ["phone"])
        number = None
    return Block(row.id, number, text_of(row.phone), text_of(row.reason), text_of(row.who), row.at)


ONE_STANDS = exists().where(table.c.phone.in_([bindparam("phone"), bindparam("caller")]), table.c.lifted_at.is_(None))
"""The SQL condition that a request's number, or the telephone that its call came from, is blocked now."""

IS_BLOCKED = select(ONE_STANDS)


def is_blocked(read: Connection, number: Phone) -> bool:
    """Return whether the desk has blocked this telephone number."""
    return bool(read.scalar(IS_BLOCKED, {"phone": number.e164, "caller": None}))


def _name(block_id: int) -> str:
    """Return the name that the audit uses for a block: its id, since the audit must not contain the number."""
    return f"#{block_id}"

"""The numbers that the desk has blocked, in SQL, with who did it, when and why.

A block is never altered: it stands until somebody lifts it. What it does is decided in intake_rules.py (no request) and
intake.py (no reception). No HTTP, no clock.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from ivr.line.phones import Phone
from ivr.storage import audit, schema
from ivr.storage.audit import AuditAction, By
from ivr.storage.database import Database

LONGEST_REASON = 80

table = schema.blocked


@dataclass(frozen=True)
class Block:
    """A number that is blocked, why, by whom and since when."""

    id: int
    phone: Phone
    reason: str
    who: str
    at: datetime


class Blocked:
    """The numbers that are blocked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def block(self, number: Phone, reason: str, by: By, reference: str = "") -> bool:
        """Blocks a number, seen on the card of that reference; whether it was free until now. Raises StoreAway."""
        row = {"phone": number.e164, "reason": reason, "who": by.who, "at": by.at}
        with self._database.writing() as write:
            if is_blocked(write, number):
                return False
            found = write.execute(insert(table).values(row).returning(table.c.id)).scalar_one()
            write.execute(audit.line(by, AuditAction.BLOCKED_NUMBER, _name(found), reference))
        return True

    def lift(self, block_id: int, by: By) -> bool:
        """Lifts a block; whether it stood until now. Raises StoreAway."""
        # Two people may have blocked a number at the same moment: whoever lifts one block wants the number free.
        number = select(table.c.phone).where(table.c.id == block_id).scalar_subquery()
        standing = (table.c.phone == number, table.c.lifted_at.is_(None))
        with self._database.writing() as write:
            lifted = write.execute(update(table).where(*standing).values(lifted_by=by.who, lifted_at=by.at)).rowcount
            if lifted:
                write.execute(audit.line(by, AuditAction.UNBLOCKED_NUMBER, _name(block_id)))
        return bool(lifted)

    def all(self) -> list[Block]:
        """Those that stand, newest first. Raises StoreAway."""
        query = select(table).where(table.c.lifted_at.is_(None)).order_by(table.c.id.desc())
        with self._database.reading() as read:
            return [Block(row.id, Phone(row.phone), row.reason, row.who, row.at) for row in read.execute(query)]

    def has(self, number: Phone) -> bool:
        """Whether this number is blocked. Raises StoreAway."""
        with self._database.reading() as read:
            return is_blocked(read, number)


def is_blocked(read: Connection, *numbers: Phone | None) -> bool:
    """Whether any of these is; a number that is not known is not."""
    known = [number.e164 for number in numbers if number]
    standing = select(table.c.id).where(table.c.phone.in_(known), table.c.lifted_at.is_(None)).limit(1)
    return bool(known) and read.execute(standing).first() is not None


def _name(block_id: int) -> str:
    """What the audit calls a block, which must not tell the number."""
    return f"#{block_id}"

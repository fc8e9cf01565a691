"""Stores the sessions of the staff, so that a session that was ended stays ended, whoever has its cookie.

Only the hash of a session's key is stored. The web ends sessions that are too old. No cookies, no HTTP, no clock.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update

from ivr.storage import schema
from ivr.storage.database import Database, UniqueViolation
from ivr.storage.upsert import insert_new

KEPT_FOR = timedelta(days=7)
"""The age at which retention.py deletes a session: a week, as a form may be sent days after its session began."""

table = schema.sessions


@dataclass(frozen=True)
class StaffSession:
    """A session of a person at the desk, ended or not."""

    staff_id: int
    typed: datetime | None
    """The moment at which the person was last seen typing."""
    ended: bool


class Sessions:
    """The store of the staff's sessions. A session is identified by a random text that only its browser has."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, staff_id: int, key: str, now: datetime) -> None:
        """Store a new session of the person `staff_id`, identified by a hash of `key`. Raises StoreAway."""
        with self._database.writing() as write:
            insert_new(write, table, mark=_mark(key), staff_id=staff_id, began=now)

    def adopt(self, staff_id: int, key: str, began: datetime) -> StaffSession:
        """Store a session from an older program version, unless already stored, and return it. Raises StoreAway."""
        with suppress(UniqueViolation):  # another request of the same browser was first
            self.begin(staff_id, key, began)
        return self.find(key) or StaffSession(staff_id, None, ended=True)

    def find(self, key: str) -> StaffSession | None:
        """Return the session with this key; None if it is unknown. Raises StoreAway."""
        with self._database.reading() as read:
            row = read.execute(select(table).where(table.c.mark == _mark(key))).one_or_none()
        return StaffSession(row.staff_id, row.typed, row.ended is not None) if row else None

    def typing(self, key: str, now: datetime) -> None:
        """Note that the person of the session with this key is typing. Raises StoreAway."""
        self._set(_of(key), typed=now)

    def end(self, key: str, now: datetime) -> None:
        """End the session with this key for good. Raises StoreAway."""
        self._set(_of(key), ended=now)

    def _set(self, which: ColumnElement[bool], **values: Any) -> None:
        with self._database.writing() as write:
            write.execute(update(table).where(which).values(**values))


def _of(key: str) -> ColumnElement[bool]:
    return (table.c.mark == _mark(key)) & table.c.ended.is_(None)


def _mark(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()

"""Counts logins that fail, of a name and from an address, and says when there have been too many.

It lives in the database, so that it holds with Redis away and for every process. No passwords, no HTTP, no clock.
"""

import hashlib
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import ColumnElement, delete, insert, select

from ivr.storage import schema
from ivr.storage.database import Database

WINDOW = timedelta(minutes=15)
"""For how long a failure counts."""

MOST_OF_A_NAME = 5
MOST_FROM_AN_ADDRESS = 20
"""A whole clinic may sit behind one address."""


class LockedOut(Exception):
    """Too many logins have failed; nobody is let in before `until`, not even with the right password."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many failures")
        self.until = until


class Lockout:
    """The failures of the last minutes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def attempt(self, name: str, address: str, now: datetime) -> int:
        """Counts a login as failed, before it is known whether it does; its number. Raises LockedOut, StoreAway.

        Counted first, so that many who try at the same moment are no more than one after another. What is refused
        here does not count: waiting ends, however often somebody knocks.
        """
        table = schema.failed_logins
        row = {"at": now, "name": _mark(name), "address": _network(address)}
        with self._database.writing() as write:
            own: int = write.execute(insert(table).values(row).returning(table.c.id)).scalar_one()
        until = self._until(name, address, now, own)
        if until is not None:
            self._forget(table.c.id == own)
            raise LockedOut(until)
        return own

    def forgive(self, attempt: int) -> None:
        """Forgets this one attempt, which has not failed; those before it count on. Raises StoreAway."""
        self._forget(schema.failed_logins.c.id == attempt)

    def succeeded(self, name: str) -> None:
        """Forgets the failures of a name. Raises StoreAway."""
        self._forget(schema.failed_logins.c.name == _mark(name))

    def purge(self, now: datetime) -> None:
        """Forgets what no longer counts. Raises StoreAway."""
        self._forget(schema.failed_logins.c.at <= now - WINDOW)

    def _until(self, name: str, address: str, now: datetime, own: int) -> datetime | None:
        table = schema.failed_logins
        ends = (
            self._end(table.c.name == _mark(name), MOST_OF_A_NAME, now, own),
            self._end(table.c.address == _network(address), MOST_FROM_AN_ADDRESS, now, own),
        )
        return max((end for end in ends if end is not None), default=None)

    def _end(self, of: ColumnElement[bool], most: int, now: datetime, own: int) -> datetime | None:
        """When fewer than the most count again; None if they do now."""
        at = schema.failed_logins.c.at
        others = schema.failed_logins.c.id != own
        query = select(at).where(of, others, at > now - WINDOW).order_by(at.desc()).offset(most - 1).limit(1)
        with self._database.reading() as read:
            oldest: datetime | None = read.execute(query).scalar()
        return None if oldest is None else oldest + WINDOW

    def _forget(self, which: ColumnElement[bool]) -> None:
        with self._database.writing() as write:
            write.execute(delete(schema.failed_logins).where(which))


def _mark(name: str) -> str:
    """What stands for a name: people type their password where the name belongs, and it must not lie in a table."""
    return hashlib.sha256(name.strip().encode(errors="replace")).hexdigest()


def _network(address: str) -> str:
    """What an address counts as: with IPv6, the network that one customer has to themselves."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))
    return str(found)

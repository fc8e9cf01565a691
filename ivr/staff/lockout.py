"""Counts failed logins by name and by address, and refuses logins when there have been too many.

The counts are in the database, so that they hold while Redis is away and for every process. No passwords, no HTTP, no
clock.
"""

import hashlib
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import ColumnElement, delete, insert, select

from ivr.staff.names import login_of
from ivr.storage import schema
from ivr.storage.database import Database

WINDOW = timedelta(minutes=15)
"""Time for which a failure counts."""

MOST_OF_A_NAME = 5
MOST_FROM_AN_ADDRESS = 20
"""The most failures within `WINDOW`; higher for an address, because a whole clinic may share one."""


class LockedOut(Exception):
    """Too many logins have failed; nobody is let in before `until`, not even with the right password."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many failures")
        self.until = until


class Lockout:
    """The store of failed logins."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def attempt(self, name: str, address: str, now: datetime) -> int:
        """Count a login as failed before it is checked, and return the attempt's id. Raises LockedOut, StoreAway.

        It is counted first, so that many attempts at the same moment cannot exceed the limit. A refused attempt does
        not count, so that it does not prolong the lockout.
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
        """Delete this one attempt, which did not fail; earlier failures still count. Raises StoreAway."""
        self._forget(schema.failed_logins.c.id == attempt)

    def succeeded(self, name: str) -> None:
        """Delete the failures of a name. Raises StoreAway."""
        self._forget(schema.failed_logins.c.name == _mark(name))

    def purge(self, now: datetime) -> None:
        """Delete the failures that no longer count. Raises StoreAway."""
        self._forget(schema.failed_logins.c.at <= now - WINDOW)

    def _until(self, name: str, address: str, now: datetime, own: int) -> datetime | None:
        table = schema.failed_logins
        ends = (
            self._end(table.c.name == _mark(name), MOST_OF_A_NAME, now, own),
            self._end(table.c.address == _network(address), MOST_FROM_AN_ADDRESS, now, own),
        )
        return max((end for end in ends if end is not None), default=None)

    def _end(self, of: ColumnElement[bool], most: int, now: datetime, own: int) -> datetime | None:
        """Return the end of the lockout; None if there are fewer failures than `most`."""
        at = schema.failed_logins.c.at
        others = schema.failed_logins.c.id != own
        query = select(at).where(of, others, at > now - WINDOW).order_by(at.desc()).offset(most - 1).limit(1)
        with self._database.reading() as read:
            oldest = read.execute(query).scalar()
        return oldest + WINDOW if isinstance(oldest, datetime) else None

    def _forget(self, which: ColumnElement[bool]) -> None:
        with self._database.writing() as write:
            write.execute(delete(schema.failed_logins).where(which))


def _mark(name: str) -> str:
    """Return the hash stored for a name, the same for all names that log in alike.

    People sometimes type their password as the name; it must not be stored.
    """
    return hashlib.sha256(login_of(name).encode(errors="replace")).hexdigest()


def _network(address: str) -> str:
    """Return the key under which an address counts: for IPv6 the /64 network, which belongs to one customer."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))
    return str(found)

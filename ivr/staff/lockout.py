"""Counts failed logins by name, address and device, and refuses logins when there have been too many.

A name is locked together with the address, so that nobody locks out somebody else. A device on which the person has
logged in before counts by itself, whatever strangers try. The counts are in the database, so that they hold while
Redis is away and for every process. No passwords, no HTTP, no clock.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from ivr.staff.names import login_of
from ivr.storage import schema
from ivr.storage.database import Database

WINDOW = timedelta(minutes=15)
"""The time for which a failed login counts."""

MOST_OF_A_NAME = 5
"""The most failed logins of a name in `WINDOW` from one address or known device; wrong codes count from any address."""

MOST_FROM_AN_ADDRESS = 20
"""The most failed logins in `WINDOW` from one address. The limit is high, as a whole clinic may share an address."""

MOST_FROM_ANYWHERE = 100
"""The most failed logins in `WINDOW` by one name, from all devices not known for it (NIST SP 800-63B, 5.2.2)."""

table = schema.failed_logins

Rule = tuple[ColumnElement[bool], int]
"""An SQL condition that selects failed logins, and the number of failed logins from which on a login is refused."""


class LockedOut(Exception):
    """Too many logins have failed; nobody is let in before `until`, not even with the right password."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many failures")
        self.until = until


class Lockout:
    """Counts failed logins in the database, and refuses logins after too many."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def attempt(self, name: str, address: str, now: datetime, device: str = "", *, code: bool = False) -> int:
        """Count a login as failed before it is checked, and return the attempt's id. Raises LockedOut, StoreAway.

        Counting first keeps many attempts at the same moment within the limit. A refused attempt does not count, so
        it does not prolong the lockout. `device` is the key of a device on which this person has logged in before.
        `code` is true for a code of the second factor, which is tried only after the right password.
        """
        rules = _rules(name, address, device, code=code)
        self._refuse(rules, now, 0)  # what is refused anyway writes nothing: a flood must not hold up the writers
        row = {"at": now, "name": _mark(name), "address": _network(address), "device": device or None, "code": code}
        with self._database.writing() as write:
            own: int = write.execute(insert(table).values(row).returning(table.c.id)).scalar_one()
        try:
            self._refuse(rules, now, own)
        except LockedOut:
            self._forget(table.c.id == own)
            raise
        return own

    def forgive(self, attempt: int) -> None:
        """Delete this one attempt to log in, which did not fail; earlier failures still count. Raises StoreAway."""
        self._forget(table.c.id == attempt)

    def succeeded(self, name: str, address: str = "", device: str = "") -> None:
        """Delete a name's failed logins from this device, or else from this address. Raises StoreAway.

        Without address and device, delete all failed logins of the name, as after a new password.
        """
        of_name = table.c.name == _mark(name)
        self._forget(of_name & _whence(address, device) if address or device else of_name)

    def purge(self, now: datetime) -> None:
        """Delete the failed logins that no longer count. Raises StoreAway."""
        self._forget(table.c.at <= now - WINDOW)

    def _refuse(self, rules: Sequence[Rule], now: datetime, own: int) -> None:
        """Raise LockedOut if any rule finds too many failed logins. The attempt with the id `own` does not count."""
        with self._database.reading() as read:
            ends = [_end(read, rule, now, own) for rule in rules]
        until = max((end for end in ends if end is not None), default=None)
        if until is not None:
            raise LockedOut(until)

    def _forget(self, which: ColumnElement[bool]) -> None:
        with self._database.writing() as write:
            write.execute(delete(table).where(which))


def _rules(name: str, address: str, device: str, *, code: bool) -> Sequence[Rule]:
    """Return the rules for an attempt to log in: which failed logins count, and at how many the attempt is refused."""
    of_name, here = table.c.name == _mark(name), _whence(address, device)
    if device:
        return [(of_name & here, MOST_OF_A_NAME)]
    strange = of_name & table.c.device.is_(None)
    rules = [(of_name & here, MOST_OF_A_NAME), (here, MOST_FROM_AN_ADDRESS), (strange, MOST_FROM_ANYWHERE)]
    return [*rules, (strange & table.c.code, MOST_OF_A_NAME)] if code else rules


def _whence(address: str, device: str) -> ColumnElement[bool]:
    """Return the SQL condition for failed logins on a known `device`; without one, at `address` on unknown devices."""
    if device:
        return table.c.device == device
    return table.c.device.is_(None) & (table.c.address == _network(address))


def _end(read: Connection, rule: Rule, now: datetime, own: int) -> datetime | None:
    """Return the end of the rule's lockout, not counting the failed login `own`; None if the rule locks nobody out."""
    which, most = rule
    at = table.c.at
    query = select(at).where(which, table.c.id != own, at > now - WINDOW).order_by(at.desc()).offset(most - 1).limit(1)
    oldest: datetime | None = read.execute(query).scalar()
    return None if oldest is None else oldest + WINDOW


def _mark(name: str) -> str:
    """Return the hash stored in place of a failed login's name. Names with the same `login_of` have the same hash.

    The name itself is not stored, because people sometimes type their password there.
    """
    return hashlib.sha256(login_of(name).encode(errors="replace")).hexdigest()


def _network(address: str) -> str:
    """Return the text by which an address's failed logins are counted; for IPv6 the /64 network of one customer."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))
    return str(found)

"""Stores the links by which people choose a password. A link works once, within an hour, if no newer one exists.

Only the hash of a link's token is stored. No HTTP, no clock.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, update

from ivr.staff.accounts import NEXT_EPOCH, lock_person
from ivr.staff.passwords import NONE_YET, Passwords
from ivr.staff.people import NoSuchPerson, Person, admit, everybody, person, proper
from ivr.storage import audit, schema
from ivr.storage.audit import AuditAction, By
from ivr.storage.database import Database

WORKS_FOR = timedelta(hours=1)

TOKEN_BYTES = 32


class LinkVoid(Exception):
    """The link to choose a password was used, is older than an hour, was replaced by a newer one, or never existed."""


class Invitations:
    """Stores the links to choose a password, and sets the passwords chosen by them."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords

    def invite(self, name: str, role: str, by: By) -> str:
        """Add a person who has still to choose a password, and return the token of the link for that.

        Raises BadName, NameTaken, StoreAway.
        """
        name = proper(name)
        with self._database.writing() as write:
            token = _issued(write, admit(write, name, NONE_YET, role, by.at), by.at)
            write.execute(audit.line(by, AuditAction.INVITED_PERSON, name, role))
        return token

    def reset(self, person_id: int, by: By) -> str:
        """Void a person's password, end all their sessions, and return the token of a link for a new password.

        One's own password and sessions stay until the link is used: else a lapsed link would lock the only manager out.
        So the audit tells only of its use. Raises NoSuchPerson, also for a disabled person, and StoreAway.
        """
        with self._database.writing() as write:
            row = lock_person(write, person_id)
            if not row.active:
                raise NoSuchPerson
            if row.name != by.who:
                _set_password(write, row, NONE_YET)
                write.execute(audit.line(by, AuditAction.RESET_PASSWORD, row.name))
            return _issued(write, row.id, by.at)

    def invited(self, token: str, now: datetime) -> Person:
        """Return the person who may choose a password by this link, without using it up. Raises LinkVoid, StoreAway."""
        staff, links = schema.staff, schema.invitations
        query = everybody().join(links, links.c.staff_id == staff.c.id).where(staff.c.active, _works(token, now))
        with self._database.reading() as read:
            row = read.execute(query).one_or_none()
        if row is None:
            raise LinkVoid
        return person(row)

    def use(self, token: str, password: str, now: datetime) -> Person:
        """Set the password of an invited person; return the person. Raises BadPassword, LinkVoid, StoreAway."""
        guest = self.invited(token, now)
        kept = self._passwords.kept(password, guest.name)
        with self._database.writing() as write:
            row = lock_person(write, guest.id)
            # Of two who use the link at once only the first succeeds; the check above was without a lock.
            used = write.execute(update(schema.invitations).where(_works(token, now)).values(used=now))
            if used.rowcount != 1 or not row.active:
                raise LinkVoid
            _set_password(write, row, kept)
            write.execute(audit.line(By(row.name, now), AuditAction.CHOSE_PASSWORD, row.name))
            return person(write.execute(everybody().where(schema.staff.c.id == guest.id)).one())


def _issued(write: Connection, person_id: int, now: datetime) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    write.execute(delete(schema.invitations).where(schema.invitations.c.staff_id == person_id))
    row = {"token_hash": _hash(token), "staff_id": person_id, "expires": now + WORKS_FOR}
    write.execute(insert(schema.invitations).values(row))
    return token


def _works(token: str, now: datetime) -> Any:
    table = schema.invitations
    return (table.c.token_hash == _hash(token)) & table.c.used.is_(None) & (table.c.expires > now)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _set_password(write: Connection, row: Row[Any], kept: str) -> None:
    """Store `kept`, the hash of a person's new password, and end all sessions of the person."""
    change = update(schema.staff).where(schema.staff.c.id == row.id)
    write.execute(change.values(password_hash=kept, epoch=NEXT_EPOCH))

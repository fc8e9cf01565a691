"""The feed of appointments for calendar programs: the one secret link that opens it, and what it may tell.

Of the link only a nonce is kept, and only of the newest. No HTTP, no clock; ivr/web/desk/ics.py writes the calendar.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, func, or_, select

from ivr.desk.requests import HistoryEvent, Outcome
from ivr.storage import audit, schema
from ivr.storage.audit import AuditAction, By
from ivr.storage.database import Database
from ivr.storage.encryption import LinkTokens
from ivr.storage.upsert import insert_new

NONCE_BYTES = 32

LOOKS_BACK = timedelta(days=30)
"""How long an appointment that is over stays in the feed; what lies ahead is all in it."""

links = schema.calendar_links


@dataclass(frozen=True)
class Link:
    """The link that is in force."""

    token: str
    who: str
    """Who made it."""
    at: datetime


@dataclass(frozen=True)
class Appointment:
    """What calendars are told of an appointment: no number, no name, no note."""

    request_id: int
    reference: str
    line: str
    start: datetime
    booked: datetime
    """When somebody at the desk booked it, or gave it the time it has."""
    revision: int
    """How often it was booked, changed or put back before."""


class CalendarFeed:
    """The link, and the appointments behind it."""

    def __init__(self, database: Database, tokens: LinkTokens) -> None:
        self._database = database
        self._tokens = tokens

    def link(self) -> Link | None:
        """The link that is in force; None while the feed is switched off. Raises StoreAway."""
        query = select(links).order_by(links.c.id.desc()).limit(1)
        with self._database.reading() as read:
            row = read.execute(query).one_or_none()
        return Link(self._tokens.of(row.nonce), row.who, row.at) if row and row.nonce else None

    def opens(self, token: str) -> bool:
        """Whether this is the link's token. Raises StoreAway."""
        link = self.link()
        return link is not None and hmac.compare_digest(link.token.encode(), token.encode(errors="replace"))

    def renew(self, by: By) -> None:
        """Makes a link; the one before stops in the same moment. Raises StoreAway."""
        self._put(secrets.token_urlsafe(NONCE_BYTES), AuditAction.MADE_CALENDAR_LINK, by)

    def switch_off(self, by: By) -> None:
        """From now on no link opens the feed. Raises StoreAway."""
        self._put(None, AuditAction.SWITCHED_OFF_CALENDAR, by)

    def _put(self, nonce: str | None, what: AuditAction, by: By) -> None:
        """Of two who do this at once the later row counts."""
        with self._database.writing() as write:
            newest = insert_new(write, links, nonce=nonce, who=by.who, at=by.at)
            write.execute(delete(links).where(links.c.id < newest))
            write.execute(audit.line(by, what))

    def appointments(self, now: datetime) -> list[Appointment]:
        """What is booked, from a while ago to all that lies ahead, in its order. Raises StoreAway."""
        with self._database.reading() as read:
            return _booked_since(read, now - LOOKS_BACK)


def _booked_since(read: Connection, since: datetime) -> list[Appointment]:
    table, lines = schema.requests, schema.history
    moved = (HistoryEvent.REBOOKED, HistoryEvent.CALLED_OFF)
    back = and_(lines.c.what == HistoryEvent.UNDONE, lines.c.detail.in_(moved))
    changed = or_(lines.c.what.in_((Outcome.BOOKED, HistoryEvent.REBOOKED)), back)
    often = select(func.count()).where(lines.c.request_id == table.c.id, changed)
    columns = (table.c.id, table.c.reference, table.c.line, table.c.appointment, table.c.touched)
    query = select(*columns, often.scalar_subquery() - 1)
    booked = query.where(table.c.outcome == Outcome.BOOKED, table.c.appointment >= since)
    return [Appointment(*row) for row in read.execute(booked.order_by(table.c.appointment, table.c.id))]

"""The feed of appointments for calendar programs, and the one secret link that opens it.

Only the nonce of the newest link is stored. No HTTP, no clock; ivr/web/desk/ics.py writes the calendar.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select

from ivr.desk.requests import HistoryEvent, Outcome
from ivr.storage import audit, schema
from ivr.storage.audit import AuditAction, By
from ivr.storage.database import Database
from ivr.storage.encryption import LinkTokens
from ivr.storage.upsert import insert_new

NONCE_BYTES = 32

LOOKS_BACK = timedelta(days=30)
"""Time that a past appointment stays in the feed; all future ones are in it."""

links = schema.calendar_links


@dataclass(frozen=True)
class Link:
    """The link that opens the feed at present."""

    token: str
    who: str
    """The person who made the link."""
    at: datetime


@dataclass(frozen=True)
class FeedEntry:
    """An appointment as calendars show it: no number, no name, no note."""

    request_id: int
    reference: str
    line: str
    start: datetime
    booked: datetime
    """The moment at which the desk booked it or gave it its present time."""
    revision: int
    """The number of earlier bookings, changes and undone changes."""


class CalendarFeed:
    """The store of the link, and the appointments that the link shows."""

    def __init__(self, database: Database, tokens: LinkTokens) -> None:
        self._database = database
        self._tokens = tokens

    def link(self) -> Link | None:
        """Return the present link; None while the feed is switched off. Raises StoreAway."""
        query = select(links).order_by(links.c.id.desc()).limit(1)
        with self._database.reading() as read:
            row = read.execute(query).one_or_none()
        return Link(self._tokens.of(row.nonce), row.who, row.at) if row and row.nonce else None

    def opens(self, token: str) -> bool:
        """Return whether this is the token of the present link. Raises StoreAway."""
        link = self.link()
        return link is not None and hmac.compare_digest(link.token.encode(), token.encode(errors="replace"))

    def renew(self, by: By) -> None:
        """Make a new link; the former one stops working at once. Raises StoreAway."""
        self._put(secrets.token_urlsafe(NONCE_BYTES), AuditAction.MADE_CALENDAR_LINK, by)

    def switch_off(self, by: By) -> None:
        """Switch the feed off: no link opens it any more. Raises StoreAway."""
        self._put(None, AuditAction.SWITCHED_OFF_CALENDAR, by)

    def _put(self, nonce: str | None, what: AuditAction, by: By) -> None:
        """Write the nonce of a new link. If two people do this at once, the later row counts."""
        with self._database.writing() as write:
            newest = insert_new(write, links, nonce=nonce, who=by.who, at=by.at)
            write.execute(delete(links).where(links.c.id < newest))
            write.execute(audit.line(by, what))

    def appointments(self, now: datetime) -> list[FeedEntry]:
        """Return the appointments from `LOOKS_BACK` ago onwards, by time. Raises StoreAway."""
        with self._database.reading() as read:
            return _booked_since(read, now - LOOKS_BACK)


def _booked_since(read: Connection, since: datetime) -> list[FeedEntry]:
    table, lines = schema.requests, schema.history
    moved = (HistoryEvent.REBOOKED, HistoryEvent.CALLED_OFF)
    back = and_(lines.c.what == HistoryEvent.UNDONE, lines.c.detail.in_(moved))
    changed = or_(lines.c.what.in_((Outcome.BOOKED, HistoryEvent.REBOOKED)), back)
    often = select(func.count()).where(lines.c.request_id == table.c.id, changed)
    columns = (table.c.id, table.c.reference, table.c.line, table.c.appointment, table.c.touched)
    query = select(*columns, (often.scalar_subquery() - 1).label("revision"))
    booked = query.where(table.c.outcome == Outcome.BOOKED, table.c.appointment >= since)
    rows = read.execute(booked.order_by(table.c.appointment, table.c.id))
    return [_appointment(row) for row in rows if isinstance(row.appointment, datetime)]


def _appointment(row: Any) -> FeedEntry:
    """Return an appointment; one whose moment of booking is not known counts as booked for its own time."""
    booked = row.touched if isinstance(row.touched, datetime) else row.appointment
    return FeedEntry(row.id, row.reference, row.line, row.appointment, booked, row.revision)

"""The feed of appointments for calendar programs, and the one secret link that opens it.

Only the nonce of the newest link is stored. No HTTP, no clock; ivr/web/diary/ics.py writes the calendar.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, ScalarSelect, and_, delete, func, or_, select

from ivr.diary.appointments import TAKES_TIME, Appointment, DiaryEvent, Source
from ivr.diary.patients import initials
from ivr.diary.rows import any_appointment
from ivr.storage import audit, schema
from ivr.storage.audit import AuditAction, By
from ivr.storage.database import Database
from ivr.storage.encryption import LinkTokens
from ivr.storage.odd import text_of
from ivr.storage.upsert import insert_new

NONCE_BYTES = 32

CHANGES = (DiaryEvent.MOVED, DiaryEvent.CANCELLED, DiaryEvent.REOPENED, DiaryEvent.UNDONE)
"""The events after which a calendar shows an appointment anew."""

OLDER_CHANGES = ("booked", "rebooked")
OLDER_UNDONE = ("rebooked", "called_off")
"""The events of a request after which a version that had no diary showed its appointment anew, done and undone."""

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
    """An appointment as calendars show it: no number, no whole name, no note."""

    id: int
    reference: str
    request_id: int | None
    """The request under which an older version showed it, so that it stays the same entry; None for all others."""
    initials: str
    """The patient's initials; empty where nobody has typed the name."""
    line: str
    start: datetime
    end: datetime
    changed: datetime
    """The moment at which it was last changed."""
    revision: int
    """The number of changes of its time or status."""


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
    table, lines, patients = schema.appointments, schema.appointment_history, schema.patients
    often = select(func.count()).where(lines.c.appointment_id == table.c.id, lines.c.what.in_(CHANGES))
    query = select(table, patients.c.name, often.scalar_subquery().label("often"), _often_before().label("before"))
    booked = query.outerjoin(patients).where(table.c.status.in_(TAKES_TIME), table.c.starts >= since)
    rows = read.execute(booked.order_by(table.c.starts, table.c.id)).all()
    return [_entry(row, found) for row in rows if isinstance(found := any_appointment(row), Appointment)]


def _entry(row: Row[Any], found: Appointment) -> FeedEntry:
    return FeedEntry(
        id=found.id,
        reference=found.reference,
        request_id=found.request_id if found.source is Source.OLDER else None,
        initials=initials(text_of(row.name)) if row.name else "",
        line=found.line,
        start=found.starts,
        end=found.ends,
        changed=found.touched,
        revision=row.often + (max(row.before - 1, 0) if found.source is Source.OLDER else 0),
    )


def _often_before() -> ScalarSelect[int]:
    """Return how often an older version has shown an appointment anew: a program heeds no lower revision."""
    lines = schema.history
    undone = and_(lines.c.what == DiaryEvent.UNDONE, lines.c.detail.in_(OLDER_UNDONE))
    of_request = lines.c.request_id == schema.appointments.c.request_id
    changed = or_(lines.c.what.in_(OLDER_CHANGES), undone)
    return select(func.count()).where(of_request, changed).scalar_subquery()

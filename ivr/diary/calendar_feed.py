"""The calendar feed: its appointments, its one secret link, and the rule by which it shows whole names or initials.

Only the nonce of the newest link is stored. No HTTP, no clock; ivr/web/diary/ics.py writes the calendar.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, exists, func, or_, select

from ivr.diary.appointments import TAKES_TIME, Appointment, DiaryEvent
from ivr.diary.patients import initials
from ivr.diary.rows import any_appointment
from ivr.storage import audit, schema
from ivr.storage.audit import AuditAction, By
from ivr.storage.database import Database
from ivr.storage.encryption import LinkTokens
from ivr.storage.odd import text_of
from ivr.storage.upsert import insert_new, lock_key

NONCE_BYTES = 32

CHANGES = (DiaryEvent.MOVED, DiaryEvent.CANCELLED, DiaryEvent.REOPENED, DiaryEvent.UNDONE)
"""The events of an appointment after which calendar programs show it anew."""

OLDER_CHANGES = ("booked", "rebooked")
OLDER_UNDONE = ("rebooked", "called_off")
"""The events of a request that, when undone, changed its calendar entry in older versions, which had no diary."""

WHOLE_NAMES = "calendar_whole_names"
"""The name of the desk's rule, in the table `rules`, by which the feed shows whole names and not initials."""

LOOKS_BACK = timedelta(days=30)
"""The time for which a past appointment stays in the feed; all coming ones are in it."""

links = schema.calendar_links


@dataclass(frozen=True)
class Link:
    """The link that opens the calendar feed at present."""

    token: str
    who: str
    """The person who made the link."""
    at: datetime


@dataclass(frozen=True)
class FeedEntry:
    """An appointment as calendar programs get it, without number or note. A whole name needs a manager's permission."""

    id: int
    reference: str
    request_id: int | None
    """The id of the request under which an older version put the appointment into the feed; None if no version did."""
    patient: str
    """The patient's initials, or the whole name; empty where the appointment has no name."""
    line: str
    start: datetime
    end: datetime
    changed: datetime
    """The moment of the appointment's last change."""
    revision: int
    """The number of times that the appointment's time or status was changed."""


@dataclass(frozen=True)
class OlderEntry:
    """An appointment's entry in the calendar feed, as an older version without a diary showed it.

    The entry's id is that of a request. The appointment's history keeps the id, because the request is deleted earlier.
    """

    request_id: int
    revision: int
    """The number of changes to the appointment that an older version has shown to calendar programs."""

    def __str__(self) -> str:
        return f"{self.request_id} {self.revision}"

    @classmethod
    def read(cls, written: str) -> "OlderEntry | None":
        """Return the entry from its text in an appointment's history; None where that cannot be read."""
        found = written.split(" ")
        return cls(*map(int, found)) if len(found) == 2 and all(each.isdecimal() for each in found) else None


def older_entry(read: Connection, request_id: int) -> OlderEntry:
    """Return a request's calendar entry with its last shown revision; calendar programs ignore any lower revision."""
    lines = schema.history
    undone = and_(lines.c.what == DiaryEvent.UNDONE, lines.c.detail.in_(OLDER_UNDONE))
    changed = (lines.c.request_id == request_id, or_(lines.c.what.in_(OLDER_CHANGES), undone))
    count: int = read.execute(select(func.count()).select_from(lines).where(*changed)).scalar_one()
    return OlderEntry(request_id, max(count - 1, 0))


class CalendarFeed:
    """The store of the calendar feed's link, and of the appointments that it shows."""

    def __init__(self, database: Database, tokens: LinkTokens) -> None:
        self._database = database
        self._tokens = tokens

    def link(self) -> Link | None:
        """Return the link that opens the feed at present; None while the feed is off. Raises StoreAway."""
        query = select(links).order_by(links.c.id.desc()).limit(1)
        with self._database.reading() as read:
            row = read.execute(query).one_or_none()
        return Link(self._tokens.of(row.nonce), row.who, row.at) if row and row.nonce else None

    def opens(self, token: str) -> bool:
        """Return whether this token is that of the present link. Raises StoreAway."""
        link = self.link()
        return link is not None and hmac.compare_digest(link.token.encode(), token.encode(errors="replace"))

    def renew(self, by: By) -> None:
        """Make a new link to the feed; the former link stops working at once. Raises StoreAway."""
        self._put(secrets.token_urlsafe(NONCE_BYTES), AuditAction.MADE_CALENDAR_LINK, by)

    def switch_off(self, by: By) -> None:
        """Switch the calendar feed off: no link opens it any more. Raises StoreAway."""
        self._put(None, AuditAction.SWITCHED_OFF_CALENDAR, by)

    def _put(self, nonce: str | None, what: AuditAction, by: By) -> None:
        """Store the nonce of a new link, or None for no link. Delete all earlier links' rows. Raises StoreAway."""
        with self._database.writing() as write:
            newest = insert_new(write, links, nonce=nonce, who=by.who, at=by.at)
            write.execute(delete(links).where(links.c.id < newest))
            write.execute(audit.line(by, what))

    def has_whole_names(self) -> bool:
        """Return whether the feed shows patients' whole names, as a manager has chosen. Raises StoreAway."""
        with self._database.reading() as read:
            return _has_whole_names(read)

    def show_names(self, whole: bool, by: By) -> None:
        """Have the feed show patients' whole names, or (`whole` false) their initials. Raises StoreAway."""
        with self._database.writing() as write:
            lock_key(write, WHOLE_NAMES)  # the second of two changes at once waits for the first
            write.execute(delete(schema.rules).where(schema.rules.c.name == WHOLE_NAMES))
            if whole:
                insert_new(write, schema.rules, name=WHOLE_NAMES)
            write.execute(audit.line(by, AuditAction.CALENDAR_NAMES if whole else AuditAction.CALENDAR_INITIALS))

    def appointments(self, now: datetime) -> list[FeedEntry]:
        """Return the feed's appointments, from `LOOKS_BACK` before now onwards, by time. Raises StoreAway."""
        with self._database.reading() as read:
            return _booked_since(read, now - LOOKS_BACK)


def _has_whole_names(read: Connection) -> bool:
    return bool(read.execute(select(exists().where(schema.rules.c.name == WHOLE_NAMES))).scalar())


def _booked_since(read: Connection, since: datetime) -> list[FeedEntry]:
    table, lines, patients = schema.appointments, schema.appointment_history, schema.patients
    of_it = lines.c.appointment_id == table.c.id
    often = select(func.count()).where(of_it, lines.c.what.in_(CHANGES)).scalar_subquery().label("often")
    older = select(func.max(lines.c.detail)).where(of_it, lines.c.what == DiaryEvent.ADOPTED).scalar_subquery()
    query = select(table, patients.c.name, often, older.label("older"))
    booked = query.outerjoin(patients).where(table.c.status.in_(TAKES_TIME), table.c.starts >= since)
    rows, whole = read.execute(booked.order_by(table.c.starts, table.c.id)).all(), _has_whole_names(read)
    return [_entry(row, found, whole) for row in rows if isinstance(found := any_appointment(row), Appointment)]


def _entry(row: Row[Any], found: Appointment, whole_name: bool) -> FeedEntry:
    older, name = OlderEntry.read(text_of(row.older)) if row.older else None, text_of(row.name) if row.name else ""
    return FeedEntry(
        id=found.id,
        reference=found.reference,
        request_id=older.request_id if older else None,
        patient=name if whole_name else initials(name),
        line=found.line,
        start=found.starts,
        end=found.ends,
        changed=found.touched,
        revision=row.often + (older.revision if older else 0),
    )

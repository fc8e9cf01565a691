"""The desk's audit: who saw or changed what, of people, requests and hours; lines are added and never altered.

A request is named by its reference and a person by their name. No patient's number, no password, no HTTP, no clock.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Row, Select, insert, or_, select

from ivr.storage import schema
from ivr.storage.database import Database

PAGE = 100
"""Lines that are shown at once."""

COMMAND_LINE = "(command line)"
"""Who acted, where it was done on the server itself."""

EVERYBODY = "(everybody)"
"""Whom it was about, where it holds for all people of the desk."""

ERASED = "erased"
"""What is done to a request that is removed because its caller wishes so."""

SOMEBODY = "(unknown)"
"""Who acted, where nobody at the desk has the name that was given."""


@dataclass(frozen=True)
class AuditEntry:
    """Something that somebody saw or changed."""

    id: int
    at: datetime
    who: str
    what: str
    about: str
    detail: str


def line(who: str, what: str, about: str, now: datetime, detail: str = "") -> Insert:
    """The line to be written in the very transaction of the change that it tells of."""
    row = {"who": who[:80], "what": what[:30], "about": about[:80], "at": now, "detail": detail}
    return insert(schema.audit).values(row)


class Audit:
    """The lines, newest first."""

    def __init__(self, database: Database, patient: Database | None = None) -> None:
        self._database = database
        self._patient = patient or database
        """Reads: to look through a year for somebody who did little may take longer than a caller waits."""

    def write(self, who: str, what: str, about: str, now: datetime, detail: str = "") -> None:
        """Adds a line. Raises StoreAway."""
        with self._database.writing() as write:
            write.execute(line(who, what, about, now, detail))

    def page(self, person: str = "", before: int | None = None) -> list[AuditEntry]:
        """The newest lines, older than the one whose id is `before`.

        Of a person: what they did, and what was done to them. Raises StoreAway.
        """
        with self._patient.reading() as read:
            return [_line(row) for row in read.execute(_newest(person, before))]


def _newest(person: str, before: int | None) -> Select[Any]:
    table = schema.audit
    query = select(table).order_by(table.c.id.desc()).limit(PAGE)
    if person:
        query = query.where(or_(table.c.who == person, table.c.about == person))
    return query if before is None else query.where(table.c.id < before)


def _line(row: Row[Any]) -> AuditEntry:
    return AuditEntry(row.id, row.at, row.who, row.what, row.about, row.detail)

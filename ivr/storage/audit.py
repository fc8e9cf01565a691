"""The desk's audit: who saw or changed which person, request or hours. Lines are added and never altered.

A line names a request by its reference and a person by their name. No patient's number, no password, no HTTP, no
clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Insert, Row, Select, insert, or_, select

from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.odd import Odd, text_of

PAGE = 100
"""The number of the audit's lines on one page."""

COMMAND_LINE = "(command line)"
"""The name in the audit for a person who ran a command on the server."""

EVERYBODY = "(everybody)"
"""The subject, in the audit, of an action that holds for all people of the desk."""

SOMEBODY = "(unknown)"
"""The name in the audit for a person whose identity is unknown."""


class AuditAction(StrEnum):
    """An action that the audit records, as stored; ivr/web/wording.py has the words for each."""

    LOGGED_IN = "logged in"
    LOGGED_OUT = "logged out"
    FAILED_LOGIN = "failed login"
    WRONG_CODE = "wrong code"
    ENDED_SESSIONS = "ended sessions"
    ADDED_PERSON = "added person"
    INVITED_PERSON = "invited person"
    DISABLED_PERSON = "disabled person"
    ENABLED_PERSON = "enabled person"
    MADE_MANAGER = "made manager"
    MADE_STAFF = "made staff"
    RESET_PASSWORD = "reset password"  # noqa: S105 - what was done, no password
    CHOSE_PASSWORD = "chose password"  # noqa: S105 - what was done, no password
    SWITCHED_ON_SECOND_FACTOR = "switched on second factor"
    SWITCHED_OFF_SECOND_FACTOR = "switched off second factor"
    REMOVED_SECOND_FACTOR = "removed second factor"
    REQUIRED_SECOND_FACTOR = "required second factor"
    MADE_SECOND_FACTOR_OPTIONAL = "made second factor optional"
    USED_RECOVERY_CODE = "used recovery code"
    MADE_RECOVERY_CODES = "made recovery codes"
    SAW_REQUEST = "saw request"
    WROTE_DOWN_REQUEST = "wrote down request"
    TOOK_REQUEST = "took request"
    PUT_BACK_REQUEST = "put back request"
    PASSED_ON_REQUEST = "passed on request"
    REPORTED_REQUEST = "reported request"
    NOTED_ON_REQUEST = "noted on request"
    UNDID_REQUEST = "undid request"
    REOPENED_REQUEST = "reopened request"
    NAMED_PATIENT = "named patient"
    MERGED_REQUEST = "merged request"
    UNDID_MERGING_REQUEST = "undid merging request"
    SAW_APPOINTMENT = "saw appointment"
    BOOKED_APPOINTMENT = "booked appointment"
    MARKED_APPOINTMENT = "marked appointment"
    NOTED_ON_APPOINTMENT = "noted on appointment"
    UNDID_APPOINTMENT = "undid appointment"
    CHANGED_APPOINTMENT = "changed appointment"
    CANCELLED_APPOINTMENT = "cancelled appointment"
    FREED_APPOINTMENT = "freed appointment"
    VOUCHED_APPOINTMENT = "vouched for appointment"
    BLOCKED_TIME = "blocked time"
    UNBLOCKED_TIME = "unblocked time"
    EXPORTED = "exported"
    ERASED = "erased"
    MADE_CALENDAR_LINK = "made calendar link"
    SWITCHED_OFF_CALENDAR = "switched off calendar"
    CALENDAR_NAMES = "names in calendar"
    CALENDAR_INITIALS = "initials in calendar"
    SET_HOURS = "set hours"
    UNDID_HOURS = "undid hours"
    SWITCHED_PHONE_BOOKING = "switched phone booking"
    BLOCKED_NUMBER = "blocked number"
    UNBLOCKED_NUMBER = "unblocked number"
    CALLED_MISSED_CALL = "called missed call"
    UNDID_MISSED_CALL = "undid missed call"
    COUNTED_AFRESH = "counted calls afresh"


@dataclass(frozen=True)
class By:
    """The person who does something, and the moment, for a history and the audit."""

    who: str
    at: datetime


@dataclass(frozen=True)
class AuditEntry:
    """A line of the audit."""

    id: int
    at: datetime | Odd
    who: str
    what: str
    """The action: an AuditAction; another word if a newer version of the program wrote it."""
    about: str
    detail: str


def line(by: By, what: AuditAction, about: str = "", detail: str = "") -> Insert:
    """Return the SQL statement that adds a line to the audit. Execute it in the transaction of the audited action."""
    return insert(schema.audit).values(_values(by, what, about, detail))


def write_lines(write: Connection, by: By, what: AuditAction, told: Sequence[tuple[str, str]]) -> None:
    """Add a line to the audit for each pair (about, detail) in `told`, in the transaction of the changes."""
    if told:
        write.execute(insert(schema.audit), [_values(by, what, about, detail) for about, detail in told])


def _values(by: By, what: AuditAction, about: str, detail: str) -> dict[str, Any]:
    return {"who": by.who[:80], "what": what, "about": about[:80], "at": by.at, "detail": detail}


class Audit:
    """The store of the audit."""

    def __init__(self, database: Database, slow_database: Database | None = None) -> None:
        self._database = database
        self._slow_database = slow_database or database
        """The database client for reads, which may take long: one person's few lines are searched in a year's."""

    def write(self, by: By, what: AuditAction, about: str = "", detail: str = "") -> None:
        """Add a line to the audit, in a transaction of its own. Raises StoreAway."""
        with self._database.writing() as write:
            write.execute(line(by, what, about, detail))

    def page(self, person: str = "", before: int | None = None) -> list[AuditEntry]:
        """Return a page of the audit, newest lines first. With `before`, only lines older than that line's id.

        With `person`, only the lines of what that person did and what was done to that person. Raises StoreAway.
        """
        with self._slow_database.reading() as read:
            return [_line(row) for row in read.execute(_newest(person, before))]


def _newest(person: str, before: int | None) -> Select[Any]:
    table = schema.audit
    query = select(table).order_by(table.c.id.desc()).limit(PAGE)
    if person:
        query = query.where(or_(table.c.who == person, table.c.about == person))
    return query if before is None else query.where(table.c.id < before)


def _line(row: Row[Any]) -> AuditEntry:
    return AuditEntry(row.id, row.at, *map(text_of, (row.who, row.what, row.about, row.detail)))


_TRIAL = {"at": schema.LONG_AGO, "who": "(trial)", "what": "trial", "about": "", "detail": ""}


def try_writing(trial: Connection) -> None:
    """Write a line of the audit as a trial, inside `Database.trying`, which rolls it back and translates errors."""
    trial.execute(insert(schema.audit).values(_TRIAL))

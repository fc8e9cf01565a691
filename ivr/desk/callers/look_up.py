"""Looks up what is known of a number when it calls: appointments, requests, a language, a block.

Uses one transaction with one short deadline. If the database does not answer in time, the call begins as that of an
unknown number. No HTTP, no sentences, no clock.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, select

from ivr.desk.blocked import ONE_STANDS
from ivr.desk.callers.languages import LANGUAGE
from ivr.desk.requests import HistoryEvent
from ivr.diary.coming import coming
from ivr.line.booking import Kind
from ivr.line.clinic import Line
from ivr.line.phones import Phone
from ivr.line.turn import Own
from ivr.storage import schema
from ivr.storage.database import Database, StoreAway
from ivr.storage.deadline import Deadline
from ivr.storage.encryption import KeyedIds

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class KnownCaller:
    """The facts that are known of the number that calls: its requests and appointments, and its language."""

    own: Own = field(default_factory=Own)
    language: str = ""
    """The language in which the caller is greeted; empty for the language of the telephone line."""
    is_blocked: bool = False
    """True if the desk has blocked the number: it may leave no request, and is not offered the reception."""


NOBODY = KnownCaller()


@dataclass(frozen=True)
class CallerLookUp:
    """Looks up, at the beginning of a call, what is known of the caller's number."""

    database: Database
    deadline: Deadline
    """The time within which the database must answer, far shorter than for a booking."""
    keyed_ids: KeyedIds

    def of(self, caller: Phone | None, line: Line, now: datetime) -> KnownCaller:
        """Return the facts that are known of a caller's number, as far as the settings of this telephone line use them.

        NOBODY if the number is withheld, or if the database does not answer.
        """
        if caller is None:
            return NOBODY
        try:
            return self.deadline.wait_for(lambda: self._read(caller, line, now))
        except StoreAway as away:
            log.info("the database is away (%s); the call begins as a stranger's", away)
            return NOBODY

    def _read(self, caller: Phone, line: Line, now: datetime) -> KnownCaller:
        with self.database.reading() as read:
            # The requests are told to nobody: by them the call asks whose a new one is. See docs/decisions/0035.
            own = Own(tuple(coming(read, caller, now)) if line.tells_own else (), _asked_for(read, caller))
            number = {"phone": caller.e164, "caller": None, "mark": self.keyed_ids.telephone(caller.e164)}
            found = read.execute(OF_THE_NUMBER, number).one()
        greeted = line.remembers_language and not found.is_blocked
        return KnownCaller(own, (found.language or "") if greeted else "", found.is_blocked)


OF_THE_NUMBER = select(ONE_STANDS.label("is_blocked"), LANGUAGE.scalar_subquery().label("language"))
"""The query that finds, in one round trip, whether a number is blocked and in which language it is greeted."""


requests, lines = schema.requests, schema.history

ASKED_FOR = (
    select(requests.c.kind)
    .distinct()
    .where(requests.c.phone == bindparam("phone"), schema.IS_LIVE, requests.c.about.is_(None))
    .where(exists().where(lines.c.request_id == requests.c.id, lines.c.what == HistoryEvent.MADE))
)


def _asked_for(read: Connection, number: Phone) -> tuple[Kind, ...]:
    """Return the kinds of live requests made by calls from this number, except requests about an appointment."""
    found = set(read.scalars(ASKED_FOR, {"phone": number.e164}))
    return tuple(kind for kind in Kind if kind in found)

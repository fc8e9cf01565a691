"""Refuses a request whose telephone or number is blocked, or whose number has had too many promises in a day.

Checked within the transaction that stores the request. No HTTP, no queue, no clock.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, func, select

from ivr.desk.blocked import is_blocked
from ivr.desk.requests import CALLER, HistoryEvent, NewRequest
from ivr.storage import schema

A_DAY = timedelta(hours=24)


class RequestRefused(Exception):
    """The line takes no request from this telephone, or for this number, at present."""


@dataclass(frozen=True)
class IntakeRules:
    """The limits on callers' requests. They do not apply to requests that the desk writes down."""

    most_of_a_number: int
    """The most promises for one number in a day: so many to calls from it, and so many to calls from elsewhere."""

    def check(self, read: Connection, new: NewRequest) -> None:
        """Raise RequestRefused where the number or the telephone is blocked, or the number's limit is reached."""
        if new.made_by != CALLER:
            return
        if is_blocked(read, new.phone, new.caller):
            raise RequestRefused("blocked")
        if _promised(read, new) >= self.most_of_a_number:
            raise RequestRefused("too many for one number")


OWN, OF_OTHERS = (HistoryEvent.MADE, HistoryEvent.RANG_AGAIN), (HistoryEvent.ASKED_FOR,)
"""The events of promises to calls from the number itself, and to calls from other telephones."""


def _promised(read: Connection, new: NewRequest) -> int:
    """Return the number of promises for this number within the last day.

    Those to calls from the number itself and those to other telephones count apart, so that nobody who enters a
    patient's number can use up her limit.
    """
    requests, history = schema.requests, schema.history
    lines = select(func.count()).select_from(history.join(requests)).where(requests.c.phone == new.phone.e164)
    by_callers = (history.c.who == CALLER, history.c.what.in_(OWN if new.own_number else OF_OTHERS))
    return read.execute(lines.where(*by_callers, history.c.at > new.created - A_DAY)).scalar_one()

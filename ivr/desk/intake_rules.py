"""Refuses a caller's request where its telephone or its number is blocked, or its number has had too many in a day.

Asked within the transaction that would keep the request. No HTTP, no queue, no clock.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, func, select

from ivr.desk.blocked import is_blocked
from ivr.desk.requests import CALLER, HistoryEvent, NewRequest
from ivr.storage import schema

A_DAY = timedelta(hours=24)


class RequestRefused(Exception):
    """No request is taken from this telephone, or for this number, for now."""


@dataclass(frozen=True)
class IntakeRules:
    """What callers may ask; what somebody at the desk writes down is their own affair."""

    most_of_a_number: int
    """Promises to callers in a day, new or joined."""

    def check(self, read: Connection, new: NewRequest) -> None:
        """Raise RequestRefused where the number is blocked, or was promised too much within a day."""
        if new.made_by != CALLER:
            return
        if is_blocked(read, new.phone, new.caller):
            raise RequestRefused("blocked")
        if _promised(read, new) >= self.most_of_a_number:
            raise RequestRefused("too many for one number")


def _promised(read: Connection, new: NewRequest) -> int:
    """How often callers were promised something for this number within the last day."""
    requests, history = schema.requests, schema.history
    lines = select(func.count()).select_from(history.join(requests)).where(requests.c.phone == new.phone.e164)
    by_callers = (history.c.who == CALLER, history.c.what.in_((HistoryEvent.MADE, HistoryEvent.RANG_AGAIN)))
    return read.execute(lines.where(*by_callers, history.c.at > new.created - A_DAY)).scalar_one()

"""Refuses a request whose number or calling telephone is blocked, or whose number has had too many promises in a day.

Checked within the transaction that stores the request. No HTTP, no queue, no clock.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, literal, select

from ivr.desk.blocked import ONE_STANDS
from ivr.desk.requests import CALLER, HistoryEvent, NewRequest
from ivr.storage import schema

A_DAY = timedelta(hours=24)


class RequestRefused(Exception):
    """The request is refused, because its caller or number is blocked, or the number had too many promises in a day."""


@dataclass(frozen=True)
class IntakeRules:
    """The limits on the requests that callers make. They do not apply to requests that the desk writes down."""

    most_of_a_number: int
    """The most promises for one number in 24 hours. Calls from this number and calls from others count apart."""

    def check(self, read: Connection, new: NewRequest) -> None:
        """Raise RequestRefused if the request's number or caller is blocked, or if the number is at its limit."""
        self.judge(new, read.execute(OF_THE_NUMBER[new.own_number], asked_of(new)).one())

    def judge(self, new: NewRequest, found: Row[Any]) -> None:
        """Raise RequestRefused if `found`, a result of `OF_THE_NUMBER`, shows a blocked number or too many promises."""
        if new.made_by != CALLER:
            return
        if found.blocked:
            raise RequestRefused("blocked")
        if found.promised >= self.most_of_a_number:
            raise RequestRefused("too many for one number")


OWN, OF_OTHERS = (HistoryEvent.MADE, HistoryEvent.RANG_AGAIN), (HistoryEvent.ASKED_FOR,)
"""The history events of a promise for a number: OWN in calls from the number, OF_OTHERS in calls from other numbers."""


def _of_the_number(events: tuple[HistoryEvent, ...]) -> Select[Any]:
    """Return the query for the blocks of a number, and for the day's promises that are recorded by `events`.

    The events tell whether the number itself called, or another telephone keyed it. Both are counted apart, so that
    nobody can use up a patient's limit by keying the patient's number.
    """
    requests, history = schema.requests, schema.history
    lines = select(func.count()).select_from(history.join(requests)).where(requests.c.phone == bindparam("phone"))
    what = history.c.what.in_([literal(each) for each in events])
    by_callers = (history.c.who == CALLER, what, history.c.at > bindparam("since"))
    return select(ONE_STANDS.label("blocked"), lines.where(*by_callers).scalar_subquery().label("promised"))


OF_THE_NUMBER = {True: _of_the_number(OWN), False: _of_the_number(OF_OTHERS)}
"""The queries for a number's blocks and promises. The dict key is True for calls from that number, else False."""


def asked_of(new: NewRequest) -> dict[str, Any]:
    """Return the number, the caller and the time that the query in `OF_THE_NUMBER` needs for this request."""
    caller = new.caller.e164 if new.caller else None
    return {"phone": new.phone.e164, "caller": caller, "since": new.created - A_DAY}

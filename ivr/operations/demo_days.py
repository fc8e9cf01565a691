"""Makes up the closed requests of the made-up calls on the days before today.

Returns values only; demo.py writes the requests as rows, not by moves, and removes them. A move would leave a line of
the audit, which nobody may remove, and would take fifteen times as long.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ivr.desk.move_parts import RESTORED
from ivr.desk.requests import HistoryEvent, Outcome, Status
from ivr.line.booking import Kind, Wish
from ivr.line.clinic import Clinic, Line
from ivr.reports.call_records import CallRecord

SOMEBODY = "demo"
"""The name of the person who made the moves of made-up requests."""

MINUTES = (4, 9, 2, 14, 6, 22, 11, 3, 48, 7, 17, 5, 95, 12, 8)
"""Minutes from the due time to the first call to a made-up patient; the requests use these values in turn."""

AGAIN = timedelta(hours=2)

NUMBERS = "+120255501"
"""The beginning of the made-up numbers; two digits follow."""

FIRST = 50
"""The lowest last two digits of made-up numbers with closed requests. Numbers with waiting requests have lower ones."""


@dataclass(frozen=True)
class PastRequest:
    """A closed request and the lines of its history, as rows of their tables."""

    row: Mapping[str, Any]
    history: Sequence[Mapping[str, Any]]


def past_requests(clinic: Clinic, calls: Sequence[CallRecord], now: datetime) -> list[PastRequest]:
    """Return the closed requests of made-up calls before today: one for each call that left a request."""
    today = clinic.line("").hours.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    asked = [each for each in calls if "kept" in each.path and each.began < today]
    return [_request(clinic.line(each.line), each, turn) for turn, each in enumerate(asked)]


def _request(line: Line, call: CallRecord, turn: int) -> PastRequest:
    kind = Kind.BOOKING if "book" in call.path else Kind.CALLBACK
    created = call.began + timedelta(seconds=call.seconds)
    due = line.offer.due(Wish(kind), created)
    rung = list(_rung(kind, due + timedelta(minutes=MINUTES[turn % len(MINUTES)]), turn))
    last, outcome = rung[-1]
    row = {
        "reference": f"{turn:06}",
        "kind": kind,
        "line": line.key,
        "phone": f"{NUMBERS}{FIRST + turn % FIRST}",
        "language": call.language,
        "due": due,
        "status": Status.CLOSED,
        "created": created,
        "call_sid": call.mark,
        "rang_again": 0,
        "touched": last,
        "tries": len(rung) - 1,
        "outcome": outcome,
        "appointment": None,  # demo_diary.py fills the diary, within the hours
    }
    made = {"at": created, "who": "caller", "what": HistoryEvent.MADE, "detail": "", "before": None}
    return PastRequest(row, [made, *(_line(at, what, due) for at, what in rung)])


def _rung(kind: Kind, first: datetime, turn: int) -> Iterator[tuple[datetime, Outcome]]:
    """Yield the desk's calls to a made-up patient: up to two unanswered ones and an answered one, or a wrong number."""
    if turn % 31 == 30:
        yield first, Outcome.WRONG_NUMBER
        return
    missed = (turn % 4 == 1) + (turn % 12 == 1)
    yield from ((first + AGAIN * number, Outcome.NO_ANSWER) for number in range(missed))
    yield first + AGAIN * missed, Outcome.BOOKED if kind is Kind.BOOKING else Outcome.SETTLED


def _line(at: datetime, what: Outcome, due: datetime) -> Mapping[str, Any]:
    before = json.dumps({**dict.fromkeys(RESTORED), "due": due.isoformat()})
    return {"at": at, "who": SOMEBODY, "what": what, "detail": "", "before": before}

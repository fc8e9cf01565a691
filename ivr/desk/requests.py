"""A request of a caller: what is asked, how it moves between open, taken and closed, and what was promised.

Values and one table of moves. No SQL.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, StrEnum

from ivr.line.booking import Kind, Part
from ivr.line.phones import Phone


class Status(StrEnum):
    """Where a request is."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


CALLER = "caller"
"""Who a line of history names when it was not somebody at the desk."""

THE_CLOCK = "the clock"
"""Who a line of history names when nobody did it."""

UNDONE = "undone"
"""What a history says where the line before it was taken back."""

LIVE = (Status.OPEN, Status.TAKEN)
"""A number has at most one live request of each kind."""


class Outcome(StrEnum):
    """What came of ringing the patient."""

    BOOKED = "booked"
    SETTLED = "settled"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"
    LATER = "later"
    DUPLICATE = "duplicate"
    CANCELLED = "cancelled"
    NOT_REACHED = "not_reached"


class Then(Enum):
    """What an outcome means for the request."""

    CLOSED = "it is closed"
    AGAIN = "it is tried again after a pause, until the tries are used up"
    AT_A_MOMENT = "it is tried again when somebody said"


OUTCOMES: Mapping[Outcome, Then] = {
    Outcome.BOOKED: Then.CLOSED,
    Outcome.SETTLED: Then.CLOSED,
    Outcome.NO_ANSWER: Then.AGAIN,
    Outcome.BUSY: Then.AGAIN,
    Outcome.WRONG_NUMBER: Then.CLOSED,
    Outcome.LATER: Then.AT_A_MOMENT,
    Outcome.DUPLICATE: Then.CLOSED,
    Outcome.CANCELLED: Then.CLOSED,
    Outcome.NOT_REACHED: Then.CLOSED,
}
"""Each outcome that somebody at the desk can choose; NOT_REACHED is reached when the tries are used up."""


@dataclass(frozen=True)
class Report:
    """What somebody reports after ringing: the outcome, and the moment that goes with it."""

    outcome: Outcome
    at: datetime | None = None
    """The hour of the appointment for BOOKED, when to ring again for LATER."""

    def __post_init__(self) -> None:
        if (self.at is None) == (self.outcome in {Outcome.BOOKED, Outcome.LATER}):
            raise ValueError(f"{self.outcome} and {self.at} do not go together")


class MoveRefused(Exception):
    """Somebody else was there first; `status` and `taken_by` say how the request stands now."""

    def __init__(self, status: Status, taken_by: str | None) -> None:
        super().__init__(f"the request is {status}")
        self.status = status
        self.taken_by = taken_by


class NoSuchRequest(LookupError):
    """No request has this number."""


@dataclass(frozen=True)
class NewRequest:
    """What a caller has just asked for and confirmed."""

    kind: Kind
    line: str
    phone: Phone
    language: str
    day: date | None
    part: Part | None
    due: datetime
    call_id: str
    created: datetime
    asked: datetime
    """When in the call it was begun: the same when its webhook comes twice, another when the caller asks again."""
    own_number: bool
    """Whether the number is the one the call came from: only then may the caller be told of an earlier request."""
    made_by: str = CALLER
    """Who made it: the caller, or somebody at the desk."""
    caller: Phone | None = None
    """The telephone that the call came from, if it is known; it need not be the number to ring."""

    @property
    def promise(self) -> tuple[str, ...]:
        """What tells the promise of this request from every other."""
        wish = (self.day.isoformat() if self.day else "", self.part or "")
        return (self.call_id, self.kind, self.phone.e164, *wish, self.asked.isoformat())


@dataclass(frozen=True)
class Request:
    """A request as it stands at the desk."""

    id: int
    reference: str
    kind: Kind
    line: str
    phone: Phone
    language: str
    day: date | None
    part: Part | None
    due: datetime
    status: Status
    created: datetime
    call_id: str
    rang_again: int
    taken_by: str | None
    tries: int = 0
    outcome: Outcome | None = None
    appointment: datetime | None = None
    source: str = "call"
    """Where it came from: a call, or the counter."""
    merged_into: int | None = None
    """The request of the same person that remained when this one was closed as its duplicate."""


@dataclass(frozen=True)
class Entry:
    """A line of a request's history."""

    at: datetime
    who: str
    what: str
    detail: str


@dataclass(frozen=True)
class Kept:
    """What a caller may be told: their reference, and whether it is that of a request they had already."""

    reference: str
    joined: bool
    waits: bool = False
    """Whether the request waits in Redis for the database."""

"""A request of a caller: what is asked, how it moves between open, taken and closed, and what was promised.

Values and one table of moves. No SQL.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ivr.line.booking import Kind, Part
from ivr.line.phones import Phone


class Status(StrEnum):
    """Where a request is."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


LIVE = (Status.OPEN, Status.TAKEN)
"""A number has at most one live request of each kind."""


class Move(StrEnum):
    """What somebody at the desk does with a request."""

    TAKE = "take"
    PUT_BACK = "put_back"
    DONE = "done"


@dataclass(frozen=True)
class Rule:
    """From where a move may be made, to where it leads, and whether only who has taken the request may make it."""

    start: Status
    end: Status
    owner_only: bool


MOVES: Mapping[Move, Rule] = {
    Move.TAKE: Rule(Status.OPEN, Status.TAKEN, owner_only=False),
    Move.PUT_BACK: Rule(Status.TAKEN, Status.OPEN, owner_only=True),
    Move.DONE: Rule(Status.TAKEN, Status.CLOSED, owner_only=True),
}


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
    call_sid: str
    created: datetime
    asked: datetime
    """When in the call it was begun: the same when its webhook comes twice, another when the caller asks again."""
    own_number: bool
    """Whether the number is the one the call came from: only then may the caller be told of an earlier request."""

    @property
    def promise(self) -> tuple[str, ...]:
        """What tells the promise of this request from every other."""
        wish = (self.day.isoformat() if self.day else "", self.part or "")
        return (self.call_sid, self.kind, self.phone.e164, *wish, self.asked.isoformat())


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
    call_sid: str
    rang_again: int
    taken_by: str | None


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

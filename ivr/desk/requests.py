"""The values of a caller's request: its wish, status, outcome, history, and the promise to the caller.

Values and one table of outcomes. No SQL.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Self

from ivr.line.booking import Kind, Part
from ivr.line.phones import Phone
from ivr.storage.audit import By


class Status(StrEnum):
    """The status of a request."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


CALLER = "caller"
"""The name in a line of history that a caller caused."""

THE_CLOCK = "the clock"
"""The name in a line of history that the service wrote by itself."""

LIVE = (Status.OPEN, Status.TAKEN)
"""The statuses of a live request."""


class Why(StrEnum):
    """The reason of a request about an appointment, as stored."""

    CLOSED = "closed"
    """The clinic is closed now at the appointment's time."""
    BLOCKED = "blocked"
    """The desk has blocked the appointment's time."""
    UNHEARD = "unheard"
    """The booking was stored, and the caller has not heard of it."""
    CANCEL = "cancel"
    """The patient wishes to cancel the appointment."""
    MOVE = "move"
    """The patient wishes another time for the appointment."""


class HistoryEvent(StrEnum):
    """An event in a request's history other than an outcome, as stored; ivr/web/wording.py has its sentences."""

    MADE = "made"
    RANG_AGAIN = "rang_again"
    ASKED_FOR = "asked_for"
    """A call from another telephone asked for a call to this number; the detail is its wish."""
    TAKEN = "taken"
    PUT_BACK = "put_back"
    PASSED_ON = "passed_on"
    RETURNED = "returned"
    UNDONE = "undone"
    NOT_TOLD = "not_told"
    NOT_CONFIRMED = "not_confirmed"
    TRIED_AGAIN = "tried_again"
    TOOK_IN = "took_in"
    DUPLICATE_OF = "duplicate_of"
    REBOOKED = "rebooked"
    CALLED_OFF = "called_off"
    """REBOOKED and CALLED_OFF were written by versions of the program that had no diary."""
    REOPENED = "reopened"
    NAMED = "named"
    """The desk wrote down who the patient is."""
    NOTE = "note"
    TO_TELL = "to_tell"
    """The clinic has something to tell the patient about an appointment; the detail is a Why."""
    NOT_TO_TELL = "not_to_tell"
    """The patient need not be told of a change any more."""
    DUE_MOVED = "due_moved"
    """The due time lay in closed hours, and was moved: the detail is the due time before, and the new one."""
    DUE_BACK = "due_back"
    """The due time is again as it was at first, since the clinic is open then after all; the detail is that time."""


class Outcome(StrEnum):
    """The outcome of calling the patient, as stored."""

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
    """The consequence of an outcome for the request."""

    CLOSED = "it is closed"
    AGAIN = "it is tried again after a pause, until the tries are used up"
    AT_A_MOMENT = "it is tried again when somebody said"


OUTCOMES: Mapping[Outcome, Then] = {
    **dict.fromkeys(Outcome, Then.CLOSED),
    **dict.fromkeys((Outcome.NO_ANSWER, Outcome.BUSY), Then.AGAIN),
    Outcome.LATER: Then.AT_A_MOMENT,
}
"""The consequence of each outcome. NOT_REACHED is set by the service when the tries are used up."""


@dataclass(frozen=True)
class OutcomeReport:
    """A report after calling the patient: the outcome, and the moment that belongs to it."""

    outcome: Outcome
    at: datetime | None = None
    """The time of the appointment for BOOKED, the time of the next call for LATER, else None."""
    schedule: str = ""
    """The key of the diary's column for BOOKED; empty for the first that is free."""
    on_purpose: bool = False
    """True if it may be booked beside another patient, or while the clinic is closed."""

    def __post_init__(self) -> None:
        if (self.at is None) == (self.outcome in {Outcome.BOOKED, Outcome.LATER}):
            raise ValueError(f"{self.outcome} and {self.at} do not go together")


class MoveRefused(Exception):
    """The request's present status does not allow the move; `status` and `taken_by` tell it."""

    def __init__(self, status: Status, taken_by: str | None) -> None:
        super().__init__(f"the request is {status}")
        self.status = status
        self.taken_by = taken_by


class NoSuchRequest(LookupError):
    """No request has this id."""


@dataclass(frozen=True)
class NewRequest:
    """A request that has just been confirmed, before it is stored."""

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
    """The moment in the call at which the request was begun. A repeated webhook has the same, a new request another."""
    own_number: bool
    """True if `phone` is the number that called: only then may the wish replace an earlier one of this number."""
    made_by: str = CALLER
    """The maker of the request: CALLER, or the name of somebody at the desk."""
    caller: Phone | None = None
    """The telephone that the call came from, if known; it may differ from `phone`, the number to call."""
    other: bool = False
    """True if the request is for another person than an earlier request of this number."""
    about: int | None = None
    """The id of the appointment that the patient wishes to change."""
    why: str | None = None
    """The change that is wished: "move" or "cancel"."""

    @property
    def promise(self) -> tuple[str, ...]:
        """The values that distinguish this request's promise from every other."""
        wish = (self.day.isoformat() if self.day else "", self.part or "")
        other = ("other",) if self.other else ()
        return (self.call_id, self.kind, self.phone.e164, *wish, self.asked.isoformat(), *other)


@dataclass(frozen=True)
class Request:
    """A request as the database stores it."""

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
    """The origin of the request: "call", "counter", or "diary" where the clinic is to tell its patient something."""
    merged_into: int | None = None
    """The id of the request that this one was closed as a duplicate of."""
    patient_id: int | None = None
    about: int | None = None
    """The id of the appointment that the patient is to be told of, or wishes to change."""
    why: str | None = None
    """A Why, or a reason that a newer version of the program wrote."""

    @property
    def number(self) -> str:
        """The number as it is stored."""
        return self.phone.e164


@dataclass(frozen=True)
class HistoryEntry:
    """A line of a request's history."""

    at: datetime
    """The moment of the line; an Odd where the stored one cannot be read. The web's `stamp` shows either."""
    who: str
    what: str
    """A HistoryEvent or an Outcome; another word if a newer version of the program wrote it."""
    detail: str

    @property
    def by(self) -> By:
        """The person and the moment of the line."""
        return By(self.who, self.at)

    @classmethod
    def of(cls, by: By, what: "HistoryEvent | Outcome", detail: str = "") -> Self:
        """Return the line about an event or outcome, with the person and the moment of `by`."""
        return cls(by.at, by.who, what, detail)


@dataclass(frozen=True)
class Kept:
    """The promise to a caller: a reference, and whether they may hear that they have an earlier request (`joined`)."""

    reference: str
    """The reference to speak; empty if it was made in another call, since a caller's number can be forged."""
    joined: bool
    waits: bool = False
    """True while the request is pending in Redis."""

    @classmethod
    def spoken(cls, new: NewRequest, reference: str, earlier: tuple[str, str] | None) -> Self:
        """Return the promise as it is spoken; `earlier` is the reference and the call of the request that was joined.

        A call from another telephone hears the same as if there were no request. The reference of an earlier request is
        spoken only in the call that made it: whoever forges a caller's number would hear it otherwise.
        """
        if earlier is None or not new.own_number:
            return cls(reference, joined=False)
        theirs, call_id = earlier
        return cls(theirs if call_id == new.call_id else "", joined=True)

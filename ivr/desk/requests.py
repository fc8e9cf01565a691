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
from ivr.storage.audit import COMMAND_LINE, By


class Status(StrEnum):
    """The status of a request: nobody has taken it, somebody has, or it is closed."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


CALLER, THE_CLOCK = "caller", "the clock"
"""The names that stand in a history for a caller, and for the service where it caused an event by itself."""

PROGRAMS = (THE_CLOCK, COMMAND_LINE)
"""The names in a history that stand for no person: the service, and commands such as an import."""

LIVE = (Status.OPEN, Status.TAKEN)
"""The statuses that a live request can have."""


class Why(StrEnum):
    """The reason of a request about an appointment, as stored: what the patient is to be told, or wishes."""

    CLOSED = "closed"
    """The clinic is now closed at the hour for which the appointment was booked."""
    BLOCKED = "blocked"
    """The desk has blocked the appointment's time."""
    UNHEARD = "unheard"
    """The appointment was booked or changed by phone, but the caller has not heard the confirmation."""
    CANCEL = "cancel"
    """The patient wishes to cancel the appointment."""
    MOVE = "move"
    """The patient wishes another time for the appointment."""


class HistoryEvent(StrEnum):
    """An event in a request's history, as stored, except the outcomes; ivr/web/wording.py has the words for each."""

    MADE = "made"
    RANG_AGAIN = "rang_again"
    ASKED_FOR = "asked_for"
    """A caller on another telephone asked for a call to this number. The event's detail is the wished day and part."""
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
    """The appointment was cancelled. Only older versions, which had no diary, wrote this event and REBOOKED."""
    REOPENED = "reopened"
    NAMED = "named"
    """The desk wrote down who the request's patient is."""
    NOTE = "note"
    TO_TELL = "to_tell"
    """The clinic has something to tell the patient about an appointment; the detail is a Why."""
    NOT_TO_TELL = "not_to_tell"
    """The patient need no longer be told of a change to the appointment."""
    DUE_MOVED = "due_moved"
    """The due time lay in closed hours, and was moved: the detail is the due time before, and the new one."""
    DUE_BACK = "due_back"
    """The first due time applies again, because the clinic is open at that time after all. The detail is that time."""


class Outcome(StrEnum):
    """The outcome of a call to the patient of a request, as stored."""

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
    """The effect of a call to the patient on the request: closed, to be tried again, or to be tried at a set time."""

    CLOSED = "it is closed"
    AGAIN = "it is tried again after a pause, until the tries are used up"
    AT_A_MOMENT = "it is tried again when somebody said"


OUTCOMES: Mapping[Outcome, Then] = {
    **dict.fromkeys(Outcome, Then.CLOSED),
    **dict.fromkeys((Outcome.NO_ANSWER, Outcome.BUSY), Then.AGAIN),
    Outcome.LATER: Then.AT_A_MOMENT,
}
"""The consequence of each outcome for its request. NOT_REACHED is set by the service when the tries are used up."""


@dataclass(frozen=True)
class OutcomeReport:
    """A report of a call to the patient of a request: the outcome, and the time that the outcome needs, if any."""

    outcome: Outcome
    at: datetime | None = None
    """The time of the appointment for BOOKED, the time of the next call to the patient for LATER, else None."""
    schedule: str = ""
    """The key of the diary's column to book in, for the outcome BOOKED; empty for the first free column."""
    on_purpose: bool = False
    """True if the desk accepts that the appointment is at another patient's time, or while the clinic is closed."""

    def __post_init__(self) -> None:
        if (self.at is None) == (self.outcome in {Outcome.BOOKED, Outcome.LATER}):
            raise ValueError(f"{self.outcome} and {self.at} do not go together")


class MoveRefused(Exception):
    """The present status of a request does not allow the move; `status` and `taken_by` tell why."""

    def __init__(self, status: Status, taken_by: str | None) -> None:
        super().__init__(f"the request is {status}")
        self.status = status
        self.taken_by = taken_by


class NoSuchRequest(LookupError):
    """No request has this id."""


@dataclass(frozen=True)
class NewRequest:
    """A request that a caller, or somebody at the desk, has just confirmed, before it is stored."""

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
    """The moment at which the caller began this request in the call. A repeated webhook has the same moment."""
    own_number: bool
    """True if `phone` is the number that called: only then may the wish replace an earlier one of this number."""
    made_by: str = CALLER
    """The maker of the request: CALLER, or the name of somebody at the desk."""
    caller: Phone | None = None
    """The telephone from which the call came, if known; it may differ from `phone`, the number to call."""
    other: bool = False
    """True if the request is for another person than an earlier request of this number."""
    about: int | None = None
    """The id of the appointment that the patient wishes to change; None if the request is about no appointment."""
    why: str | None = None
    """The change that the patient wishes to the appointment `about`: "move" or "cancel"; None for no change."""
    name: str = ""
    """The patient's name, where the desk has typed it: the request joins none of another person."""

    @property
    def promise(self) -> tuple[str, ...]:
        """The values that distinguish the promise of this request from every other promise."""
        wish = (self.day.isoformat() if self.day else "", self.part or "")
        return (self.call_id, self.kind, self.phone.e164, *wish, self.asked.isoformat(), *["other"] * self.other)


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
    """The id of the request into which this one was merged, when it was closed as a duplicate."""
    patient_id: int | None = None
    about: int | None = None
    """The id of the appointment that the patient is to be told of, or wishes to change."""
    why: str | None = None
    """The reason of a request about an appointment: a Why, or a newer version's word. None for other requests."""

    @property
    def number(self) -> str:
        """The telephone number to call, as it is stored."""
        return self.phone.e164


@dataclass(frozen=True)
class HistoryEntry:
    """An event in a request's history, with who caused it and when."""

    at: datetime
    """The moment of the event; an Odd if the stored moment cannot be read. The web's `stamp` can show both."""
    who: str
    what: str
    """The event: a HistoryEvent or an Outcome; another word if a newer version of the program wrote it."""
    detail: str

    @classmethod
    def of(cls, by: By, what: "HistoryEvent | Outcome", detail: str = "") -> Self:
        """Return the history's entry of an event or outcome, with the person and the moment of `by`."""
        return cls(by.at, by.who, what, detail)


@dataclass(frozen=True)
class Kept:
    """The promise of a stored request: a reference, and whether the caller hears that it joined an earlier request."""

    reference: str
    """The reference that the caller is told; empty if another call made the request, since numbers can be forged."""
    joined: bool
    waits: bool = False
    """True while the promised request is pending in Redis."""
    is_new: bool = True
    """True if the request was stored just now; False where the same webhook has stored it before."""

    @classmethod
    def spoken(cls, new: NewRequest, reference: str, earlier: tuple[str, str] | None) -> Self:
        """Return the promise as the caller hears it. `earlier` is the joined request's reference and call id, or None.

        A caller on another telephone hears nothing of the earlier request. The earlier reference is told only in the
        call that made the earlier request, because a stranger could forge the caller's number to hear the reference.
        """
        if earlier is None or not new.own_number:
            return cls(reference, joined=False)
        theirs, call_id = earlier
        return cls(theirs if call_id == new.call_id else "", joined=True)

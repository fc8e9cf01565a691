"""The values of an appointment: who comes when, in which column of the diary, how it was made, and its status.

Values only. No SQL.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivr.line.phones import Phone


class AppointmentStatus(StrEnum):
    """The status of an appointment, in the words of FHIR."""

    BOOKED = "booked"
    ARRIVED = "arrived"
    NOSHOW = "noshow"
    CANCELLED = "cancelled"


TAKES_TIME = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)
"""The statuses in which an appointment takes its time, so that nobody else can have it."""

FREES_TIME = (AppointmentStatus.NOSHOW, AppointmentStatus.CANCELLED)
"""The statuses in which an appointment's time is free again. One that a newer version has written is not among them."""


class Source(StrEnum):
    """The way in which an appointment came into the diary."""

    PHONE = "phone"
    DESK = "desk"
    IMPORT = "import"
    OLDER = "older"
    """The appointment was booked by a version of the program that had no diary."""


class Whose(StrEnum):
    """The person a call booked for: the caller, another person on the caller's number, or one on a keyed number."""

    OWN = "own"
    OTHER = "other"
    KEYED = "keyed"


class DiaryEvent(StrEnum):
    """An event in an appointment's history, as stored; the web has the words for each."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    ARRIVED = "arrived"
    NOSHOW = "noshow"
    REOPENED = "reopened"
    """The appointment was booked again, after it was cancelled or marked as arrived or not come."""
    NAMED = "named"
    NOTE = "note"
    UNDONE = "undone"
    WRONG_DIGITS = "wrong_digits"
    """A caller entered digits that are not the last ones of the appointment's reference.

    The detail is the keyed hash of the webhook's address, by which a webhook that comes twice is known.
    """
    NOT_TOLD = "not_told"
    """The staff could not be told of the booking or of the change."""
    NOT_CONFIRMED = "not_confirmed"
    """The caller could not be sent the text that confirms the booking or the change."""
    TRIED_AGAIN = "tried_again"
    """Somebody at the desk had the program try again a notice or text that had failed."""
    TOLD = "told"
    """Somebody has told the patient of what the clinic changed."""
    TO_TELL = "to_tell"
    """The patient is to be told of a change. The detail is the reason and the appointment's time."""
    NOT_TO_TELL = "not_to_tell"
    """The patient need no longer be told of a change to the appointment."""
    ADOPTED = "adopted"
    """The appointment was made from a request that an older version booked; the detail is an `OlderEntry` as text."""
    VOUCHED = "vouched"
    """The desk has confirmed that the booking is a patient's own, though many were made at once by telephone."""
    ON_PURPOSE = "on_purpose"
    """The desk gave the appointment, on purpose, a time that is closed or blocked. The detail is that time."""


@dataclass(frozen=True)
class NewAppointment:
    """An appointment before it is stored."""

    starts: datetime
    phone: Phone | None
    line: str
    language: str
    source: Source
    reference: str
    made_by: str
    created: datetime
    mark: str | None = None
    """The mark of the caller's promise, or of an imported entry; None for any other appointment."""
    whose: Whose = Whose.OWN
    call_id: str = ""
    patient_id: int | None = None
    request_id: int | None = None
    """The id of the request that the appointment fulfils."""
    words: str = ""
    """The note that was typed with the booking; empty without one."""


@dataclass(frozen=True)
class Appointment:
    """An appointment as the database stores it."""

    id: int
    reference: str
    phone: Phone | None
    patient_id: int | None
    line: str
    language: str
    schedule: str
    extra: int
    """The number of the appointment's extra place beside another appointment; 0 without an extra place."""
    starts: datetime
    ends: datetime
    status: AppointmentStatus
    source: Source
    whose: Whose
    made_by: str
    call_id: str
    created: datetime
    touched: datetime
    request_id: int | None
    mark: str | None = None

    @property
    def is_ahead_or_present(self) -> bool:
        """True if nobody else can have the appointment's time, since it is booked or its patient has arrived."""
        return self.status in TAKES_TIME


@dataclass(frozen=True)
class OddAppointment:
    """An appointment with a value that this version of the program cannot read."""

    id: int
    reference: str
    odd: tuple[str, ...]
    """The columns of the database's table whose value cannot be read."""
    starts: datetime | None


AnyAppointment = Appointment | OddAppointment


@dataclass(frozen=True)
class DiaryEntry:
    """An event of an appointment's history, with who caused it and when."""

    at: datetime
    who: str
    what: str
    detail: str = ""


class TimeTaken(Exception):
    """Another patient already has the time, or it is closed, blocked or over."""


class NoSuchAppointment(LookupError):
    """No appointment has this id."""


class ChangeRefused(Exception):
    """The appointment's present status does not allow the change; `status` is that status."""

    def __init__(self, status: AppointmentStatus) -> None:
        super().__init__(f"the appointment is {status}")
        self.status = status

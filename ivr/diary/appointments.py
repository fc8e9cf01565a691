"""The values of an appointment: who comes when, in which column of the diary, how it came about and how it stands.

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
"""The statuses in which nobody else can have the time."""


class Source(StrEnum):
    """The way in which an appointment came about."""

    PHONE = "phone"
    DESK = "desk"
    IMPORT = "import"
    OLDER = "older"
    """The appointment was booked by a version of the program that had no diary."""


class Whose(StrEnum):
    """For whom a call booked: the caller, somebody else on the caller's number, or another number."""

    OWN = "own"
    OTHER = "other"
    KEYED = "keyed"


class DiaryEvent(StrEnum):
    """An event in an appointment's history, as stored; the web has its sentences."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    ARRIVED = "arrived"
    NOSHOW = "noshow"
    REOPENED = "reopened"
    """The appointment was booked again, after it was cancelled or marked."""
    NAMED = "named"
    NOTE = "note"
    UNDONE = "undone"
    WRONG_DIGITS = "wrong_digits"
    """A caller gave digits that are not those of the reference."""
    NOT_TOLD = "not_told"
    """The staff could not be told of the booking or the change."""
    NOT_CONFIRMED = "not_confirmed"
    """The caller could not be sent a text."""
    TRIED_AGAIN = "tried_again"
    """Somebody had the notice tried again."""
    TOLD = "told"
    """The patient was told of what the clinic has changed."""
    TO_TELL = "to_tell"
    """The patient is to be told of something: the detail is why, and the time that the appointment has."""
    NOT_TO_TELL = "not_to_tell"
    """The patient need not be told of a change any more."""
    ADOPTED = "adopted"
    """The appointment was made from a request that an older version had booked; the detail is an `OlderEntry`."""
    VOUCHED = "vouched"
    """The desk has confirmed that the booking is a patient's own, though many were made at once by telephone."""
    ON_PURPOSE = "on_purpose"
    """The desk has given a time on purpose at which the clinic is closed: the detail is the time."""


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
    """0, or the number of an extra place beside another appointment: given on purpose, by an upgrade or an import."""
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
        """True if the time is this patient's: the appointment is booked, or the patient has arrived."""
        return self.status in TAKES_TIME


@dataclass(frozen=True)
class OddAppointment:
    """An appointment of which this version cannot read every value."""

    id: int
    reference: str
    odd: tuple[str, ...]
    """The columns of the table that cannot be read."""
    starts: datetime | None


AnyAppointment = Appointment | OddAppointment


@dataclass(frozen=True)
class DiaryEntry:
    """A line of an appointment's history."""

    at: datetime
    who: str
    what: str
    detail: str = ""


class TimeTaken(Exception):
    """Another patient already has the time."""


class NoSuchAppointment(LookupError):
    """No appointment has this id."""


class ChangeRefused(Exception):
    """The appointment's present status does not allow the change; `status` is that status."""

    def __init__(self, status: AppointmentStatus) -> None:
        super().__init__(f"the appointment is {status}")
        self.status = status

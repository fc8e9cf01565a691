"""The sections of clinic.toml, each with the error message for an invalid value."""

from datetime import date, time, timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from config.fields import (
    Country,
    Hour,
    Key,
    Language,
    Minutes,
    Number,
    NumberIfAny,
    Shifts,
    Words,
)
from config.toml_file import Strict
from ivr.line.booking import Part, Persistence
from ivr.line.clinic import Limits, MissedKind, Retention, Review
from ivr.line.diary import GRAIN
from ivr.line.hours import Shift

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class WeekFile(Strict):
    """The shifts of each weekday; an empty list is a day off."""

    monday: Shifts
    tuesday: Shifts
    wednesday: Shifts
    thursday: Shifts
    friday: Shifts
    saturday: Shifts
    sunday: Shifts

    @property
    def shifts(self) -> tuple[tuple[Shift, ...], ...]:
        """The shifts of each day, Monday first."""
        return tuple(getattr(self, day) for day in WEEKDAYS)


class ClosedFile(Strict):
    """A closed day, or a half day on which the clinic is open in the shifts of `open`."""

    day: date
    reason: Words | None = None
    open: Shifts = ()
    lines: tuple[str, ...] = ()


class ReasonFile(Strict):
    """A reason for a closure that the desk can choose from."""

    key: Key
    words: Words


class LineFile(Strict):
    """A telephone line of the clinic. Without `hours`, the line has the hours of the clinic."""

    key: Key
    name: Words
    language: Language
    reached_by: Annotated[tuple[Number, ...], Field(min_length=1)]
    greeting: Words | None = None
    hours: WeekFile | None = None
    reception: Annotated[tuple[Number, ...], Field(max_length=10)] = ()
    tells_own_appointment: bool = True
    remembers_language: bool = True


class WishesFile(Strict):
    """The section of callers' wishes: the parts of the day to ask for, and the countries that the clinic calls."""

    morning: Hour
    afternoon: Hour
    evening: Hour
    lead_minutes: Annotated[int, Field(ge=0, le=240)] | None = None
    """The lead time in a file of an older version; a file of today has it in [diary]."""
    countries: Annotated[frozenset[Country], Field(min_length=1)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.morning < self.afternoon < self.evening:
            raise ValueError("expected morning before afternoon before evening")
        return self

    @property
    def parts(self) -> dict[Part, Shift]:
        """The start and the end of each part of the day; the evening ends at midnight."""
        return {
            Part.MORNING: Shift(self.morning, self.afternoon),
            Part.AFTERNOON: Shift(self.afternoon, self.evening),
            Part.EVENING: Shift(self.evening, time.min),
        }


class AgainFile(Strict):
    """The section for patients whom nobody reached: the number of tries, and the minutes between them."""

    tries: Annotated[int, Field(ge=1, le=20)]
    pauses: Annotated[tuple[Minutes, ...], Field(min_length=1)]
    busy_pauses: Annotated[tuple[Minutes, ...], Field(min_length=1)]

    @property
    def persistence(self) -> Persistence:
        """The tries and pauses of this section as a Persistence."""
        pauses, busy = (tuple(timedelta(minutes=m) for m in each) for each in (self.pauses, self.busy_pauses))
        return Persistence(self.tries, pauses, busy)


class LimitsFile(Strict):
    """The limits on calls and requests."""

    calls_of_a_caller_per_hour: Annotated[int, Field(ge=1)]
    calls_of_a_line_per_hour: Annotated[int, Field(ge=1)]
    withheld_calls_of_a_line_per_hour: Annotated[int, Field(ge=1)] | None = None
    """The most calls in an hour on one line from withheld numbers. The default is a tenth of the line's limit."""
    requests_of_a_number_per_day: Annotated[int, Field(ge=1)]
    requests_of_a_call: Annotated[int, Field(ge=1)] = 3
    rings_of_a_call: Annotated[int, Field(ge=1)] = 3

    @model_validator(mode="after")
    def _leaves_room_for_others(self) -> Self:
        withheld = self.withheld_calls_of_a_line_per_hour
        if withheld and withheld >= self.calls_of_a_line_per_hour:
            raise ValueError("expected withheld_calls_of_a_line_per_hour far below calls_of_a_line_per_hour")
        return self

    @property
    def limits(self) -> Limits:
        """The limits of this section as a Limits."""
        return Limits(
            calls_of_a_caller=self.calls_of_a_caller_per_hour,
            calls_of_a_line=self.calls_of_a_line_per_hour,
            withheld_calls_of_a_line=self.withheld_calls_of_a_line_per_hour
            or max(1, self.calls_of_a_line_per_hour // 10),
            requests_of_a_number=self.requests_of_a_number_per_day,
            requests_of_a_call=self.requests_of_a_call,
            rings_of_a_call=self.rings_of_a_call,
        )


class RetentionFile(Strict):
    """The numbers of days for which personal data is kept."""

    closed_requests: Annotated[int, Field(ge=1)]
    recordings: Annotated[int, Field(ge=1)]
    log: Annotated[int, Field(ge=1)]

    @property
    def retention(self) -> Retention:
        """The times of this section as a Retention."""
        return Retention(*(timedelta(days=days) for days in (self.closed_requests, self.recordings, self.log)))


class MissedCallsFile(Strict):
    """The kinds of missed calls that the desk keeps; without the section, all of them."""

    shown: frozenset[MissedKind] = frozenset(MissedKind)


class ReceptionFile(Strict):
    """The settings for calling the reception: the number shown as the caller's, and the seconds that the call rings."""

    caller_id: NumberIfAny = None
    seconds: Annotated[int, Field(ge=5, le=120)] = 20


class WhereaboutsFile(Strict):
    """The clinic's address and directions, which callers hear after the opening hours."""

    address: Words | None = None
    directions: Words | None = None


class AppointmentsFile(Strict):
    """The section of the clinic's file that had the length of a visit in older versions. [diary] has the length now."""

    minutes: Annotated[int, Field(ge=5, le=480)] | None = None


def _in_steps(minutes: int) -> int:
    """Return these minutes if they are a multiple of the diary's step. Raises ValueError otherwise."""
    step = GRAIN // timedelta(minutes=1)
    if minutes % step:
        raise ValueError(f"expected a multiple of {step} minutes")
    return minutes


Length = Annotated[int, Field(ge=5, le=480), AfterValidator(_in_steps)]


class DiaryFile(Strict):
    """The rules of the diary: the length of a visit, the most patients at one time, and what callers are offered."""

    minutes: Length = 30
    patients_at_once: Annotated[int, Field(ge=1, le=20)] = 1
    lead_minutes: Annotated[int, Field(ge=0, le=2880)] = 60
    days_ahead: Annotated[int, Field(ge=1, le=60)] = 14
    buffer_minutes: Annotated[int, Field(ge=0, le=120), AfterValidator(_in_steps)] = 0
    phone_books: bool = True


class PractitionerFile(Strict):
    """A practitioner who has a column of the diary."""

    key: Key
    name: Words
    hours: WeekFile | None = None
    minutes: Length | None = None
    lines: tuple[str, ...] = ()


class AdviceFile(Strict):
    """A piece of advice in clinic.toml: its source, and the clinician's review."""

    source: Annotated[str, Field(min_length=1)]
    reviewed_by: Annotated[str, Field(min_length=1)] | None = None
    reviewed_on: date | None = None
    reviewed_words: Annotated[str, Field(pattern="^[0-9a-f]{8}$")] | None = None

    @model_validator(mode="after")
    def _whole_or_not_at_all(self) -> Self:
        if len({each is None for each in (self.reviewed_by, self.reviewed_on, self.reviewed_words)}) > 1:
            raise ValueError("expected reviewed_by, reviewed_on and reviewed_words together; /desk/advice has the mark")
        return self

    @property
    def review(self) -> Review | None:
        """The clinician's review as a Review; None if nobody has reviewed this advice."""
        if not (self.reviewed_by and self.reviewed_on and self.reviewed_words):
            return None
        return Review(self.reviewed_by, self.reviewed_on, self.reviewed_words)


class TopicFile(AdviceFile):
    """A topic of advice in clinic.toml: its key, its source and the clinician's review."""

    key: Key


class ReviewFile(Strict):
    """The number of days for which a clinician's review of advice is valid."""

    days: Annotated[int, Field(ge=1, le=3660)] = 365

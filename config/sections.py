"""The sections of clinic.toml, each with what is said of a value that cannot be so."""

from datetime import date, time, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

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
from ivr.line.advice import Review
from ivr.line.again import Persistence
from ivr.line.booking import Part
from ivr.line.clinic import Limits, Retention
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
        """Monday first."""
        return tuple(getattr(self, day) for day in WEEKDAYS)


class ClosedFile(Strict):
    """A closed day, or with `open` a half day."""

    day: date
    reason: Words | None = None
    open: Shifts = ()
    lines: tuple[str, ...] = ()


class ReasonFile(Strict):
    """Why the desk may say that the clinic is closed, or open at other hours."""

    key: Key
    words: Words


class LineFile(Strict):
    """One of the clinic's numbers."""

    key: Key
    name: Words
    language: Language
    reached_by: Annotated[tuple[Number, ...], Field(min_length=1)]
    greeting: Words | None = None
    hours: WeekFile | None = None
    reception: Annotated[tuple[Number, ...], Field(max_length=10)] = ()


class WishesFile(Strict):
    """What a caller can ask for."""

    morning: Hour
    afternoon: Hour
    evening: Hour
    lead_minutes: Annotated[int, Field(ge=0, le=240)]
    countries: Annotated[frozenset[Country], Field(min_length=1)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.morning < self.afternoon < self.evening:
            raise ValueError("expected morning before afternoon before evening")
        return self

    @property
    def parts(self) -> dict[Part, Shift]:
        """Where each part of the day lies; the evening ends at midnight."""
        return {
            Part.MORNING: Shift(self.morning, self.afternoon),
            Part.AFTERNOON: Shift(self.afternoon, self.evening),
            Part.EVENING: Shift(self.evening, time.min),
        }


class AgainFile(Strict):
    """How often a patient who was not reached is rung."""

    tries: Annotated[int, Field(ge=1, le=20)]
    pauses: Annotated[tuple[Minutes, ...], Field(min_length=1)]
    busy_pauses: Annotated[tuple[Minutes, ...], Field(min_length=1)]

    @property
    def persistence(self) -> Persistence:
        """The same as the line knows it."""
        pauses, busy = (tuple(timedelta(minutes=m) for m in each) for each in (self.pauses, self.busy_pauses))
        return Persistence(self.tries, pauses, busy)


class LimitsFile(Strict):
    """How much is taken from one telephone or on one line before no more requests are."""

    calls_of_a_caller_per_hour: Annotated[int, Field(ge=1)]
    calls_of_a_line_per_hour: Annotated[int, Field(ge=1)]
    requests_of_a_number_per_day: Annotated[int, Field(ge=1)]

    @property
    def limits(self) -> Limits:
        """The same as the line knows it."""
        return Limits(self.calls_of_a_caller_per_hour, self.calls_of_a_line_per_hour, self.requests_of_a_number_per_day)


class RetentionFile(Strict):
    """How many days what is personal is kept."""

    closed_requests: Annotated[int, Field(ge=1)]
    recordings: Annotated[int, Field(ge=1)]
    log: Annotated[int, Field(ge=1)]

    @property
    def retention(self) -> Retention:
        """The same as the line knows it."""
        return Retention(*(timedelta(days=days) for days in (self.closed_requests, self.recordings, self.log)))


class ReceptionFile(Strict):
    """How the reception's telephones are rung."""

    caller_id: NumberIfAny = None
    seconds: Annotated[int, Field(ge=5, le=120)] = 20


class AppointmentsFile(Strict):
    """What is known of an appointment besides its hour."""

    minutes: Annotated[int, Field(ge=5, le=480)] | None = None


class AdviceFile(Strict):
    """Where a piece of advice comes from, and who has reviewed it."""

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
        """The same as the line knows it."""
        if not (self.reviewed_by and self.reviewed_on and self.reviewed_words):
            return None
        return Review(self.reviewed_by, self.reviewed_on, self.reviewed_words)


class TopicFile(AdviceFile):
    """A topic of advice."""

    key: Key


class ReviewFile(Strict):
    """For how many days a clinician's review holds."""

    days: Annotated[int, Field(ge=1, le=3660)] = 365

"""Reads config/clinic.toml into the Clinic, with a message for everything in it that cannot be so."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.checked import BadFile, Strict, load
from config.fields import (
    LANGUAGES,
    Country,
    Hour,
    Key,
    Language,
    Minutes,
    Number,
    NumberIfAny,
    Shifts,
    Words,
    Zone,
)
from ivr.line.again import Persistence
from ivr.line.booking import Offer, Part
from ivr.line.clinic import Clinic, Limits, Line, Reception, Retention, Topic
from ivr.line.hours import Closure, Hours, Shift
from ivr.line.phones import Dialling

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


class TopicFile(Strict):
    """A topic of advice, and who has reviewed it."""

    key: Key
    source: Annotated[str, Field(min_length=1)]
    reviewed_by: str | None = None
    reviewed_on: date | None = None


class ClinicFile(Strict):
    """config/clinic.toml."""

    name: Words
    timezone: Zone
    default_line: str
    voices: dict[Language, Annotated[str, Field(min_length=1)]]
    hours: WeekFile
    closed: tuple[ClosedFile, ...] = ()
    reasons: tuple[ReasonFile, ...] = ()
    wishes: WishesFile
    again: AgainFile
    limits: LimitsFile
    retention: RetentionFile
    reception: ReceptionFile = ReceptionFile()
    appointments: AppointmentsFile = AppointmentsFile()
    advice: Annotated[tuple[TopicFile, ...], Field(min_length=1, max_length=5)]
    lines: Annotated[tuple[LineFile, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        complaints = list(_contradictions(self))
        if complaints:
            raise ValueError("; ".join(complaints))
        return self


def _contradictions(file: ClinicFile) -> Iterator[str]:
    keys = [line.key for line in file.lines]
    numbers = [number.e164 for line in file.lines for number in line.reached_by]
    if file.default_line not in keys:
        yield f"default_line = {file.default_line!r}: expected the key of a line ({', '.join(keys)})"
    yield from (f"lines: the key {key!r} stands twice" for key in _twice(keys))
    yield from (f"lines: the number {number} reaches two lines" for number in _twice(numbers))
    days = [f"{each.day} of {line}" for each in file.closed for line in each.lines or ("all lines",)]
    yield from (f"closed: the day {day} stands twice" for day in _twice(days))
    yield from (f"reasons: the key {key!r} stands twice" for key in _twice([reason.key for reason in file.reasons]))
    yield from (f"advice: the key {key!r} stands twice" for key in _twice([topic.key for topic in file.advice]))
    yield from (f"closed: no line has the key {key!r}" for each in file.closed for key in each.lines if key not in keys)
    yield from (f"voices: {language!r} has none" for language in LANGUAGES if language not in file.voices)
    if any(line.reception for line in file.lines) and file.reception.caller_id is None:
        yield "reception.caller_id: is missing; a line has a reception, rung from a number of the carrier's"


def _twice(values: list[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})


def read(path: Path) -> Clinic:
    """The clinic that this file describes. Raises BadFile."""
    file = load(path, ClinicFile)
    lines = {line.key: _line(line, file) for line in file.lines}
    return Clinic(
        name=file.name,
        lines=lines,
        default_line=file.default_line,
        dialling=Dialling(file.wishes.countries, frozenset().union(*(line.reached_by for line in lines.values()))),
        reception=Reception(file.reception.caller_id, file.reception.seconds),
        persistence=file.again.persistence,
        limits=file.limits.limits,
        retention=file.retention.retention,
        topics=tuple(Topic(each.key, each.source, each.reviewed_by, each.reviewed_on) for each in file.advice),
        voices=file.voices,
        appointment=timedelta(minutes=file.appointments.minutes) if file.appointments.minutes else None,
        reasons={each.key: each.words for each in file.reasons},
    )


def _line(line: LineFile, file: ClinicFile) -> Line:
    closed = [each for each in file.closed if not each.lines or line.key in each.lines]
    closures = {each.day: Closure(each.reason, each.open) for each in sorted(closed, key=lambda each: bool(each.lines))}
    hours = Hours(file.timezone, (line.hours or file.hours).shifts, closures)
    return Line(
        key=line.key,
        name=line.name,
        language=line.language,
        reached_by=frozenset(line.reached_by),
        offer=Offer(hours, file.wishes.parts, timedelta(minutes=file.wishes.lead_minutes)),
        reception=line.reception,
        greeting=line.greeting,
    )


__all__ = ["LANGUAGES", "BadFile", "read"]

"""Reads config/clinic.toml into the Clinic, with a message for everything in it that cannot be so."""

import re
from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from config.checked import BadFile, Strict, load
from ivr.line.booking import Offer, Part
from ivr.line.clinic import Clinic, Line, Reception, Topic
from ivr.line.hours import Closure, Hours, Shift, in_order
from ivr.line.phones import Dialling, NumberRefused, Phone, phone

LANGUAGES = ("en", "hi")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHIFT = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")


def _phone(written: Any) -> Phone:
    try:
        return phone(str(written))
    except NumberRefused:
        raise ValueError("expected a telephone number such as +91 11 4000 0001") from None


def _time(written: str) -> time:
    try:
        hour = time.fromisoformat(written)
    except ValueError:
        raise ValueError("expected an hour such as 09:00") from None
    if hour.tzinfo:
        raise ValueError("expected an hour of the clinic's own clock, such as 09:00")
    return hour


def _shift(written: Any) -> Shift:
    match = SHIFT.fullmatch(str(written))
    if not match:
        raise ValueError('expected opening hours such as "09:00-20:30"')
    end = time.min if match[2] == "24:00" else _time(match[2])
    return Shift(_time(match[1]), end)


def _ordered(shifts: tuple[Shift, ...]) -> tuple[Shift, ...]:
    if not in_order(shifts):
        raise ValueError("expected shifts in their order, none overlapping another")
    return shifts


def _zone(name: Any) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # "Asia" is a folder
        raise ValueError("expected a time zone such as Asia/Kolkata") from None


def _each_language(text: dict[str, str]) -> dict[str, str]:
    if set(text) != set(LANGUAGES) or not all(words.strip() for words in text.values()):
        raise ValueError(f"expected words in each of {', '.join(LANGUAGES)}")
    return text


def _known_language(language: str) -> str:
    if language not in LANGUAGES:
        raise ValueError(f"expected one of {', '.join(LANGUAGES)}")
    return language


def _country(code: str) -> str:
    if code not in SUPPORTED_REGIONS:
        raise ValueError("expected a country such as IN")
    return code


Number = Annotated[Phone, BeforeValidator(_phone)]
Hour = Annotated[time, BeforeValidator(lambda written: _time(str(written)))]
Shifts = Annotated[tuple[Annotated[Shift, BeforeValidator(_shift)], ...], AfterValidator(_ordered)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Words = Annotated[dict[str, str], AfterValidator(_each_language)]
Language = Annotated[str, AfterValidator(_known_language)]
Country = Annotated[str, AfterValidator(_country)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,19}$")]


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


class ReceptionFile(Strict):
    """How the reception's telephones are rung."""

    caller_id: Annotated[Phone | None, BeforeValidator(lambda written: _phone(written) if written else None)] = None
    seconds: Annotated[int, Field(ge=5, le=120)] = 20


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
    wishes: WishesFile
    reception: ReceptionFile = ReceptionFile()
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
        topics=tuple(Topic(each.key, each.source, each.reviewed_by, each.reviewed_on) for each in file.advice),
        voices=file.voices,
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

"""Reads config/clinic.toml into a Clinic, with an error message for every invalid value."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.fields import (
    LANGUAGES,
    Language,
    Name,
    Zone,
    languages_of,
)
from config.sections import (
    AdviceFile,
    AgainFile,
    AppointmentsFile,
    ClosedFile,
    LimitsFile,
    LineFile,
    ReasonFile,
    ReceptionFile,
    RetentionFile,
    ReviewFile,
    TopicFile,
    WeekFile,
    WishesFile,
)
from config.toml_file import BadFile, Strict, load
from ivr.line.advice import WARNING_SIGNS, Topic
from ivr.line.booking import Offer
from ivr.line.clinic import Clinic, Line, Reception
from ivr.line.hours import Closure, Hours
from ivr.line.phones import Dialling


class ClinicFile(Strict):
    """The file config/clinic.toml."""

    name: Name
    timezone: Zone
    default_line: str
    voices: dict[Language, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)
    hours: WeekFile
    closed: tuple[ClosedFile, ...] = ()
    reasons: tuple[ReasonFile, ...] = ()
    wishes: WishesFile
    again: AgainFile
    limits: LimitsFile
    retention: RetentionFile
    reception: ReceptionFile = ReceptionFile()
    review: ReviewFile = ReviewFile()
    warning_signs: AdviceFile = AdviceFile(source="docs/advice.md")
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
    if any(line.reception for line in file.lines) and file.reception.caller_id is None:
        yield "reception.caller_id: is missing; a line has a reception, rung from a number of the carrier's"


def _twice(values: list[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})


def read(path: Path) -> Clinic:
    """Return the clinic that this file describes. Raises BadFile."""
    file = load(path, ClinicFile, languages_of)
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
        topics=tuple(Topic(each.key, each.source, each.review) for each in file.advice),
        warning_signs=Topic(WARNING_SIGNS, file.warning_signs.source, file.warning_signs.review),
        review_holds=timedelta(days=file.review.days),
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

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
    DiaryFile,
    LimitsFile,
    LineFile,
    MissedCallsFile,
    PractitionerFile,
    ReasonFile,
    ReceptionFile,
    RetentionFile,
    ReviewFile,
    TopicFile,
    WeekFile,
    WhereaboutsFile,
    WishesFile,
)
from config.toml_file import BadFile, Strict, load
from ivr.line.booking import Offer
from ivr.line.clinic import WARNING_SIGNS, Clinic, Line, Reception, Topic, Whereabouts
from ivr.line.diary import DiaryRules, Schedule
from ivr.line.hours import Closure, Hours
from ivr.line.phones import Dialling


class ClinicFile(Strict):
    """The file config/clinic.toml as it is written: its sections, each checked by itself and all against each other."""

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
    missed_calls: MissedCallsFile = MissedCallsFile()
    reception: ReceptionFile = ReceptionFile()
    whereabouts: WhereaboutsFile = WhereaboutsFile()
    review: ReviewFile = ReviewFile()
    warning_signs: AdviceFile = AdviceFile(source="docs/advice.md")
    appointments: AppointmentsFile = AppointmentsFile()
    diary: DiaryFile | None = None
    practitioners: Annotated[tuple[PractitionerFile, ...], Field(max_length=20)] = ()
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
    yield from _of_the_diary(file, keys)
    if any(line.reception for line in file.lines) and file.reception.caller_id is None:
        yield "reception.caller_id: is missing; a line has a reception, rung from a number of the carrier's"


def _of_the_diary(file: ClinicFile, lines: list[str]) -> Iterator[str]:
    keys = [each.key for each in file.practitioners]
    yield from (f"practitioners: the key {key!r} stands twice" for key in _twice(keys))
    yield from (
        f"practitioners: no line has the key {key!r}"
        for each in file.practitioners
        for key in each.lines
        if key not in lines
    )
    former = {"wishes.lead_minutes": file.wishes.lead_minutes, "appointments.minutes": file.appointments.minutes}
    moved = [key for key, value in former.items() if file.diary and value is not None]
    yield from (f"{key}: stands in [diary] now; expected it there only" for key in moved)


def _twice(values: list[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})


def read(path: Path) -> Clinic:
    """Return the clinic that this file, usually config/clinic.toml, describes. Raises BadFile."""
    file = load(path, ClinicFile, languages_of)
    lines = {line.key: _line(line, file) for line in file.lines}
    return Clinic(
        name=file.name,
        lines=lines,
        default_line=file.default_line,
        dialling=Dialling(file.wishes.countries, frozenset().union(*(line.reached_by for line in lines.values()))),
        whereabouts=Whereabouts(file.whereabouts.address, file.whereabouts.directions),
        reception=Reception(file.reception.caller_id, file.reception.seconds),
        persistence=file.again.persistence,
        limits=file.limits.limits,
        retention=file.retention.retention,
        topics=tuple(Topic(each.key, each.source, each.review) for each in file.advice),
        warning_signs=Topic(WARNING_SIGNS, file.warning_signs.source, file.warning_signs.review),
        review_holds=timedelta(days=file.review.days),
        voices=file.voices,
        diary=_diary(file),
        reasons={each.key: each.words for each in file.reasons},
        missed_calls=file.missed_calls.shown,
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
        offer=Offer(hours, file.wishes.parts, _diary(file).lead),
        reception=line.reception,
        greeting=line.greeting,
        tells_own=line.tells_own_appointment,
        remembers_language=line.remembers_language,
    )


def _diary(file: ClinicFile) -> DiaryRules:
    found = file.diary or _of_an_older_file(file)
    return DiaryRules(
        schedules=tuple(_schedules(file, found)),
        lead=timedelta(minutes=found.lead_minutes),
        days=found.days_ahead,
        buffer=timedelta(minutes=found.buffer_minutes),
        phone_books=found.phone_books,
    )


def _of_an_older_file(file: ClinicFile) -> DiaryFile:
    """Return the diary's rules for a file of an older version, without [diary]: the telephone books nothing.

    The length of a visit and the lead time are those that the file has in other sections.
    """
    told = {"lead_minutes": file.wishes.lead_minutes, "minutes": file.appointments.minutes}
    return DiaryFile(phone_books=False, **{name: value for name, value in told.items() if value is not None})


def _schedules(file: ClinicFile, diary: DiaryFile) -> Iterator[Schedule]:
    """Yield the diary's columns: one for each practitioner; without practitioners, `patients_at_once` columns."""
    for each in file.practitioners:
        week = each.hours.shifts if each.hours else None
        length = timedelta(minutes=each.minutes or diary.minutes)
        yield Schedule(each.key, length, each.name, week, frozenset(each.lines))
    if not file.practitioners:
        yield from (
            Schedule(str(number), timedelta(minutes=diary.minutes)) for number in range(1, diary.patients_at_once + 1)
        )


__all__ = ["LANGUAGES", "BadFile", "read"]

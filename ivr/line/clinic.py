"""The clinic as its telephone knows it: three lines, their hours and reception, topics of advice.

Values only; config/clinic.py reads and checks the file they come from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from ivr.line.advice import Topic
from ivr.line.again import Persistence
from ivr.line.booking import Offer
from ivr.line.hours import Closure, DeskClosure, Hours, Text
from ivr.line.phones import Dialling, Phone, among


@dataclass(frozen=True)
class Line:
    """One of the clinic's numbers: what it is called, when it is open, who answers it."""

    key: str
    name: Text
    language: str
    reached_by: frozenset[Phone]
    """The numbers, called or forwarded from, that mean this line."""
    offer: Offer
    reception: tuple[Phone, ...] = ()
    greeting: Text | None = None

    @property
    def hours(self) -> Hours:
        """When this line is open."""
        return self.offer.hours

    @property
    def heading(self) -> str:
        """Its English name as words begin with it: the first letter is large, and all others are as they were."""
        name = self.name["en"]
        return name[:1].upper() + name[1:]

    def with_closures(self, closures: Mapping[date, Closure]) -> "Line":
        """The same line with these exceptions, which beat those of its own."""
        return replace(self, offer=replace(self.offer, hours=self.hours.with_closures(closures)))


@dataclass(frozen=True)
class Reception:
    """How the reception's telephones are rung."""

    caller_id: Phone | None
    seconds: int


@dataclass(frozen=True)
class Limits:
    """How much is taken from one telephone or on one line before no more requests are; hours and advice go on."""

    calls_of_a_caller: int
    """In an hour."""
    calls_of_a_line: int
    """In an hour."""
    requests_of_a_number: int
    """In a day."""


@dataclass(frozen=True)
class Retention:
    """How long what is personal is kept."""

    closed_requests: timedelta
    recordings: timedelta
    log: timedelta
    """The audit, which names requests by their reference only, and the records of calls, which name nobody."""

    @property
    def counted(self) -> timedelta:
        """For how long all is there that the reports count."""
        return min(self.closed_requests, self.log)


@dataclass(frozen=True)
class Clinic:
    """Everything the line says about the clinic, but for its sentences."""

    name: Text
    lines: Mapping[str, Line]
    default_line: str
    dialling: Dialling
    reception: Reception
    persistence: Persistence
    limits: Limits
    retention: Retention
    topics: tuple[Topic, ...]
    warning_signs: Topic
    """Heard before any topic."""
    review_holds: timedelta
    """For how long a clinician's review of the advice holds."""
    voices: Mapping[str, str]
    """By language, where it is another than stands with the prompts."""
    reasons: Mapping[str, Text] = field(default_factory=dict)
    """Why the desk may close, in words that callers hear."""
    appointment: timedelta | None = None
    """How long calendars show an appointment; None where the clinic has not said."""

    @property
    def advice(self) -> tuple[Topic, ...]:
        """All that callers are advised: the warning signs, then the topics."""
        return (self.warning_signs, *self.topics)

    def line(self, key: str) -> Line:
        """The line of that key; an unknown one gets the default line, since a caller needs an answer."""
        return self.lines.get(key) or self.lines[self.default_line]

    def with_closures(self, found: Sequence[DeskClosure]) -> "Clinic":
        """The clinic with what the desk has set, in the order in which it was set; it beats the clinic's file.

        For a day, the latest closure holds, and a line's own one rather than one of all lines.
        """
        if not found:
            return self
        return replace(
            self, lines={key: line.with_closures(self._held(key, found)) for key, line in self.lines.items()}
        )

    def _held(self, line: str, found: Sequence[DeskClosure]) -> dict[date, Closure]:
        ordered = [each for whose in ("", line) for each in found if each.line == whose]
        return {each.day: Closure(self.reasons.get(each.reason), each.shifts) for each in ordered}

    def line_rung(self, called: str, forwarded_from: str) -> Line:
        """The line a call came in on: the mobile that forwarded it says more than the number it arrived at."""
        for written in (forwarded_from, called):
            for line in self.lines.values():
                if among(written, line.reached_by):
                    return line
        return self.lines[self.default_line]

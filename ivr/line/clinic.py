"""The clinic as its telephone knows it: three lines, their hours and reception, topics of advice.

Values only; config/clinic.py reads and checks the file they come from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ivr.line.booking import Offer
from ivr.line.hours import Hours, Text
from ivr.line.phones import Dialling, Phone, among


@dataclass(frozen=True)
class Line:
    """One of the clinic's numbers: what it is called, when it is open, who answers it."""

    key: str
    name: Text
    language: str
    reached_by: frozenset[Phone]
    """The numbers in `To` or `ForwardedFrom` that mean this line."""
    offer: Offer
    reception: tuple[Phone, ...] = ()
    greeting: Text | None = None

    @property
    def hours(self) -> Hours:
        """When this line is open."""
        return self.offer.hours


@dataclass(frozen=True)
class Topic:
    """A topic of advice: its sentences are `topic_KEY`, which offers it, and `advice_KEY`."""

    key: str
    source: str
    reviewed_by: str | None = None
    reviewed_on: date | None = None


@dataclass(frozen=True)
class Reception:
    """How the reception's telephones are rung."""

    caller_id: Phone | None
    seconds: int


@dataclass(frozen=True)
class Clinic:
    """Everything the line says about the clinic, but for its sentences."""

    name: Text
    lines: Mapping[str, Line]
    default_line: str
    dialling: Dialling
    reception: Reception
    topics: tuple[Topic, ...]
    voices: Mapping[str, str]

    def line(self, key: str) -> Line:
        """The line of that key; an unknown one gets the default line, since a caller needs an answer."""
        return self.lines.get(key) or self.lines[self.default_line]

    def line_rung(self, called: str, forwarded_from: str) -> Line:
        """The line a call came in on: the mobile that forwarded it says more than the number it arrived at."""
        for written in (forwarded_from, called):
            for line in self.lines.values():
                if among(written, line.reached_by):
                    return line
        return self.lines[self.default_line]

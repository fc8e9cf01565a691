"""What passes between a call and the world: where the call stands, what is known, and what to say and do next.

Values only. No HTTP, no XML, no store, no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Self

from ivr.line.booking import Kind, Part, Wish
from ivr.line.clinic import Clinic, Line
from ivr.line.menu import LANGUAGES_PLACE, MENU
from ivr.line.phones import Phone
from ivr.line.places import Place, Screening


@dataclass(frozen=True)
class Call:
    """Where a call stands between two webhooks, and what it has gathered so far."""

    line: str
    language: str
    place: str
    silences: int = 0
    wrongs: int = 0
    kind: Kind | None = None
    day: date | None = None
    part: Part | None = None
    keyed: Phone | None = None
    topic: str | None = None
    reference: str | None = None
    joined: bool = False
    offered_at: datetime | None = None
    """The moment the days on offer were worked out, so that a key means what was heard when it is pressed later."""
    left: str = ""
    """In the menu of languages: the place where 9 was pressed."""
    over_limit: bool = False
    """Whether it is one call too many: no request is taken from it, and the reception is not rung."""

    def at(self, place: str) -> Self:
        """The same call, newly come to a place: nothing missed there yet."""
        return replace(self, place=place, silences=0, wrongs=0, left=self.left if place == LANGUAGES_PLACE else "")

    def afresh(self, kind: Kind | None = None) -> "Call":
        """The same call with nothing gathered but what the caller now wants."""
        return Call(self.line, self.language, self.place, kind=kind, over_limit=self.over_limit)

    @property
    def wish(self) -> Wish:
        """What the caller asks for; only where `kind` has been gathered."""
        if self.kind is None:
            raise ValueError("this call has not said what it wants")
        return Wish(self.kind, self.day, self.part)


@dataclass(frozen=True)
class Facts:
    """What is known when a webhook comes in."""

    clinic: Clinic
    line: Line
    caller: Phone | None
    """The number the call came from, if there is one that can be rung."""
    now: datetime
    menu: Mapping[str, Place] = field(default_factory=lambda: MENU)
    """The table that the call walks."""

    def number(self, call: Call) -> Phone | None:
        """The number to ring: the keyed one, else the caller's own."""
        return call.keyed or self.caller


@dataclass(frozen=True)
class Moment:
    """A day and an hour, said as seen from `now`."""

    at: datetime
    now: datetime


@dataclass(frozen=True)
class HourToday:
    """An hour of the day that is today."""

    at: datetime


@dataclass(frozen=True)
class Day:
    """A day in the middle of a sentence ("on Monday"), said as seen from `today`."""

    day: date
    today: date


@dataclass(frozen=True)
class DayName:
    """A day as the name of a choice, said as seen from `today`."""

    day: date
    today: date


@dataclass(frozen=True)
class Digits:
    """Digits read one by one, in groups."""

    groups: tuple[str, ...]


@dataclass(frozen=True)
class WeekDays:
    """A weekday, or a run of them from the first to the last; Monday is 0."""

    first: int
    last: int


@dataclass(frozen=True)
class Spans:
    """Stretches of a day, each from one hour until another."""

    stretches: tuple[tuple[datetime, datetime], ...]


Value = str | Mapping[str, str] | Part | Moment | HourToday | Day | DayName | Digits | WeekDays | Spans


@dataclass(frozen=True)
class Say:
    """A sentence by its name, with what fills its blanks; `language` only where it is not the call's."""

    name: str
    values: Mapping[str, Value] = field(default_factory=dict)
    language: str | None = None


Blanks = Mapping[str, tuple[str, ...]]
"""Sentences by name, each with the blanks that are filled where it is said."""


@dataclass(frozen=True)
class PressKey:
    """Wait for one key, so many seconds."""

    seconds: int


@dataclass(frozen=True)
class KeyNumber:
    """Wait for digits ended by hash, so many seconds from one to the next."""

    seconds: int


@dataclass(frozen=True)
class RingReception:
    """Ring the reception's telephones together, so many seconds."""

    numbers: tuple[Phone, ...]
    caller_id: Phone
    seconds: int
    screening: Screening | None = None
    """What whoever picks up is asked before they get the patient."""


@dataclass(frozen=True)
class File:
    """Leave this request at the desk, then resume the call with what became of it."""

    wish: Wish
    number: Phone
    due: datetime
    asked: datetime
    """When the wish was begun: the same when a webhook comes twice, another when the caller wishes again."""


@dataclass(frozen=True)
class HangUp:
    """The call is over."""


Wait = PressKey | KeyNumber | RingReception | File | HangUp


@dataclass(frozen=True)
class Turn:
    """What is heard to the end, what a key may cut off, and what the call then waits for, at which place."""

    call: Call
    first: tuple[Say, ...]
    asks: tuple[Say, ...]
    wait: Wait
    through: tuple[str, ...] = ()
    """The places that were passed through on the way there, in order: they say what was wanted."""

"""The values between the call's engine and the outside: the state of a call, the facts, and what to say and do next.

Values only. No HTTP, no XML, no store, no clock.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Self

from ivr.line.booking import Kind, Part, Wish
from ivr.line.clinic import Clinic, Line
from ivr.line.diary import Slot
from ivr.line.menu import LANGUAGES_PLACE, MENU
from ivr.line.phones import Phone
from ivr.line.places import Place, Screening


@dataclass(frozen=True)
class Call:
    """The state of a call between two webhooks: its place in the menu, and the data gathered so far."""

    line: str
    language: str
    place: str
    silences: int = 0
    wrongs: int = 0
    kind: Kind | None = None
    day: date | None = None
    part: Part | None = None
    practitioner: str = ""
    """The key of the practitioner whom the caller prefers; empty for anybody."""
    offered: tuple[Slot, ...] = ()
    """The free times that were read out here, so that a key pressed later still means what the caller heard."""
    page: int = 0
    """The number of times that the caller asked for later days or times here."""
    slot: Slot | None = None
    """The time that the caller has chosen."""
    other: bool = False
    """True if it is for somebody else than the one whom the clinic knows of."""
    keyed: Phone | None = None
    topic: str | None = None
    reference: str | None = None
    joined: bool = False
    offered_at: datetime | None = None
    """The moment for which days were offered, so that a key pressed later still means what the caller heard."""
    left: str = ""
    """The place where 9 was pressed, while the call is in the menu of languages; else empty."""
    over_limit: bool = False
    """True if the caller is blocked or over a limit: the call may file no request and not reach the reception."""
    filed: int = 0
    """The number of requests that the call has filed; the clinic limits it."""
    rung: int = 0
    """The number of times that the call has rung the reception; the clinic limits it."""

    def at(self, place: str) -> Self:
        """Return the call at another place, with no misses and nothing offered there yet."""
        left = self.left if place == LANGUAGES_PLACE else ""
        page = self.page if place == self.place else 0
        return replace(self, place=place, silences=0, wrongs=0, left=left, offered=(), page=page)

    def afresh(self, kind: Kind | None = None) -> "Call":
        """Return the call without the data gathered so far, except the new kind of request."""
        return Call(self.line, self.language, self.place, kind=kind, **self._for_good)

    def with_promise(self, reference: str | None, *, joined: bool) -> Self:
        """Return the call after its request was stored; without a reference if none may be spoken."""
        return replace(self, reference=reference, joined=joined, filed=self.filed + 1)

    @property
    def _for_good(self) -> Mapping[str, Any]:
        """The data that a call keeps to its end."""
        return {"over_limit": self.over_limit, "filed": self.filed, "rung": self.rung}

    @property
    def wish(self) -> Wish:
        """The caller's wish. Raises ValueError if `kind` is not set."""
        if self.kind is None:
            raise ValueError("this call has not said what it wants")
        return Wish(self.kind, self.day, self.part)


@dataclass(frozen=True)
class Facts:
    """The facts that are known when a webhook comes in."""

    clinic: Clinic
    line: Line
    caller: Phone | None
    """The caller's number; None if it is withheld or must not be called."""
    now: datetime
    menu: Mapping[str, Place] = field(default_factory=lambda: MENU)
    """The menu's table that the call follows."""
    free_times: Callable[[], Sequence[Slot] | None] = field(default=lambda: None, compare=False)
    """Returns the times that can be given, in order; None where the diary cannot be asked. Asked only where needed."""

    def number(self, call: Call) -> Phone | None:
        """Return the number to call back: the one that was entered, else the caller's own."""
        return call.keyed or self.caller


@dataclass(frozen=True)
class Moment:
    """A day and a time, worded relative to `now`."""

    at: datetime
    now: datetime


@dataclass(frozen=True)
class MomentName:
    """A day and a time as the name of an option, worded relative to `now`."""

    at: datetime
    now: datetime


@dataclass(frozen=True)
class Hour:
    """A time of a day that was named before."""

    at: datetime


@dataclass(frozen=True)
class HourToday:
    """A time today."""

    at: datetime


@dataclass(frozen=True)
class Day:
    """A day within a sentence ("on Monday"), worded relative to `today`."""

    day: date
    today: date


@dataclass(frozen=True)
class DayName:
    """A day as the name of an option, worded relative to `today`."""

    day: date
    today: date


@dataclass(frozen=True)
class Digits:
    """Digits that are read one by one, in groups."""

    groups: tuple[str, ...]


@dataclass(frozen=True)
class WeekDays:
    """A weekday, or a run of weekdays from `first` to `last`; Monday is 0."""

    first: int
    last: int


@dataclass(frozen=True)
class Spans:
    """Time spans of a day, each as (start, end)."""

    stretches: tuple[tuple[datetime, datetime], ...]


Value = (
    str | Mapping[str, str] | Part | Moment | MomentName | Hour | HourToday | Day | DayName | Digits | WeekDays | Spans
)


@dataclass(frozen=True)
class Say:
    """A sentence by name, with the values of its blanks; `language` is None for the language of the call."""

    name: str
    values: Mapping[str, Value] = field(default_factory=dict)
    language: str | None = None


Blanks = Mapping[str, tuple[str, ...]]
"""The names of the blanks that the program fills, keyed by the name of the sentence."""


@dataclass(frozen=True)
class PressKey:
    """Wait for one key, at most this many seconds."""

    seconds: int


@dataclass(frozen=True)
class KeyNumber:
    """Wait for digits ended by hash, at most this many seconds for each."""

    seconds: int


@dataclass(frozen=True)
class RingReception:
    """Call all telephones of the reception at the same time, for at most this many seconds."""

    numbers: tuple[Phone, ...]
    caller_id: Phone
    seconds: int
    screening: Screening | None = None
    """The question to whoever picks up; None to connect them at once."""


@dataclass(frozen=True)
class File:
    """File this request at the desk, or book this time, then resume the call with the outcome."""

    wish: Wish
    number: Phone
    due: datetime
    asked: datetime
    """The moment when the caller began this wish. It is the same if a webhook is repeated, another for a new wish."""
    slot: Slot | None = None
    """The time to book; None for a wish."""
    other: bool = False
    """True if it is for somebody else than the one whom the clinic knows of."""


@dataclass(frozen=True)
class HangUp:
    """End the call."""


Wait = PressKey | KeyNumber | RingReception | File | HangUp


@dataclass(frozen=True)
class Turn:
    """The sentences to say, and what the call waits for next. A key press interrupts `asks`, but not `first`."""

    call: Call
    first: tuple[Say, ...]
    asks: tuple[Say, ...]
    wait: Wait
    through: tuple[str, ...] = ()
    """The places that the call passed on the way here, in order; they show what the caller wanted."""

"""A sentence by name, and the values that fill its blanks: moments, days, digits, names in each language.

Values only. script.py turns them into words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ivr.line.booking import Part


@dataclass(frozen=True)
class Moment:
    """The value of a blank in a sentence: a day and a time, worded relative to `now`."""

    at: datetime
    now: datetime


@dataclass(frozen=True)
class MomentName:
    """The value of a blank: a day and a time in words relative to `now`, as an option or after "until" names them."""

    at: datetime
    now: datetime


@dataclass(frozen=True)
class Hour:
    """The value of a blank in a sentence: a time without its day, because the caller has just been told the day."""

    at: datetime


@dataclass(frozen=True)
class HourToday:
    """The value of a blank in a sentence: a time of today, such as "four in the afternoon"."""

    at: datetime


@dataclass(frozen=True)
class Day:
    """The value of a blank in a sentence: a day ("on Monday"), worded relative to `today`."""

    day: date
    today: date


@dataclass(frozen=True)
class DayName:
    """The value of a blank in the name of an option. The value is a day, worded relative to `today`."""

    day: date
    today: date


@dataclass(frozen=True)
class Digits:
    """The value of a blank in a sentence: digits that are read aloud one by one, in groups."""

    groups: tuple[str, ...]


@dataclass(frozen=True)
class WeekDays:
    """The value of a blank: a weekday, or a run of weekdays from `first` to `last`; Monday is 0."""

    first: int
    last: int


@dataclass(frozen=True)
class Spans:
    """The value of a blank: the time spans of a day, each as (start, end)."""

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

"""Turns the names of sentences into words, in the language of the call.

The words come from config/prompts; this only fills their blanks. Pure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from string import Formatter
from typing import Any

from ivr.line.booking import Part
from ivr.line.turn import Day, DayName, Digits, HourToday, Moment, Say, Spans, Value, WeekDays

DAYS_NAMED_BY_WEEKDAY = 6
"""Up to so many days ahead the weekday alone says which day is meant."""


@dataclass(frozen=True)
class Clock:
    """How hours are said: `{hour}` and `{next}` are numbers in words, `{part}` the part of the day."""

    hour: str
    quarter: str
    half: str
    three_quarters: str
    other: str
    noon: str
    midnight: str
    hours: tuple[str, ...]
    """The hours in words, twelve first."""
    irregular: Mapping[str, str]
    """Hours with a word of their own, keyed "1:30"."""
    parts: tuple[tuple[int, str, str], ...]
    """From which hour (0-23) a part of the day has its name: in general, and of today."""

    def say(self, at: time, *, today: bool = False) -> str:
        """This hour in words; `today` says "this evening" for "in the evening"."""
        if (at.hour, at.minute) in {(0, 0), (12, 0)}:
            return self.noon if at.hour else self.midnight
        pattern = self.irregular.get(f"{at.hour % 12}:{at.minute:02}") or self._pattern(at.minute)
        return pattern.format(
            hour=self.hours[at.hour % 12],
            next=self.hours[(at.hour + 1) % 12],
            minute=at.minute,
            part=self._part(at.hour, today=today),
        )

    def _pattern(self, minute: int) -> str:
        return {0: self.hour, 15: self.quarter, 30: self.half, 45: self.three_quarters}.get(minute, self.other)

    def _part(self, hour: int, *, today: bool) -> str:
        _, general, this = max(part for part in self.parts if part[0] <= hour)
        return this if today else general


@dataclass(frozen=True)
class Days:
    """How a day is said, each keyed today, tomorrow, week and later: its name, in a sentence, with an hour."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    names: Mapping[str, str]
    dates: Mapping[str, str]
    moments: Mapping[str, str]
    run: str
    """A run of weekdays, from `{first}` to `{last}`."""

    def say(self, day: Day | DayName) -> str:
        """The day as the name of a choice, or within a sentence."""
        return self._filled(self.names if isinstance(day, DayName) else self.dates, day)

    def at(self, day: Day, hour: str) -> str:
        """The day with an hour."""
        return self._filled(self.moments, day).format(time=hour)

    def weekday_run(self, run: WeekDays) -> str:
        """A weekday, or the first and the last of several."""
        first, last = self.weekdays[run.first], self.weekdays[run.last]
        return first if run.first == run.last else self.run.format(first=first, last=last)

    def _filled(self, patterns: Mapping[str, str], day: Day | DayName) -> str:
        return patterns[_distance(day)].format(
            weekday=self.weekdays[day.day.weekday()],
            day=day.day.day,
            month=self.months[day.day.month - 1],
            time="{time}",
        )


def _distance(day: Day | DayName) -> str:
    ahead = (day.day - day.today).days
    if ahead in {0, 1}:
        return "tomorrow" if ahead else "today"
    return "week" if 0 < ahead <= DAYS_NAMED_BY_WEEKDAY else "later"


@dataclass(frozen=True)
class Language:
    """A language of the line: what it is called, and how the carrier is to speak it."""

    name: str
    """Its own, as those who speak it write it."""
    names: Mapping[str, str]
    """What staff call it, by the language they read; English is always there."""
    locale: str
    voice: str

    def named_in(self, reader: str) -> str:
        """What somebody who reads this language calls it."""
        return self.names.get(reader, self.names["en"])


@dataclass(frozen=True)
class Prompts:
    """Every sentence and word of one language."""

    language: str
    about: Language
    clock: Clock
    days: Days
    parts: Mapping[str, str]
    """The parts of a day, as a wish names them."""
    span: str
    """From `{start}` until `{end}`."""
    spans_joint: str
    sentences: Mapping[str, str]


@dataclass(frozen=True)
class Spoken:
    """Words, and the language they are in."""

    language: str
    words: str


class Script:
    """The prompts of every language; says any sentence of the call."""

    def __init__(self, prompts: Mapping[str, Prompts]) -> None:
        self._prompts = prompts

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there are prompts for, the first being the default."""
        return tuple(self._prompts)

    def prompts(self, language: str) -> Prompts:
        """Every sentence and word of a language, with the blanks still in them."""
        return self._prompts[language]

    def about(self, language: str) -> Language | None:
        """What is known of a language; None of one that the line does not speak, or no longer."""
        return self._prompts[language].about if language in self._prompts else None

    def spoken(self, language: str) -> str:
        """The language itself where the line speaks it, else the default: prompts may have been taken away since."""
        return language if language in self._prompts else self.languages[0]

    def everywhere(self, say: Say) -> dict[str, str]:
        """Its words in each language."""
        return {language: self.say(say, language).words for language in self.languages}

    def say(self, say: Say, language: str) -> Spoken:
        """The words of this sentence."""
        prompts = self._prompts[say.language or language]
        blanks = {name: _fill(value, prompts) for name, value in say.values.items()}
        return Spoken(prompts.language, prompts.sentences[say.name].format(**blanks))


def _fill(value: Value, prompts: Prompts) -> str:
    return next(fill(value, prompts) for kind, fill in FILLS if isinstance(value, kind))


def _moment(value: Any, prompts: Prompts) -> str:
    day = Day(value.at.date(), value.now.date())
    return prompts.days.at(day, prompts.clock.say(value.at.time()))


def _spans(value: Any, prompts: Prompts) -> str:
    return prompts.spans_joint.join(_span(stretch, prompts) for stretch in value.stretches)


def _span(stretch: tuple[datetime, datetime], prompts: Prompts) -> str:
    start, end = (prompts.clock.say(moment.time()) for moment in stretch)
    return prompts.span.format(start=start, end=end)


FILLS: tuple[tuple[type, Callable[[Any, Prompts], str]], ...] = (
    (Part, lambda part, prompts: prompts.parts[part]),
    (str, lambda words, _: words),
    (Moment, _moment),
    (HourToday, lambda hour, prompts: prompts.clock.say(hour.at.time(), today=True)),
    (Day, lambda day, prompts: prompts.days.say(day)),
    (DayName, lambda day, prompts: prompts.days.say(day)),
    (Digits, lambda digits, _: ", ".join(" ".join(group) for group in digits.groups)),
    (WeekDays, lambda run, prompts: prompts.days.weekday_run(run)),
    (Spans, _spans),
    (Mapping, lambda text, prompts: text[prompts.language]),
)
"""How each kind of value is said; a part of a day is a str too, and so stands before it."""


def blanks_of(sentence: str) -> frozenset[str]:
    """The names of the blanks in a sentence."""
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name is not None)

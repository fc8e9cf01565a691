"""Turns the names of sentences into words, in the language of the call.

Pure: fills the blanks of the sentences from config/prompts.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from string import Formatter
from typing import Any, NamedTuple

from ivr.line.aloud.digits import Phrase, joined, read_aloud, spelled
from ivr.line.blanks import Day, DayName, Digits, Hour, HourToday, Moment, MomentName, Say, Spans, Value, WeekDays
from ivr.line.booking import Part

DAYS_NAMED_BY_WEEKDAY = 6
"""The number of days ahead up to which a day is named by its weekday alone."""


@dataclass(frozen=True)
class Clock:
    """A language's patterns for times: `{hour}` and `{next}` are hours in words, `{part}` is the part of the day."""

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
    """The patterns for times that a language says in words of their own, by the time ("1:30", with hours 0 to 11)."""
    parts: tuple[tuple[int, str, str], ...]
    """The parts of the day, each as (first hour 0-23, words like "in the evening", words like "this evening")."""

    def say(self, at: time, *, today: bool = False) -> str:
        """Return the time in words; with `today`, "this evening" instead of "in the evening"."""
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
    """A language's patterns for a day: `names` in options, `dates` in sentences. `choices` and `moments` add a time."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    names: Mapping[str, str]
    dates: Mapping[str, str]
    choices: Mapping[str, str]
    moments: Mapping[str, str]
    run: str
    """The pattern of a run of weekdays, with `{first}` and `{last}`."""

    def say(self, day: Day | DayName) -> str:
        """Return the day in words. A DayName gives the words for an option, a Day the words within a sentence."""
        return self._filled(self.names if isinstance(day, DayName) else self.dates, day)

    def at(self, day: Day | DayName, hour: str) -> str:
        """Return a day and the time `hour` in words. A DayName gives an option's words, a Day those of a sentence."""
        return self._filled(self.choices if isinstance(day, DayName) else self.moments, day).format(time=hour)

    def weekday_run(self, run: WeekDays) -> str:
        """Return a run of weekdays in words: its only day, or its first and its last."""
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
    """A language of the line: its names, and the locale and voice with which the carrier speaks it."""

    name: str
    """The language's name in the language itself."""
    names: Mapping[str, str]
    """The language's names on the desk's pages, by the language of the page; English is always present."""
    locale: str
    voice: str

    def named_in(self, reader: str) -> str:
        """Return the name of this language in the language `reader`; the English name if no such name is known."""
        return self.names.get(reader, self.names["en"])


@dataclass(frozen=True)
class Prompts:
    """All sentences and words of one language."""

    language: str
    about: Language
    clock: Clock
    days: Days
    parts: Mapping[str, str]
    """The words for the parts of a day."""
    span: str
    """The pattern of a time span, with `{start}` and `{end}`."""
    spans_joint: str
    digits: tuple[str, ...]
    """The words for the digits 0 to 9."""
    sentences: Mapping[str, str]


@dataclass(frozen=True)
class Spoken:
    """A sentence with its blanks filled, in its language: as it is written, and as it is read aloud."""

    language: str
    phrases: tuple[Phrase, ...]

    @property
    def words(self) -> str:
        """The words as they are written, as in a transcript: "99999 00001"."""
        return "".join(each.written for each in self.phrases)

    @property
    def aloud(self) -> str:
        """The words as they are read aloud: with telephone numbers and the like digit by digit, in words."""
        return "".join(each.aloud or each.written for each in self.phrases)


class Wording(NamedTuple):
    """A sentence's language, its name, and the words or digits in its blanks. Equal wordings give equal words."""

    language: str
    name: str
    blanks: tuple[tuple[str, str | Digits], ...]

    @property
    def is_personal(self) -> bool:
        """Return whether a blank holds digits, such as a caller's number; the sentence's words are then not cached."""
        return any(isinstance(value, Digits) for _, value in self.blanks)


class Script:
    """The prompts of all languages. Returns the words of any sentence."""

    def __init__(self, prompts: Mapping[str, Prompts]) -> None:
        self._prompts = prompts

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages with prompts; the first is the default."""
        return tuple(self._prompts)

    def prompts(self, language: str) -> Prompts:
        """Return all sentences and words of a language, with their blanks."""
        return self._prompts[language]

    def about(self, language: str) -> Language | None:
        """Return the names, locale and voice of a language; None if the line does not speak it, or no longer does."""
        return self._prompts[language].about if language in self._prompts else None

    def spoken(self, language: str) -> str:
        """Return this language if the line speaks it, else the default, because a call may name a removed language."""
        return language if language in self._prompts else self.languages[0]

    def everywhere(self, say: Say) -> dict[str, str]:
        """Return the words of a sentence in each language."""
        return {language: self.say(say, language).words for language in self.languages}

    def say(self, say: Say, language: str) -> Spoken:
        """Return the words of a sentence in the sentence's own language if it has one, else in `language`."""
        return self.spoken_as(self.wording(say, language))

    def wording(self, say: Say, language: str) -> Wording:
        """Return a sentence with blanks filled, in the sentence's own language if it has one, else in `language`."""
        prompts = self._prompts[say.language or language]
        blanks = tuple([(blank, _fill(value, prompts)) for blank, value in say.values.items()])
        return Wording(prompts.language, say.name, blanks)

    def spoken_as(self, wording: Wording) -> Spoken:
        """Return the sentence of a wording, with the words as they are written and the words as they are read aloud."""
        prompts = self._prompts[wording.language]
        return Spoken(prompts.language, tuple(joined(_phrases(wording, prompts))))


def _phrases(wording: Wording, prompts: Prompts) -> Iterator[Phrase]:
    filled = dict(wording.blanks)
    for text, blank, _, _ in Formatter().parse(prompts.sentences[wording.name]):
        yield from read_aloud(text, prompts.digits)
        if blank is not None:
            yield from _read(filled[blank], prompts)


def _read(filled: str | Digits, prompts: Prompts) -> tuple[Phrase, ...]:
    if isinstance(filled, Digits):
        return (spelled(filled.groups, prompts.digits),)
    return read_aloud(filled, prompts.digits)


def _fill(value: Value, prompts: Prompts) -> str | Digits:
    fill = FILLS.get(type(value))
    return fill(value, prompts) if fill else value[prompts.language]  # type: ignore[index]  # only texts are left


def _moment(value: Any, prompts: Prompts, kind: type[Day | DayName] = Day) -> str:
    day = kind(value.at.date(), value.now.date())
    return prompts.days.at(day, prompts.clock.say(value.at.time()))


def _spans(value: Any, prompts: Prompts) -> str:
    return prompts.spans_joint.join(_span(stretch, prompts) for stretch in value.stretches)


def _span(stretch: tuple[datetime, datetime], prompts: Prompts) -> str:
    start, end = (prompts.clock.say(moment.time()) for moment in stretch)
    return prompts.span.format(start=start, end=end)


FILLS: Mapping[type, Callable[[Any, Prompts], str | Digits]] = {
    str: lambda words, _: words,
    Digits: lambda digits, _: digits,
    Part: lambda part, prompts: prompts.parts[part],
    Moment: _moment,
    MomentName: partial(_moment, kind=DayName),
    Hour: lambda hour, prompts: prompts.clock.say(hour.at.time()),
    HourToday: lambda hour, prompts: prompts.clock.say(hour.at.time(), today=True),
    Day: lambda day, prompts: prompts.days.say(day),
    DayName: lambda day, prompts: prompts.days.say(day),
    WeekDays: lambda run, prompts: prompts.days.weekday_run(run),
    Spans: _spans,
}
"""The functions that turn a value into words, by the type of the value. Any other value holds its words by language."""


def blanks_of(sentence: str) -> frozenset[str]:
    """Return the names of the blanks in a sentence."""
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name is not None)

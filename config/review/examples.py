"""Makes an example of each text, with blanks filled as in a call: of a sentence, and of a word that fills a blank.

Pure: the clinic and the moment are arguments.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from config.review.texts import is_word, put, texts_of
from config.sentences import PromptFile, prompts_of
from ivr.line.blanks import Day, DayName, Digits, HourToday, Moment, MomentName, Say, Spans, Value, WeekDays
from ivr.line.booking import Part
from ivr.line.clinic import Clinic
from ivr.line.script import Script, Spoken, blanks_of

OPTIONS = "option_"
"""The prefix of the names of sentences that offer a key. In these sentences a day or time is worded as a choice."""

REASON = {"en": "Diwali", "hi": "दिवाली"}
ADDRESS = {"en": "12 Example Road, New Delhi 110001", "hi": "12 उदाहरण मार्ग, नई दिल्ली 110001"}
DIRECTIONS = {"en": "It is opposite the park.", "hi": "यह पार्क के सामने है।"}
SOMEBODY_OF_THE_CLINIC = {"en": "the shoulder specialist", "hi": "कंधे के विशेषज्ञ"}


def example(name: str, language: str, script: Script, clinic: Clinic, now: datetime) -> Spoken:
    """Return the sentence of this name with examples in its blanks; a blank without an example stays as it is."""
    blanks = blanks_of(script.prompts(language).sentences[name])
    known = {**_values(clinic, now), **(_of_options(now) if name.startswith(OPTIONS) else {})}
    return script.say(Say(name, {blank: _in(language, known.get(blank, f"{{{blank}}}")) for blank in blanks}), language)


def _values(clinic: Clinic, now: datetime) -> dict[str, Value]:
    """Return an example value for every blank that a sentence may have, by the name of the blank."""
    soon = _tomorrow(now)
    hours = (soon.replace(hour=9, minute=0), soon.replace(hour=20, minute=30))
    return {
        "clinic": clinic.name,
        "greeting": clinic.name,
        "name": SOMEBODY_OF_THE_CLINIC,
        "reason": REASON,
        "address": ADDRESS,
        "directions": DIRECTIONS,
        "key": "1",
        "part": Part.MORNING,
        "until": HourToday(hours[1]),
        "days": WeekDays(0, 5),
        "spans": Spans((hours,)),
        "number": Digits(("99999", "00001")),
        "reference": Digits(("123", "456")),
        "day": Day(soon.date(), now.date()),
        **dict.fromkeys(("at", "opens", "moment"), Moment(soon, now)),
    }


def _of_options(now: datetime) -> dict[str, Value]:
    soon = _tomorrow(now)
    return {"day": DayName(soon.date(), now.date()), "at": MomentName(soon, now)}


def _tomorrow(now: datetime) -> datetime:
    return (now + timedelta(days=1)).replace(hour=10, minute=30, second=0, microsecond=0)


def _in(language: str, value: Value) -> Value:
    """Return an example in one language; a text that this language lacks is taken in English."""
    return value.get(language, value["en"]) if isinstance(value, Mapping) else value


# -- a word that fills a blank

MARK = "\N{SECTION SIGN}"
"""A sign that no sentence has. A sentence that says it once it has replaced a word is an example of that word."""


def examples_of_words(language: str, file: Mapping[str, Any], now: datetime) -> Mapping[str, str]:
    """Return, by the name of each word in a prompts file, a sentence that says the word, as it is read aloud.

    A word that none of the example sentences says, such as one for an unusual minute, stands alone.
    """
    script, says = _script(language, file), list(_saying_words(now))
    words = {name: text for name, text in texts_of(file).items() if is_word(name)}
    found = {name: _saying(_marked(name, language, file), says, language) for name in words}
    return {name: script.say(say, language).aloud if say else words[name] for name, say in found.items()}


def _saying(marked: Script, says: Sequence[Say], language: str) -> Say | None:
    return next((say for say in says if MARK in marked.say(say, language).aloud), None)


def _marked(name: str, language: str, file: Mapping[str, Any]) -> Script:
    marked = deepcopy(file)
    put(marked, name, MARK)
    return _script(language, marked)


def _script(language: str, file: Mapping[str, Any]) -> Script:
    return Script({language: prompts_of(language, PromptFile.model_validate(file))})


def _saying_words(now: datetime) -> Iterator[Say]:
    """Yield sentences that say every word which fills a blank."""
    yield from _saying_times(now.replace(hour=0, minute=0, second=0, microsecond=0))
    for day in (now + timedelta(days=ahead) for ahead in (*range(8), *range(8, 365, 6))):
        yield from _saying_day(day, now)
    hours = (now, now + timedelta(hours=1))
    yield Say("week_days", {"days": WeekDays(0, 5), "spans": Spans((hours, hours))})
    yield from (Say("reference", {"reference": Digits((digits,))}) for digits in ("01234", "56789"))


def _saying_times(midnight: datetime) -> Iterator[Say]:
    for minutes in (*range(0, 24 * 60, 15), 10):
        at = midnight + timedelta(minutes=minutes)
        yield Say("earliest", {"at": Moment(at, midnight)})
        yield Say("open_until", {"until": HourToday(at)})


def _saying_day(day: datetime, now: datetime) -> Iterator[Say]:
    yield Say("option_day", {"day": DayName(day.date(), now.date()), "key": "1"})
    yield Say("closure", {"day": Day(day.date(), now.date())})
    yield Say("option_free_time", {"at": MomentName(day, now), "key": "1"})
    yield Say("earliest", {"at": Moment(day, now)})
    yield from (Say("promise_then", {"day": Day(day.date(), now.date()), "part": part}) for part in Part)

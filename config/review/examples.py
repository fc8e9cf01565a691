"""Makes an example of each sentence, with its blanks filled as in a call, for a reviewer or a voice artist.

Pure: the clinic and the moment are arguments.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

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

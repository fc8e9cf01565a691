"""Suggests the Indian public holidays of the year ahead, from python-holidays, in the reader's language.

Closes nothing. Some dates follow the moon and are estimates until they are announced; their names say so.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from ivr.line.hours import Text

PLACE = ("IN", "DL")
"""The place whose holidays are suggested: Delhi in India."""

LANGUAGES: Mapping[str, str] = {"en": "en_IN", "hi": "hi"}
"""The names of the desk's languages in the library `holidays`. For any other language, holidays are in English."""

AHEAD = timedelta(days=365)


@dataclass(frozen=True)
class Holiday:
    """A holiday of the country or state. `public` is true if the holiday is gazetted, and false if it is optional."""

    day: date
    name: str
    public: bool


def holidays_from(day: date, language: str) -> list[Holiday]:
    """Return the public holidays of the year that begins on `day`."""
    found = [each for year in (day.year, day.year + 1) for each in _of_year(year, language)]
    return [each for each in found if day <= each.day < day + AHEAD]


@cache
def _of_year(year: int, language: str) -> tuple[Holiday, ...]:
    from holidays import country_holidays  # noqa: PLC0415 - large, and seldom needed

    country, subdivision = PLACE
    public, every = (
        country_holidays(
            country,
            subdiv=subdivision,
            years=year,
            language=LANGUAGES.get(language, LANGUAGES["en"]),
            categories=categories,
        )
        for categories in (("public",), ("public", "optional"))
    )
    return tuple(Holiday(day, name, day in public) for day, name in sorted(every.items()))


def reason_of(holiday: Holiday, reasons: Mapping[str, Text], language: str) -> str:
    """Return the key of the reason for a closure, if the holiday's name contains the reason's word; else empty."""
    words = set(re.split(r"[\s;()/]+", holiday.name))
    return next((key for key, text in reasons.items() if text[language] in words), "")

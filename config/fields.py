"""The types of value in clinic.toml, each with the error message for an invalid one."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from ivr.line.hours import Shift, in_order, joined
from ivr.line.phones import NumberRefused, Phone, phone

LANGUAGES = ("en", "hi")
"""The languages of the desk's pages. A text in clinic.toml needs these and every language of the clinic's name."""

LANGUAGE_KEY = re.compile(r"[a-z]{2,8}")
SHIFT = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")


def _phone(written: Any) -> Phone:
    try:
        return phone(str(written))
    except NumberRefused:
        raise ValueError("expected a telephone number such as +91 11 4000 0001") from None


def _time(written: str) -> time:
    try:
        hour = time.fromisoformat(written)
    except ValueError:
        raise ValueError("expected an hour such as 09:00") from None
    if hour.tzinfo:
        raise ValueError("expected an hour of the clinic's own clock, such as 09:00")
    return hour


def _shift(written: Any) -> Shift:
    match = SHIFT.fullmatch(str(written))
    if not match:
        raise ValueError('expected opening hours such as "09:00-20:30"')
    end = time.min if match[2] == "24:00" else _time(match[2])
    return Shift(_time(match[1]), end)


def _ordered(shifts: tuple[Shift, ...]) -> tuple[Shift, ...]:
    """Return the shifts, joined where there is no break in between. Raises ValueError where two overlap."""
    whole = joined(shifts)
    if not in_order(whole):
        raise ValueError("expected shifts in their order, none overlapping another")
    return whole


def _zone(name: Any) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # "Asia" is a folder of zones, which raises an OSError
        raise ValueError("expected a time zone such as Asia/Kolkata") from None


def languages_of(written: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the languages in which clinic.toml must have each text: those of the clinic's name, and of the desk."""
    name = written.get("name")
    return tuple(dict.fromkeys((*(name if isinstance(name, dict) else ()), *LANGUAGES)))


def _each_language(text: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    languages = info.context or LANGUAGES
    if set(text) != set(languages) or not all(words.strip() for words in text.values()):
        raise ValueError(f"expected words in each of {', '.join(languages)}")
    return text


def _known_language(language: str, info: ValidationInfo) -> str:
    languages = info.context or LANGUAGES
    if language not in languages:
        raise ValueError(f"expected one of {', '.join(languages)}")
    return language


def _keyed_by_language(name: dict[str, str]) -> dict[str, str]:
    odd = next((key for key in name if not LANGUAGE_KEY.fullmatch(key)), None)
    if odd is not None:
        raise ValueError(f"{odd!r} is no key of a language; expected one such as pa")
    return name


def _country(code: str) -> str:
    if code not in SUPPORTED_REGIONS:
        raise ValueError("expected a country such as IN")
    return code


Number = Annotated[Phone, BeforeValidator(_phone)]
NumberIfAny = Annotated[Phone | None, BeforeValidator(lambda written: _phone(written) if written else None)]
Hour = Annotated[time, BeforeValidator(lambda written: _time(str(written)))]
Shifts = Annotated[tuple[Annotated[Shift, BeforeValidator(_shift)], ...], AfterValidator(_ordered)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Words = Annotated[dict[str, str], AfterValidator(_each_language)]
Name = Annotated[Words, AfterValidator(_keyed_by_language)]
"""The clinic's name, by language. Its languages are those of the line."""

Language = Annotated[str, AfterValidator(_known_language)]
Country = Annotated[str, AfterValidator(_country)]
Minutes = Annotated[int, Field(ge=1, le=7 * 24 * 60)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,19}$")]

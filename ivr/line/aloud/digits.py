"""Decides how the numbers in a sentence are read aloud: digit by digit in words, where a voice would read a number.

Pure: knows no carrier, and no sentence of the line. Numbers of two digits, and years, are left to the voice.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple


class Phrase(NamedTuple):
    """A part of a sentence as it is written, and as it is read aloud; empty where it is read as it is written."""

    written: str
    aloud: str = ""


BETWEEN_GROUPS = ", "
"""The sign at which a voice pauses between two groups of digits."""

SHORT = r"(?<![\w.,:/-])(?:\d|[1१]\d\d|[1१](?![9९])\d{3})(?![\w/-]|[.,:]\d)"
"""A key, or a short number that is called, such as 112 and 1098; neither an amount (500), a year nor a date."""

LONG = r"(?:(?<![\w.,:])\d{5,}|(?<![\w.,:/-])[0०]\d+)(?!\w|[.,:]\d)"
"""A telephone number, a postcode, or an STD code; not the end of an amount (1,50,000), a time (10:05) or a date."""

ONE_BY_ONE = re.compile(f"{SHORT}|{LONG}")
"""The numbers within a text that are read digit by digit."""


@lru_cache(maxsize=2_048)
def read_aloud(text: str, digits: tuple[str, ...]) -> tuple[Phrase, ...]:
    """Return the text in phrases; `digits` are the words of a language for 0 to 9. The prompts are looked at once."""
    return tuple(_phrases(text, digits))


def _phrases(text: str, digits: tuple[str, ...]) -> Iterator[Phrase]:
    since = 0
    for number in ONE_BY_ONE.finditer(text):
        yield Phrase(text[since : number.start()])
        yield spelled((number[0],), digits)
        since = number.end()
    yield Phrase(text[since:])


def spelled(groups: Iterable[str], digits: Sequence[str]) -> Phrase:
    """Return the groups of digits as they are written, and digit by digit in words."""
    groups = tuple(groups)
    aloud = (" ".join(digits[int(digit)] for digit in group) for group in groups)
    return Phrase(" ".join(groups), BETWEEN_GROUPS.join(aloud))


def joined(phrases: Iterable[Phrase]) -> Iterator[Phrase]:
    """Yield the phrases without empty ones; neighbours that are read as they are written become one."""
    before = Phrase("")
    for each in phrases:
        if before.aloud or each.aloud:
            yield from (before,) if before.written else ()
            before = each
        else:
            before = Phrase(before.written + each.written)
    if before.written:
        yield before

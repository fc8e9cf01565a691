"""Decides which numbers in a sentence are read aloud digit by digit in words, and not as whole numbers.

Pure: knows no carrier, and no sentence of the line. Numbers of two digits, and years, are left to the voice.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple


class Phrase(NamedTuple):
    """A part of a sentence: as it is written, and as it is read aloud. `aloud` is empty where both are the same."""

    written: str
    aloud: str = ""


BETWEEN_GROUPS = ", "
"""The sign between two groups of digits in the words that a voice reads aloud: the voice pauses at it."""

SHORT = r"(?<![\w.,:/-])(?:\d|[1१]\d\d|[1१](?![9९])\d{3})(?![\w/-]|[.,:]\d)"
"""The pattern of one digit, or of a short number to call, such as 112 or 1098; not of an amount, a year or a date."""

LONG = r"(?:(?<![\w.,:])\d{5,}|(?<![\w.,:/-])[0०]\d+)(?!\w|[.,:]\d)"
"""The pattern of a telephone number, a postcode or an STD code; not of an amount (1,50,000), a time or a date."""

ONE_BY_ONE = re.compile(f"{SHORT}|{LONG}")
"""The pattern of every number in a sentence that is read aloud digit by digit: those of SHORT and of LONG."""


@lru_cache(maxsize=2_048)
def read_aloud(text: str, digits: tuple[str, ...]) -> tuple[Phrase, ...]:
    """Return a sentence's text as phrases, its numbers digit by digit; `digits` are its language's words for 0 to 9.

    Results are remembered, so that each text of the prompts is looked through once.
    """
    return tuple(_phrases(text, digits))


def _phrases(text: str, digits: tuple[str, ...]) -> Iterator[Phrase]:
    since = 0
    for number in ONE_BY_ONE.finditer(text):
        yield Phrase(text[since : number.start()])
        yield spelled((number[0],), digits)
        since = number.end()
    yield Phrase(text[since:])


def spelled(groups: Iterable[str], digits: Sequence[str]) -> Phrase:
    """Return these groups of digits as one phrase: written as digits, and read aloud digit by digit in words."""
    groups = tuple(groups)
    aloud = (" ".join(digits[int(digit)] for digit in group) for group in groups)
    return Phrase(" ".join(groups), BETWEEN_GROUPS.join(aloud))


def joined(phrases: Iterable[Phrase]) -> Iterator[Phrase]:
    """Yield a sentence's phrases without empty ones; neighbours that are read as written are merged into one."""
    before = Phrase("")
    for each in phrases:
        if before.aloud or each.aloud:
            yield from (before,) if before.written else ()
            before = each
        else:
            before = Phrase(before.written + each.written)
    if before.written:
        yield before

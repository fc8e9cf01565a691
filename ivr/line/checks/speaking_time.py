"""Estimates the seconds that it takes to say a sentence, from its letters, words, digits and pauses.

Pure: no voice is asked. `python -m bench.speech` compares the estimate with espeak-ng, sentence by sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from unicodedata import category

STOPS, COMMAS = frozenset(".!?।:;"), frozenset(",")
"""The signs after which a voice makes a long pause, and those after which it makes a short one."""


@dataclass(frozen=True)
class Pace:
    """The seconds that a voice needs for each letter, word and digit, and those of each pause."""

    letter: float
    word: float
    digit: float
    stop: float
    comma: float


PACES: Mapping[str, Pace] = {
    "en": Pace(letter=0.070, word=0.023, digit=0.327, stop=0.316, comma=0.308),
    "hi": Pace(letter=0.068, word=0.097, digit=0.150, stop=0.477, comma=0.316),
}
"""The pace of each language, a least-squares fit to 142 sentences of config/prompts by `espeak-ng -s 150`, 28 Nov 2026.

The error is at most a tenth in nine of ten sentences, and a fiftieth in a whole call. Vowel signs count as letters."""

SLOWEST = Pace(**{each: max(getattr(pace, each) for pace in PACES.values()) for each in Pace.__dataclass_fields__})
"""The pace for a language that was not measured; its estimate is too long rather than too short."""


def seconds(words: str, language: str) -> float:
    """Return the estimated seconds for saying these words in this language, with the pause after each sentence."""
    pace = PACES.get(language, SLOWEST)
    said = words.split()
    return (
        sum(_is_letter(letter) for letter in words) * pace.letter
        + sum(any(map(str.isalnum, word)) for word in said) * pace.word
        + sum(letter.isdigit() for letter in words) * pace.digit
        + sum(word[-1] in STOPS for word in said) * pace.stop
        + sum(word[-1] in COMMAS for word in said) * pace.comma
    )


def _is_letter(letter: str) -> bool:
    return category(letter)[0] in "LM"

"""Reads config/prompts: every sentence of every language, checked at start so that none is missing in a call."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from config.checked import BadFile, Strict, load
from config.settings import ROOT
from ivr.line.booking import Part
from ivr.line.script import Clock, Days, Prompts, Script, blanks_of

FOLDER = ROOT / "config" / "prompts"
DISTANCES = {"today", "tomorrow", "week", "later"}


def _not_blank(sentence: str) -> str:
    if not sentence.strip():
        raise ValueError("is empty; expected a sentence")
    try:
        blanks_of(sentence)
    except ValueError as broken:
        raise ValueError(f"has a brace out of place ({broken})") from broken
    return sentence


def _each_distance(patterns: dict[str, str]) -> dict[str, str]:
    if set(patterns) != DISTANCES:
        raise ValueError(f"expected the keys {', '.join(sorted(DISTANCES))}")
    return patterns


Sentence = Annotated[str, AfterValidator(_not_blank)]
ByDistance = Annotated[dict[str, Sentence], AfterValidator(_each_distance)]


class ClockWords(Strict):
    """How hours are said."""

    hour: Sentence
    quarter: Sentence
    half: Sentence
    three_quarters: Sentence
    other: Sentence
    noon: Sentence
    midnight: Sentence
    hours: tuple[Sentence, ...] = Field(min_length=12, max_length=12)
    irregular: dict[str, Sentence]
    parts: tuple[tuple[int, Sentence, Sentence], ...]

    @model_validator(mode="after")
    def _begins_at_midnight(self) -> Self:
        if not self.parts or self.parts[0][0] != 0:
            raise ValueError("parts: expected the first to begin at hour 0")
        return self


class DayWords(Strict):
    """How days are said."""

    weekdays: tuple[Sentence, ...] = Field(min_length=7, max_length=7)
    months: tuple[Sentence, ...] = Field(min_length=12, max_length=12)
    run: Sentence
    names: ByDistance
    dates: ByDistance
    moments: ByDistance


class Words(Strict):
    """The other words that fill blanks."""

    morning: Sentence
    afternoon: Sentence
    evening: Sentence
    span: Sentence
    spans_joint: str


class PromptFile(Strict):
    """One language's file."""

    sentences: dict[str, Sentence]
    clock: ClockWords
    days: DayWords
    words: Words


def read(languages: tuple[str, ...], folder: Path = FOLDER) -> Script:
    """The script in these languages. Raises BadFile where a file is wrong or a sentence is not in all of them."""
    prompts = {language: _prompts(language, load(folder / f"{language}.toml", PromptFile)) for language in languages}
    complaints = [line for language in languages for line in _differences(prompts[languages[0]], prompts[language])]
    if complaints:
        raise BadFile("\n".join(complaints))
    return Script(prompts)


def _prompts(language: str, file: PromptFile) -> Prompts:
    return Prompts(
        language=language,
        clock=Clock(**dict(file.clock)),
        days=Days(**dict(file.days)),
        parts={part: getattr(file.words, part) for part in Part},
        span=file.words.span,
        spans_joint=file.words.spans_joint,
        sentences=file.sentences,
    )


def _differences(one: Prompts, other: Prompts) -> list[str]:
    """What keeps the two from saying the same: a sentence that only one has, or other blanks in it."""
    absent = one.sentences.keys() ^ other.sentences.keys()
    lines = [f"prompts: the sentence {name!r} is not in every language" for name in sorted(absent)]
    for name in sorted(one.sentences.keys() & other.sentences.keys()):
        mine, theirs = blanks_of(one.sentences[name]), blanks_of(other.sentences[name])
        if mine != theirs:
            lines.append(
                f"{other.language}.toml: sentences.{name}: expected the blanks {sorted(mine)}, has {sorted(theirs)}"
            )
    return lines

"""Reads config/prompts and checks at start that every sentence exists in every language."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from config.settings import ROOT
from config.toml_file import BadFile, Strict, load
from ivr.line.booking import Part
from ivr.line.clinic import Clinic
from ivr.line.engine.speeches import sentences
from ivr.line.script import Clock, Days, Language, Prompts, Script, blanks_of

CLINIC_FILE = ROOT / "config" / "clinic.toml"
FOLDER = CLINIC_FILE.with_name("prompts")
OF_TOPICS = ("topic_", "advice_")
"""The prefixes of sentence names that may stay unused: they may belong to advice topics that are switched off."""

DISTANCES = {"today", "tomorrow", "week", "later"}


@lru_cache(maxsize=4096)  # each sentence is looked at for its form, its blanks, and what is expected of it
def _blanks(sentence: str) -> frozenset[str]:
    try:
        return blanks_of(sentence)
    except ValueError as broken:
        raise ValueError(f"has a brace out of place ({broken})") from broken


def _filled(*blanks: str) -> AfterValidator:
    """Return a validator that allows only these blanks in a text."""

    def check(words: str) -> str:
        odd = sorted(_blanks(words) - set(blanks))
        if odd:
            raise ValueError(f"has the blank {odd[0]!r}; expected at most {', '.join(blanks) or 'none'}")
        return words

    return AfterValidator(check)


def _not_empty(sentence: str) -> str:
    if not sentence.strip():
        raise ValueError("is empty; expected a sentence")
    _blanks(sentence)
    return sentence


def _each_distance(patterns: dict[str, str]) -> dict[str, str]:
    if set(patterns) != DISTANCES:
        raise ValueError(f"expected the keys {', '.join(sorted(DISTANCES))}")
    return patterns


def _in_english(names: dict[str, str]) -> dict[str, str]:
    if "en" not in names:
        raise ValueError('expected the English name at least, such as { en = "Hindi" }')
    return names


Sentence = Annotated[str, AfterValidator(_not_empty)]
Word = Annotated[Sentence, _filled()]
OfTheHour = Annotated[Sentence, _filled("hour", "next", "minute", "part")]
OfTheDay = Annotated[Sentence, _filled("weekday", "day", "month")]
OfTheMoment = Annotated[Sentence, _filled("weekday", "day", "month", "time")]
DaysByDistance = Annotated[dict[str, OfTheDay], AfterValidator(_each_distance)]
MomentsByDistance = Annotated[dict[str, OfTheMoment], AfterValidator(_each_distance)]


class ClockWords(Strict):
    """The words of a language for times of day."""

    hour: OfTheHour
    quarter: OfTheHour
    half: OfTheHour
    three_quarters: OfTheHour
    other: OfTheHour
    noon: Word
    midnight: Word
    hours: tuple[Word, ...] = Field(min_length=12, max_length=12)
    irregular: dict[str, OfTheHour]
    parts: tuple[tuple[int, Word, Word], ...]

    @model_validator(mode="after")
    def _begins_at_midnight(self) -> Self:
        if not self.parts or self.parts[0][0] != 0:
            raise ValueError("parts: expected the first to begin at hour 0")
        return self


class DayWords(Strict):
    """The words of a language for days."""

    weekdays: tuple[Word, ...] = Field(min_length=7, max_length=7)
    months: tuple[Word, ...] = Field(min_length=12, max_length=12)
    run: Annotated[Sentence, _filled("first", "last")]
    names: DaysByDistance
    dates: DaysByDistance
    choices: MomentsByDistance
    moments: MomentsByDistance


class Words(Strict):
    """The words of a language for parts of the day, spans of time and digits, which fill the blanks of sentences."""

    morning: Word
    afternoon: Word
    evening: Word
    span: Annotated[Sentence, _filled("start", "end")]
    spans_joint: Annotated[str, _filled()]
    digits: tuple[Word, ...] = Field(min_length=10, max_length=10)


class LanguageFile(Strict):
    """The names of a language, and the locale and voice with which the carrier speaks it."""

    name: Word
    names: Annotated[dict[str, Word], AfterValidator(_in_english)]
    locale: Annotated[str, Field(pattern="^[a-z]{2,3}-[A-Z]{2}$")]
    voice: Annotated[str, Field(min_length=1)]


class PromptFile(Strict):
    """The file of one language in config/prompts: its sentences, and the words that fill their blanks."""

    language: LanguageFile
    sentences: dict[str, Sentence]
    clock: ClockWords
    days: DayWords
    words: Words


def read(languages: tuple[str, ...], folder: Path = FOLDER, topics: Iterable[str] = ()) -> Script:
    """Return the script in these languages, with the sentences for these topics of advice.

    A language without a file in the folder has the file from config/prompts. Raises BadFile if a file is invalid, or if
    a sentence is missing or has other blanks than the program fills.
    """
    prompts = {language: prompts_of(language, load(file_of(language, folder), PromptFile)) for language in languages}
    expected = sentences(topics)
    complaints = [line for each in prompts.values() for line in _complaints(each, expected)]
    if complaints:
        raise BadFile("\n".join(complaints))
    return Script(prompts)


def read_for(clinic: Clinic, clinic_file: Path = CLINIC_FILE) -> Script:
    """Return the script of this clinic: in the languages of its name, and for its topics. Raises BadFile.

    The prompts are read from the folder `prompts` beside the clinic's file, or else from config/prompts.
    """
    return read(tuple(clinic.name), clinic_file.with_name(FOLDER.name), [topic.key for topic in clinic.topics])


def file_of(language: str, folder: Path) -> Path:
    """Return the path of this language's prompts: the file in `folder` if there is one, else that in config/prompts."""
    own = folder / f"{language}.toml"
    return own if own.is_file() else FOLDER / own.name


def prompts_of(language: str, file: PromptFile) -> Prompts:
    """Return the prompts of a language, as its file has them."""
    return Prompts(
        language=language,
        about=Language(**dict(file.language)),
        clock=Clock(**dict(file.clock)),
        days=Days(**dict(file.days)),
        parts={part: getattr(file.words, part) for part in Part},
        span=file.words.span,
        spans_joint=file.words.spans_joint,
        digits=file.words.digits,
        sentences=file.sentences,
    )


def _complaints(prompts: Prompts, expected: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Yield what is wrong with one language's prompts: sentences that are missing, unknown, or have wrong blanks."""
    where = f"{prompts.language}.toml: sentences"
    for name, blanks in expected.items():
        if name not in prompts.sentences:
            yield f"{where}.{name}: is missing"
        elif (has := _blanks(prompts.sentences[name])) != blanks:
            yield f"{where}.{name}: expected the blanks {sorted(blanks)}, has {sorted(has)}"
    for name in prompts.sentences.keys() - expected.keys():
        if not name.startswith(OF_TOPICS):
            yield f"{where}.{name}: nothing says this sentence; is its name misspelt?"

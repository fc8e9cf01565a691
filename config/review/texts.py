"""Names every text of a prompts file: a sentence by its name, any other text by its way there ("days.weekdays.0").

Pure: works on a file's content, as tomllib or tomlkit reads it.
"""

from collections.abc import Iterator
from typing import Any

ABOUT = {
    "clock": "words that say a time",
    "days": "words that say a day",
    "words": "words for parts of the day, spans of time, digits",
}
"""The sections whose texts fill the blanks of sentences, with the heading that a reviewer is shown."""

SENTENCES = "sentences"


def texts_of(file: Any) -> dict[str, str]:
    """Return all texts of a prompts file that callers hear, by name: the sentences first."""
    words = (text for section in ABOUT for text in _texts(file[section], section))
    return {**file[SENTENCES], **dict(words)}


def _texts(found: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(found, str):
        if found.strip():  # a text of spaces between two others has no words to review
            yield name, found
    elif not isinstance(found, int):  # the hour at which a part of the day begins
        for key, each in found.items() if isinstance(found, dict) else enumerate(found):
            yield from _texts(each, f"{name}.{key}")


def is_word(name: str) -> bool:
    """Return whether the text with this name fills a blank; False for a sentence."""
    return "." in name


def put(file: Any, name: str, words: str) -> None:
    """Put these words in the place of the text with this name."""
    *way, last = name.split(".") if is_word(name) else (SENTENCES, name)
    for key in way:
        file = file[_key(file, key)]
    file[_key(file, last)] = words


def _key(found: Any, key: str) -> str | int:
    return int(key) if isinstance(found, list) else key

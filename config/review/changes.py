"""Compares a reviewer's table with the present sentences: finds the changed sentences, and the changes to refuse.

Pure: reads and writes no file.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from config.review.sheet import SheetRow, tidy
from ivr.line.script import blanks_of

Texts = Mapping[str, Mapping[str, str]]
"""The texts as they are, by language and by name."""


@dataclass(frozen=True)
class SentenceChange:
    """A sentence whose words a reviewer has changed: the words before and after."""

    language: str
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class ReviewedSheet:
    """The changes in a reviewer's table, and a message for each fault. If there is any fault, no change is written."""

    changes: tuple[SentenceChange, ...]
    refused: tuple[str, ...]


def review(rows: Iterable[SheetRow], texts: Texts) -> ReviewedSheet:
    """Return the changes in these rows of a reviewer's table, and the reason for each change that is refused."""
    first: dict[tuple[str, str], SheetRow] = {}
    changes, refused = list[SentenceChange](), list[str]()
    for row in rows:
        before = first.setdefault((row.language, row.name), row)
        odd = list(_odd(row, before, texts))
        refused += [f"line {row.line}: {row.language}.{row.name}: {each}" for each in odd]
        words = texts.get(row.language, {}).get(row.name, "")
        if not odd and before is row and row.sentence not in {words, tidy(words)}:
            changes.append(SentenceChange(row.language, row.name, words, _spaced(row.sentence, words)))
    return ReviewedSheet(tuple(changes), tuple(refused))


def _spaced(words: str, before: str) -> str:
    """Return the words with the spaces around the text before, which a table cannot hold."""
    return before.replace(before.strip(), words)


def _odd(row: SheetRow, before: SheetRow, texts: Texts) -> Iterator[str]:
    """Yield what is wrong with a row of a reviewer's table; `before` is the table's first row for the same sentence."""
    if row.language not in texts:
        yield f"the line speaks no {row.language!r}; expected {', '.join(texts)}"
    elif row.name not in texts[row.language]:
        near = get_close_matches(row.name, texts[row.language], 1)
        yield f"no sentence has this name{f'; is it {near[0]}?' if near else ''}"
    elif not row.sentence:
        yield "is empty; expected a sentence"
    else:
        yield from _odd_blanks(row.sentence, blanks_of(texts[row.language][row.name]))
        if before.sentence != row.sentence:
            yield f"stands in line {before.line} too, with other words"


def _odd_blanks(sentence: str, wanted: frozenset[str]) -> Iterator[str]:
    try:
        has = blanks_of(sentence)
    except ValueError as broken:
        yield f"has a brace out of place ({broken})"
        return
    yield from (f"the blank {{{name}}} is lost" for name in sorted(wanted - has))
    expected = " and ".join(f"{{{name}}}" for name in sorted(wanted)) or "none"
    yield from (f"has a blank {{{name}}} that nobody fills; expected {expected}" for name in sorted(has - wanted))

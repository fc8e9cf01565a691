"""A figure of the reports: a table with a key for the spreadsheet, words for the reader, and its main result in words.

Values, and the sentences that several figures share. The browser draws the pictures from the tables.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ivr.web.i18n import _

Name = TypeVar("Name", bound=str)


@dataclass(frozen=True)
class Row:
    """A row of a report's table."""

    key: str
    words: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Figure:
    """A table of the reports, and a sentence with its main result."""

    key: str
    title: str
    says: str
    of_what: str
    """Heading of the rows."""
    columns: tuple[tuple[str, str], ...]
    """Each column's key and words."""
    rows: Sequence[Row]
    upright: bool = False
    """True where the figure's bars are vertical, as for the hours of a day."""
    beside: bool = False
    """True where the bars of the figure's columns stand beside each other, since their values do not add up."""
    shows: Callable[[int], str] = str
    """Writes a value for the reader; the spreadsheet has the number itself."""
    filler: str = ""
    """The key of a column that alone is nothing to show, such as the free hours where no hour is filled."""

    @property
    def empty(self) -> bool:
        """Return whether the figure has nothing to show."""
        keys = [key for key, _words in self.columns]
        return not any(
            value for row in self.rows for key, value in zip(keys, row.values, strict=True) if key != self.filler
        )


@dataclass(frozen=True)
class FigureGroup:
    """The figures about one subject, under its heading."""

    key: str
    title: str
    figures: Sequence[Figure]

    @property
    def empty(self) -> bool:
        """Return whether none of the figures has anything to show."""
        return all(each.empty for each in self.figures)


def rows_of(words: Mapping[Name, str], counts: Mapping[Name, int]) -> list[Row]:
    """Return a row for each key of `words`, with its count as the one value."""
    return [Row(key, said, (counts.get(key, 0),)) for key, said in words.items()]


def most_of(rows: Sequence[Row]) -> str:
    """Return a sentence about the row with the highest count."""
    if not any(sum(row.values) for row in rows):
        return _("Nothing here.")
    most = max(rows, key=lambda row: sum(row.values))
    count, of_all = sum(most.values), sum(sum(row.values) for row in rows)
    return _("Most often: %(words)s, %(count)s of %(all)s.", words=most.words, count=count, all=of_all)

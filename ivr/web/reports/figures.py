"""A figure of the reports: its main result as a sentence, and a table for the reader, the spreadsheet and the picture.

Values, and the sentences that several figures share. The browser draws the pictures from the tables.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ivr.web.i18n import _

Name = TypeVar("Name", bound=str)


@dataclass(frozen=True)
class Row:
    """A row of a figure's table."""

    key: str
    words: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Figure:
    """A table of the reports, with a sentence that says its main result."""

    key: str
    title: str
    says: str
    of_what: str
    """The heading over the names of the table's rows."""
    columns: tuple[tuple[str, str], ...]
    """The table's columns: for each, its name in the spreadsheet and its heading for the reader."""
    rows: Sequence[Row]
    upright: bool = False
    """True where the bars of the table's picture are vertical, as for the hours of a day."""
    beside: bool = False
    """True where the bars of the columns stand side by side, because a sum of their values has no meaning."""
    shows: Callable[[int], str] = str
    """The function that writes a value for the reader; the spreadsheet for programs has the number itself."""
    filler: str = ""
    """The name of a column, such as free hours, that the property `empty` ignores; an empty text for no column."""

    @property
    def empty(self) -> bool:
        """Return whether the table has no value to show."""
        keys = [key for key, _words in self.columns]
        return not any(
            value for row in self.rows for key, value in zip(keys, row.values, strict=True) if key != self.filler
        )


@dataclass(frozen=True)
class FigureGroup:
    """A group of figures in a report that are about one subject, with the title of the group."""

    key: str
    title: str
    figures: Sequence[Figure]

    @property
    def empty(self) -> bool:
        """Return whether none of the group's figures has a value to show."""
        return all(each.empty for each in self.figures)


def rows_of(words: Mapping[Name, str], counts: Mapping[Name, int]) -> list[Row]:
    """Return a table's rows: one for each key of `words`, with the count of that key as its value."""
    return [Row(key, said, (counts.get(key, 0),)) for key, said in words.items()]


def most_of(rows: Sequence[Row]) -> str:
    """Return a sentence about the row of the table with the highest count."""
    if not any(sum(row.values) for row in rows):
        return _("Nothing here.")
    most = max(rows, key=lambda row: sum(row.values))
    count, of_all = sum(most.values), sum(sum(row.values) for row in rows)
    return _("Most often: %(words)s, %(count)s of %(all)s.", words=most.words, count=count, all=of_all)

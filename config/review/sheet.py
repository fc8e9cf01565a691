"""Writes and reads the table of sentences that goes to a reviewer and comes back from a spreadsheet: CSV.

Pure: text in, rows out. Changes that a spreadsheet makes to a text on the way are undone here.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

COLUMNS = ("language", "name", "sentence", "example", "seconds", "recording", "about")
NEEDED = COLUMNS[:3]

DELIMITERS = (",", ";", "\t")
FORMULA = tuple("=+-@")
"""The first characters by which a spreadsheet takes a cell for a formula and computes it."""

PLAIN_TEXT = "'"
"""The character that makes a spreadsheet read a cell as plain text, if the cell's content begins with it."""

QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "\u00a0": " "})
"""The replacements that undo the typographic quotes and no-break spaces of spreadsheets and word processors."""

ENCODINGS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class NoSheet(Exception):
    """The file is not a table of sentences, as a reviewer should send it back; the message says what is expected."""


@dataclass(frozen=True)
class SheetRow:
    """A row of a table that came back from a reviewer, with the number of its line in the file."""

    line: int
    language: str
    name: str
    sentence: str


def written(rows: Iterable[Iterable[str]]) -> str:
    """Return the table of sentences as CSV, with no cell that a spreadsheet would compute."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def read(content: bytes) -> Iterator[SheetRow]:
    """Yield the rows, except empty ones, of a table of sentences that a reviewer has sent back. Raises NoSheet."""
    text = _text(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    names = [cell.strip().lower() for cell in next(reader, [])]
    if missing := [name for name in NEEDED if name not in names]:
        raise NoSheet(f"its first line names no column {' and no '.join(missing)}; expected {', '.join(NEEDED)}")
    places, line = [names.index(name) for name in NEEDED], reader.line_num + 1
    try:
        for cells in reader:
            found = [tidy(cells[place]) if place < len(cells) else "" for place in places]
            if any(found):
                yield SheetRow(line, *found)
            line = reader.line_num + 1
    except csv.Error as broken:
        raise NoSheet(f"line {line}: is no CSV ({broken})") from broken


def tidy(cell: str) -> str:
    """Return a cell's text on one line, with plain quotes, and without the ' that keeps a text from being a formula."""
    plain = _on_one_line(cell.translate(QUOTES))
    return plain[1:] if plain[:1] == PLAIN_TEXT and plain[1:].startswith(FORMULA) else plain


def _harmless(cell: str) -> str:
    cell = _on_one_line(cell)
    return f"{PLAIN_TEXT}{cell}" if cell.startswith(FORMULA) else cell


def _on_one_line(cell: str) -> str:
    return re.sub(r"\s+", " ", cell).strip()


def _text(content: bytes) -> str:
    encoding = next((name for mark, name in ENCODINGS.items() if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as odd:
        raise NoSheet("is not UTF-8; in the spreadsheet, save it as “CSV UTF-8”") from odd


def _delimiter(text: str) -> str:
    """Return the character between the cells of the table: comma, semicolon or tab, the commonest in its first line."""
    return max(DELIMITERS, key=text.partition("\n")[0].count)

"""Splits the text of a CSV table into rows. Finds the separator, the quotes and the columns' headings. Pure."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ivr.diary.imports.entries import UnreadableFile

COLUMNS: Mapping[str, frozenset[str]] = {
    "day": frozenset({"day", "date", "startdate", "appointmentdate"}),
    "starts": frozenset({"starts", "start", "from", "time", "starttime", "appointmenttime"}),
    "ends": frozenset({"ends", "end", "until", "to", "endtime"}),
    "minutes": frozenset({"minutes", "duration", "length"}),
    "phone": frozenset({"phone", "mobile", "number", "telephone", "phonenumber", "mobilenumber"}),
    "name": frozenset({"name", "patient", "patientname"}),
    "practitioner": frozenset({"practitioner", "doctor", "therapist", "physiotherapist", "place"}),
    "kind": frozenset({"kind"}),
    "status": frozenset({"status"}),
    "note": frozenset({"note", "words"}),
    "id": frozenset({"id", "uid", "appointmentid"}),
}
"""The columns of the table that are read, with the possible headings of each, reduced to lower-case letters."""

HEADINGS = "day, starts, ends or minutes; and phone, name, practitioner, kind, status, note, id where there are any"

Row = Mapping[str, str]
"""The cells of one row of the table, by the name of their column in COLUMNS."""


@dataclass(frozen=True)
class TableRows:
    """The rows of a table, each with the number of its line in the file; None stands for a row with too many cells."""

    rows: tuple[tuple[int, Row | None], ...]
    unused: tuple[str, ...]
    """The headings of the table's columns that are not read."""


def rows_of(text: str) -> TableRows:
    """Return the rows in the text of a table (CSV). Raises UnreadableFile."""
    lines = iter(_lines(text))
    header = next(((line, cells) for line, cells in lines if not _names_the_separator(cells)), (1, []))[1]
    names = [meaning(each) for each in header]
    twice = {each for each in names if each and names.count(each) > 1}
    if twice:
        raise UnreadableFile(f"two columns of the header mean the same: {', '.join(sorted(twice))}")
    if "starts" not in names and "day" not in names:
        raise UnreadableFile(f"it is no calendar (ICS), and its first line is no header of a table: {HEADINGS}")
    unused = tuple(each for each in header if each and not meaning(each))
    rows = tuple((line, _row(names, cells)) for line, cells in lines)
    return _without_ids(rows, unused) if _are_of_patients(rows) else TableRows(rows, unused)


def _are_of_patients(rows: Sequence[tuple[int, Row | None]]) -> bool:
    """Return whether some id belongs to more than one appointment time, so that ids mean patients, not appointments."""
    times = {(row["id"], row.get("day"), row.get("starts")) for _, row in rows if row and row.get("id")}
    return len({each for each, _, _ in times}) < len(times)


def _without_ids(rows: Sequence[tuple[int, Row | None]], unused: tuple[str, ...]) -> TableRows:
    bare = tuple((line, row and {name: cell for name, cell in row.items() if name != "id"}) for line, row in rows)
    return TableRows(bare, (*unused, "id, which stands for several times"))


def _row(names: Sequence[str], cells: Sequence[str]) -> Row | None:
    if any(cells[len(names) :]):
        return None
    return {name: cell for name, cell in zip(names, cells, strict=False) if name}


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a table that are not empty, each with its number and its cells. Raises UnreadableFile."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    line = 1
    try:
        for cells in reader:
            stripped = [each.strip() for each in cells]
            if any(stripped):
                yield line, stripped
            line = reader.line_num + 1
    except csv.Error:
        raise UnreadableFile(f"line {line} is no line of a table: is a quote left open?") from None


def _separator(text: str) -> str:
    """Return the separator of the table's cells: the sign after `sep=`, or else the commonest in the first line."""
    first = next((each for each in text.splitlines() if each.strip()), "")
    if first.lower().startswith("sep=") and len(first) > 4:  # as Excel writes for itself
        return first[4]
    return max(",;\t", key=first.count)


def _names_the_separator(cells: Sequence[str]) -> bool:
    return cells[0].lower().startswith("sep=")


def meaning(heading: str) -> str:
    """Return the name in COLUMNS of the column with this heading; empty for a column that is not read."""
    heading = letters(heading)
    return next((name for name, words in COLUMNS.items() if heading in words), "")


def letters(cell: str) -> str:
    """Return only the letters of a table's cell or heading, in lower case."""
    return re.sub(r"[^a-z]", "", cell.casefold())

"""A reviewer's table of sentences that comes back from a spreadsheet: it is read as meant, or refused."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.review.sheet import COLUMNS, FORMULA, NoSheet, SheetRow, read, tidy, written

ROWS = (("hi", "goodbye", "नमस्ते। फिर मिलेंगे।"), ("en", "option_book", 'For an "appointment", press {key}.'))
THESE = [SheetRow(2, *ROWS[0]), SheetRow(3, *ROWS[1])]


def table(delimiter: str = ",", end: str = "\n") -> str:
    text = io.StringIO(newline="")
    written_by = csv.writer(text, delimiter=delimiter, lineterminator=end)
    written_by.writerows([("Language", " name", "SENTENCE"), *ROWS])
    return text.getvalue()


SAVED = {
    "as it was": table().encode(),
    "by Excel, in UTF-8": table(end="\r\n").encode("utf-8-sig"),
    "by Excel in Europe": table(";", "\r\n").encode("utf-8-sig"),
    "as Unicode text": table("\t", "\r\n").encode("utf-16"),
    "by an old Macintosh": table(end="\r").encode(),
    "with empty rows at the end": table().encode() + b",,,\n\n ,,\n",
    "with columns of the reviewer's own": table()
    .replace("SENTENCE", "sentence,ok?")
    .replace(".\n", ".,yes\n")
    .encode(),
}


@pytest.mark.parametrize("way", SAVED)
def test_a_table_is_read_however_it_was_saved(way: str) -> None:
    assert list(read(SAVED[way])) == THESE


def test_a_row_is_named_by_the_line_on_which_it_begins() -> None:
    content = b'language,name,sentence\n\nen,goodbye,"Thank you.\nGoodbye."\n\n\nen,week,Hours\n'
    assert [(row.line, row.sentence) for row in read(content)] == [(3, "Thank you. Goodbye."), (7, "Hours")]


def test_a_row_that_ends_too_soon_has_an_empty_sentence() -> None:
    assert list(read(b"language,name,sentence\nen,goodbye\n")) == [SheetRow(2, "en", "goodbye", "")]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("The clinic’s “hours”", 'The clinic\'s "hours"'),
        (" two\u00a0 spaces\tand a\r\nline ", "two spaces and a line"),
        ("'=1+1", "=1+1"),
        ("'tis", "'tis"),
    ],
)
def test_what_a_spreadsheet_has_made_of_a_cell_is_undone(cell: str, meant: str) -> None:
    assert tidy(cell) == meant


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no column language and no name and no sentence"),
        (b"\n\n", "no column"),
        (b"language,name\nen,goodbye\n", "no column sentence; expected language, name, sentence"),
        (table().encode("utf-16-le"), "no column"),
        (b"language,name,sentence\nen,goodbye,caf\xe9\n", "is not UTF-8"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00\xe9", "is not UTF-8"),
        (b'language,name,sentence\nen,goodbye,"' + b"x" * 200_000, "line 2: is no CSV"),
    ],
)
def test_what_is_no_such_table_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(NoSheet, match=why):
        list(read(content))


@pytest.mark.parametrize("begins", FORMULA)
def test_no_cell_is_computed_by_a_spreadsheet_and_each_comes_back(begins: str) -> None:
    text = written([("en", "goodbye", f"\t {begins}HYPERLINK(1)", "", "", "", "")])
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["sentence"].startswith(f"'{begins}")
    assert [each.sentence for each in read(text.encode())] == [f"{begins}HYPERLINK(1)"]


WORDS = (
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="'"), min_size=1).map(tidy).filter(bool)
)


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_any_sentences_come_back_as_they_went(sentences: list[str]) -> None:
    text = written(("en", f"name{number}", words, *[""] * 4) for number, words in enumerate(sentences))
    assert [row.sentence for row in read(text.encode())] == sentences
    assert text.partition("\n")[0].split(",") == list(COLUMNS)

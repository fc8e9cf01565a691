"""The encodings of exported files: every letter is read, in whatever encoding the file was saved."""

import pytest

from ivr.diary.imports.entries import UnreadableFile
from ivr.diary.imports.file_text import LARGEST, text_of_file

WORDS = "day,name\n2026-11-24,Renée\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_read_in_its_encoding(encoding: str) -> None:
    assert text_of_file(WORDS.encode(encoding)) == WORDS


def test_hindi_is_read_as_excel_saves_it() -> None:
    words = "day,name\n2026-11-24,बना हुआ\n"
    assert text_of_file(words.encode("utf-16")) == text_of_file(words.encode("utf-8-sig")) == words


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"  \n\n", "it is empty"),
        (b"\xef\xbb\xbf", "it is empty"),
        (b"\n  <html>", "a web page"),
        (b'{"a": 1}', "JSON"),
        (b"\xd0\xcf\x11\xe0rest", "an older Excel"),
        (b"day\x00,", "it is no text"),
        (b"\xff\xfeodd", "its letters cannot be read"),
        (b"day,\x81\x8d", "its letters cannot be read"),
        (b"a" * (LARGEST + 1), "larger than 50 MB"),
    ],
)
def test_what_is_no_text_is_said(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        text_of_file(data)

"""Reads exported text files in UTF-8, UTF-16 or Windows-1252; refuses other files and names their kind. No store."""

import codecs
from collections.abc import Mapping

from ivr.diary.imports.entries import UnreadableFile

LARGEST = 50 * 2**20
"""The largest file that an import reads, in bytes."""

SAVE_AS_CSV = "save the sheet as CSV (UTF-8), and import that"

OTHER_KINDS: Mapping[bytes, str] = {
    b"PK\x03\x04": f"a workbook or another packed file: {SAVE_AS_CSV}",
    b"\xd0\xcf\x11\xe0": f"a workbook of an older Excel: {SAVE_AS_CSV}",
    b"%PDF": "a PDF: export the diary as ICS or CSV",
    b"<": "a web page or XML: export the diary as ICS or CSV",
    b"{": "JSON: export the diary as ICS or CSV",
}
"""The first bytes of files that cannot be imported, with the kind of file and what to do instead."""

ENCODINGS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
"""The first bytes of a file that tell its encoding, as Excel writes them, each with Python's name of the encoding."""


def text_of_file(data: bytes) -> str:
    """Return the text of an exported file. Raises UnreadableFile."""
    if len(data) > LARGEST:
        raise UnreadableFile("it is larger than 50 MB: export only what lies ahead")
    text = _decoded(data)
    if not text.strip():
        raise UnreadableFile("it is empty")
    _require_text(text.lstrip().encode()[:8])
    return text


def _decoded(data: bytes) -> str:
    _require_text(data[:8])
    marked = next((name for mark, name in ENCODINGS if data.startswith(mark)), "")
    if not marked and b"\0" in data:
        raise UnreadableFile("it is no text: export the diary as ICS or CSV")
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile("its letters cannot be read: save it as UTF-8")


def _require_text(first: bytes) -> None:
    for begins, kind in OTHER_KINDS.items():
        if first.startswith(begins):
            raise UnreadableFile(f"it is {kind}")

"""Changed sentences and notes on recordings: on a full disk every file stays as it was, and nothing is left."""

import shutil
from pathlib import Path

import pytest

from config.recordings import NOTED, Recording
from config.review.changes import SentenceChange
from config.review.files import note, write_changes
from config.sentences import FOLDER
from tests.reports.test_spool import room_for


def contents(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def recorded(language: str, sentence: str, words: str) -> tuple[Recording, str]:
    return Recording(language, sentence, b"", 1.0, "1" * 16), words


def test_of_the_notes_in_two_languages_both_are_replaced_or_none(tmp_path: Path) -> None:
    for language in ("en", "hi"):
        (tmp_path / language).mkdir()
    assert note([recorded("en", "goodbye", "Bye.")], tmp_path) == [tmp_path / "en" / NOTED]
    before = contents(tmp_path)
    with room_for(500), pytest.raises(OSError, match="too large"):
        note([recorded("en", "hours", "We are open."), recorded("hi", "goodbye", "नमस्ते। " * 100)], tmp_path)
    assert contents(tmp_path) == before
    note([recorded("en", "hours", "We are open."), recorded("hi", "goodbye", "नमस्ते। " * 100)], tmp_path)
    assert "We are open." in (tmp_path / "en" / NOTED).read_text()


def test_sentences_that_find_no_room_leave_nothing_behind(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "prompts"))
    before = contents(folder)
    with room_for(500), pytest.raises(OSError, match="too large"):
        write_changes([SentenceChange("en", "goodbye", "", "Be well.")], folder)
    assert contents(folder) == before

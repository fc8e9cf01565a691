"""Recordings. A file is used if it is playable and its words are up to date; otherwise it is named with the reason."""

from pathlib import Path

import pytest

from config.clinic import LANGUAGES
from config.recordings import LONGEST, MOST_BYTES, NOTED, read
from config.sentences import read as read_script
from ivr.line.script import blanks_of
from tests.sounds import record, sound

SCRIPT = read_script(LANGUAGES)
WHOLE = [name for name, words in SCRIPT.prompts("hi").sentences.items() if not blanks_of(words)]
WITH_A_BLANK = next(name for name, words in SCRIPT.prompts("hi").sentences.items() if blanks_of(words))
THIS, OTHER = WHOLE[:2]

BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is no WAV file"),
    "no sound at all": (b"Dear clinic, here is the recording.", "is no WAV file"),
    "an MP3 by another name": (b"ID3\x04\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x00" * 40, "is no WAV file"),
    "its header alone": (sound()[:44], "ends after 0.0 of its 1.0 seconds"),
    "half of its header": (sound()[:20], "is no WAV file"),
    "cut off while it was copied": (sound(2.0)[:20_000], "ends after 1.2 of its 2.0 seconds"),
    "telephone sound in another code": (
        sound().replace(b"fmt \x10\x00\x00\x00\x01", b"fmt \x10\x00\x00\x00\x07"),
        "is no",
    ),
    "for two ears": (sound(channels=2), "has 2 channels, 16 bits, 8000 Hz; expected 1 channel"),
    "of eight bits": (sound(width=1), "has 1 channels, 8 bits"),
    "of a studio": (sound(rate=44_100), "44100 Hz; expected"),
    "a click": (sound(0.1), "lasts 0.1 seconds"),
    "a lecture": (sound(LONGEST + 1), "lasts 61.0 seconds"),
    "a whole day": (b"RIFF" + bytes(MOST_BYTES), "is larger than 60 seconds"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_played_is_named_in_one_line_and_left_out(name: str, tmp_path: Path) -> None:
    content, why = BROKEN[name]
    record(tmp_path / "voices", "hi", THIS, content)
    record(tmp_path / "voices", "hi", OTHER)
    found = read(tmp_path / "voices", SCRIPT)
    assert [each.sentence for each in found.usable] == [OTHER]
    (line,) = found.faults
    assert line.startswith(f"voices/hi/{THIS}.wav: ")
    assert why in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("language", "sentence", "why"),
    [
        ("hi", "goodby", "no sentence has this name"),
        ("pa", THIS, "the line speaks no 'pa'; expected en, hi"),
        ("hi", WITH_A_BLANK, "the sentence has a blank, so it is spoken"),
    ],
)
def test_a_recording_that_no_sentence_plays_is_named(language: str, sentence: str, why: str, tmp_path: Path) -> None:
    record(tmp_path / "voices", language, sentence)
    found = read(tmp_path / "voices", SCRIPT)
    assert found.usable == ()
    assert why in found.faults[0]


def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "voices" / "hi" / f"{THIS}.wav").mkdir(parents=True)
    (tmp_path / "voices" / "hi" / f"{OTHER}.wav").symlink_to(tmp_path / "nowhere")
    found = read(tmp_path / "voices", SCRIPT)
    assert [line.partition("(")[2] for line in found.faults] == ["Is a directory)", "No such file or directory)"]


@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_a_good_recording_has_its_length_and_the_name_of_its_content(rate: int, tmp_path: Path) -> None:
    path = record(tmp_path / "voices", "en", THIS, sound(2.5, rate=rate))
    (first,) = read(tmp_path / "voices", SCRIPT).usable
    assert (first.language, first.sentence, first.seconds) == ("en", THIS, 2.5)
    path.write_bytes(sound(2.5, rate=rate, fill=1))
    (second,) = read(tmp_path / "voices", SCRIPT).usable
    assert first.file != second.file


def test_a_name_in_capital_letters_from_a_windows_machine_counts(tmp_path: Path) -> None:
    record(tmp_path / "voices", "en", THIS).rename(tmp_path / "voices" / "en" / f"{THIS}.WAV")
    assert [each.sentence for each in read(tmp_path / "voices", SCRIPT).usable] == [THIS]


def noted(tmp_path: Path, **words: str) -> None:
    """Write the notes file of the Hindi recordings: the words and the digest of the sound of each recording."""
    folder = tmp_path / "voices" / "hi"
    sounds = {each.sentence: each.digest for each in read(tmp_path / "voices", SCRIPT).usable}
    lines = (f'{name} = {{ words = "{said}", sound = "{sounds[name]}" }}\n' for name, said in words.items())
    (folder / NOTED).write_text("[recorded]\n" + "".join(lines))


def test_a_recording_of_other_words_is_not_played(tmp_path: Path) -> None:
    """A recording is not used once its sentence has other words, because a caller would hear what is no longer true."""
    record(tmp_path / "voices", "hi", THIS)
    record(tmp_path / "voices", "hi", OTHER)
    noted(tmp_path, **{THIS: "108 पर फ़ोन कीजिए।", OTHER: SCRIPT.prompts("hi").sentences[OTHER]})
    found = read(tmp_path / "voices", SCRIPT)
    assert [each.sentence for each in found.usable] == [OTHER]
    assert [(each.name, each.says) for each in found.stale] == [(f"hi/{THIS}", "108 पर फ़ोन कीजिए।")]


def test_a_new_recording_in_its_place_is_played(tmp_path: Path) -> None:
    record(tmp_path / "voices", "hi", THIS)
    noted(tmp_path, **{THIS: "other words"})
    record(tmp_path / "voices", "hi", THIS, sound(fill=1))
    assert [each.sentence for each in read(tmp_path / "voices", SCRIPT).usable] == [THIS]


def test_notes_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    record(tmp_path / "voices", "hi", THIS)
    (tmp_path / "voices" / "hi" / NOTED).write_text("[recorded")
    found = read(tmp_path / "voices", SCRIPT)
    assert found.usable == ()
    assert "is not TOML" in found.faults[0]


def test_a_clinic_without_recordings_has_none(tmp_path: Path) -> None:
    found = read(tmp_path / "voices", SCRIPT)
    assert (found.usable, found.faults, found.stale) == ((), (), ())

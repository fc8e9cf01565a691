"""Recordings: played instead of the carrier's voice, while other sentences are spoken, and served to the carrier."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from ivr.line.script import blanks_of
from tests.people import Conversation, Phone
from tests.sounds import record, sound
from tests.web import Serves

LANGUAGES = ("en", "hi")


@pytest.fixture
def recorded(tmp_path: Path, serves: Serves, phone: Phone) -> Iterator[Phone]:
    """A telephone at a service that has recordings of all sentences without blanks, made of only three sounds."""
    script = phone.services.script
    for language in LANGUAGES:
        whole = [name for name, words in script.prompts(language).sentences.items() if not blanks_of(words)]
        for number, name in enumerate(whole):
            record(tmp_path / "voices", language, name, sound(1 + number % 3))
    with serves() as other:
        yield other


def booked(phone: Phone, language: str) -> list[Conversation]:
    """Make a call that asks for an appointment and confirms it; return the call as it was after each turn."""
    turns = [phone.rings(lang=language)]
    for key in ("1", "-", "1", "1", "1"):
        call = turns[-1]
        turns.append(another(call).stays_silent() if key == "-" else another(call).press(key))
    return turns


def another(call: Conversation) -> Conversation:
    return Conversation(**{name: value for name, value in vars(call).items() if not name.startswith("_")})


def browser(phone: Phone) -> FlaskClient:
    return phone.app.test_client(use_cookies=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_recorded_sentence_stands_beside_the_spoken_ones(phone: Phone, recorded: Phone, language: str) -> None:
    script = phone.services.script
    whole = {words for words in script.prompts(language).sentences.values() if not blanks_of(words)}
    played = 0
    for spoken, heard in zip(booked(phone, language), booked(recorded, language), strict=True):
        assert (heard.place, len(heard.heard)) == (spoken.place, len(spoken.heard))
        for one, other in zip(spoken.spoken, heard.spoken, strict=True):
            assert (one.language, one.cuttable, one.recording) == (other.language, other.cuttable, "")
            assert other.words == one.words
            if one.language.startswith(language):
                assert bool(other.recording) == (one.words in whole), one.words
                played += bool(other.recording)
    assert played > 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_transcript_shows_the_words_of_what_is_played(recorded: Phone, language: str) -> None:
    printed = recorded.app.test_cli_runner().invoke(args=["hear", "--lang", language])
    assert "[plays" not in printed.output
    goodbye = recorded.services.script.prompts(language).sentences["goodbye"]
    assert goodbye in [line.strip() for line in printed.output.splitlines()]


def test_each_sound_is_served_under_the_name_of_its_content_for_a_year(recorded: Phone) -> None:
    call = recorded.rings().press("1")
    addresses = [each.recording for each in call.spoken if each.recording]
    assert addresses
    for address in addresses:
        assert address.startswith("https://line.example/recordings/")
        answer = browser(recorded).get(recorded.within(address))
        assert (answer.status_code, answer.mimetype) == (200, "audio/wav")
        assert hashlib.sha256(answer.data).hexdigest().startswith(address.rpartition("-")[2].removesuffix(".wav"))
        assert answer.data.startswith(b"RIFF")
        assert set(answer.headers["Cache-Control"].split(", ")) == {"public", "max-age=31536000", "immutable"}
        assert "Set-Cookie" not in answer.headers


def test_a_part_of_a_sound_can_be_asked_for_as_of_any_file(recorded: Phone) -> None:
    path = next(recorded.within(each.recording) for each in recorded.rings().press("1").spoken if each.recording)
    whole = browser(recorded).get(path)
    part = browser(recorded).get(path, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (206, b"RIFF")
    assert part.headers["Content-Range"] == f"bytes 0-3/{len(whole.data)}"
    assert browser(recorded).get(path, headers={"Range": "bytes=-4"}).data == whole.data[-4:]
    for odd in ("bytes=999999999-", "bytes=0-1,4-5,8-9"):
        assert browser(recorded).get(path, headers={"Range": odd}).status_code == 416
    assert browser(recorded).get(path, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    assert browser(recorded).head(path).headers["Content-Length"] == str(len(whole.data))
    assert browser(recorded).post(path).status_code == 405


@pytest.mark.parametrize(
    "name",
    [
        "0" * 32 + ".wav",
        "../en/goodbye.wav",
        "..%2f..%2fclinic.toml",
        "%2e%2e/clinic.toml",
        "en/goodbye.wav",
        "goodbye.wav",
        "recorded.toml",
        "",
        ".",
        "%00.wav",
        "/etc/passwd",
    ],
)
def test_nothing_else_is_served_there(recorded: Phone, name: str) -> None:
    assert browser(recorded).get(f"/recordings/{name}").status_code in {400, 404}


def test_what_is_played_is_what_was_checked_at_start(recorded: Phone, tmp_path: Path) -> None:
    path = next(recorded.within(each.recording) for each in recorded.rings().press("1").spoken if each.recording)
    before = browser(recorded).get(path).data
    for file in (tmp_path / "voices").rglob("*.wav"):
        file.write_bytes(b"another file under an address that is kept for a year")
    assert browser(recorded).get(path).data == before


def test_the_apology_is_always_spoken(recorded: Phone) -> None:
    """The apology for a fault plays no recording, because a recording needs another request to the failing service."""
    answer = recorded.unsigned("/voice/fallback", {"ErrorCode": "11200", "ErrorUrl": "https://line.example/voice"})
    assert "<Play" not in answer.text
    assert "<Say" in answer.text


def test_a_broken_recording_costs_no_call_and_one_line_of_the_log(
    tmp_path: Path, serves: Serves, caplog: pytest.LogCaptureFixture
) -> None:
    record(tmp_path / "voices", "en", "goodbye", b"broken")
    with serves() as phone:
        lines = [each.getMessage() for each in caplog.records if "recording" in each.getMessage()]
        assert len(lines) == 1
        assert lines[0].startswith("a recording is not used: voices/en/goodbye.wav: is no WAV file")
        call = phone.rings()
        while not call.over:
            call.stays_silent()
        assert call.heard[-1] == phone.services.script.prompts("en").sentences["goodbye"]
        assert [each.recording for each in call.spoken if each.recording] == []

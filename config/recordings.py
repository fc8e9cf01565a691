"""Reads the recorded sentences of config/voices, and checks that the carrier can play them. Writes nothing.

A recording that cannot be used is named in one line and left out, and its sentence is spoken: a broken sound file is no
reason for a telephone to be silent.
"""

import hashlib
import io
import wave
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from config.sentences import CLINIC_FILE
from config.toml_file import BadFile, Strict, load
from ivr.line.script import Script, blanks_of

FOLDER = CLINIC_FILE.with_name("voices")
SUFFIX = ".wav"
NOTED = "recorded.toml"
"""The name of the file beside the recordings that tells which words each has. `prompts check --note` writes it."""

RATES = (8_000, 16_000)
"""Samples a second that a recording may have: as many as a telephone carries, or twice as many."""

SHORTEST, LONGEST = 0.2, 60.0
"""The fewest and the most seconds of a recording. No sentence takes longer; a longer file holds something else."""

MOST_BYTES = int(LONGEST * max(RATES)) * 2 + 64 * 1024

APOLOGIES = frozenset({"fault", "fault_again"})
"""The names of the apologies for a fault. Calls always speak these sentences and never play a recording.

To play a recording, the carrier asks our service again, which may have failed. A fallback document on another host
may play recordings of these sentences from that host.
"""

HOW = "sox IN.wav -r 8000 -c 1 -b 16 OUT.wav makes one of it"


class NotedRecording(Strict):
    """A note on a recording: the words that were recorded, and the digest of the sound."""

    words: str
    sound: str


class Notes(Strict):
    """The notes on the recordings of one language, by the names of the sentences."""

    recorded: dict[str, NotedRecording]


@dataclass(frozen=True)
class Recording:
    """A sentence in a person's voice: the checked sound, its length in seconds, and its digest."""

    language: str
    sentence: str
    sound: bytes = field(repr=False)
    seconds: float
    digest: str
    """The digest of the sound. It is a part of the recording's address: a new sound gets a new address."""
    says: str = ""
    """The words that the recording was made of, if the sentence has other words now; else empty."""

    @property
    def file(self) -> str:
        """The last part of the recording's address: language, sentence and digest.

        Two sentences with the same sound have different addresses, so an address identifies its sentence.
        """
        return f"{self.language}-{self.sentence}-{self.digest}{SUFFIX}"

    @property
    def name(self) -> str:
        """The language and the name of the sentence, as in "hi/goodbye"."""
        return f"{self.language}/{self.sentence}"


@dataclass(frozen=True)
class Recordings:
    """The recorded sentences that callers hear, and a message about each sound file that cannot be used."""

    usable: tuple[Recording, ...] = ()
    faults: tuple[str, ...] = ()
    stale: tuple[Recording, ...] = ()
    """The recordings whose sentences have other words now; callers do not hear them."""

    def found(self, file: str) -> Recording | None:
        """Return the recording whose address ends in this file's name; None if there is none."""
        return next((each for each in self.usable if each.file == file), None)

    def addresses(self, base: str) -> Mapping[tuple[str, str], str]:
        """Return the address of each recording that calls play, by the language and name of its sentence."""
        return {
            (each.language, each.sentence): f"{base}/{quote(each.file)}"
            for each in self.usable
            if each.sentence not in APOLOGIES
        }

    @property
    def of_apologies(self) -> tuple[Recording, ...]:
        """The usable recordings of apologies. No call plays them; a fallback document on another host may do so."""
        return tuple(each for each in self.usable if each.sentence in APOLOGIES)


class Unplayable(Exception):
    """A sound file is not what the carrier can play; the message says why, and what is expected."""


def folder_of(clinic_file: Path) -> Path:
    """Return the folder of a clinic's recordings: `voices`, beside the clinic's file."""
    return clinic_file.with_name(FOLDER.name)


def read(folder: Path, script: Script) -> Recordings:
    """Return the recordings in this folder: usable ones, outdated ones, and a message for each unusable file."""
    usable, faults, stale = list[Recording](), list[str](), list[Recording]()
    for path in _files(folder):
        where = path.relative_to(folder.parent).as_posix()
        try:
            found = _recording(path, script)
            note = noted(path.parent).get(found.sentence)
        except (Unplayable, BadFile) as odd:
            faults.append(f"{where}: {odd}")
            continue
        now = script.prompts(found.language).sentences[found.sentence]
        if note is None or note.sound != found.digest or note.words == now:
            usable.append(found)
        else:
            stale.append(replace(found, says=note.words))
    return Recordings(tuple(usable), tuple(faults), tuple(stale))


def noted(folder: Path) -> Mapping[str, NotedRecording]:
    """Return the notes on the recordings in the folder of a language, by the names of the sentences. Raises BadFile."""
    path = folder / NOTED
    return load(path, Notes).recorded if path.is_file() else {}


def _files(folder: Path) -> Iterator[Path]:
    """Yield the path of every recording in the folders of the languages, in order of their names."""
    yield from sorted(path for path in folder.glob("*/*") if path.suffix.lower() == SUFFIX)


def _recording(path: Path, script: Script) -> Recording:
    language, sentence = path.parent.name, path.stem
    if language not in script.languages:
        raise Unplayable(f"the line speaks no {language!r}; expected {', '.join(script.languages)}")
    words = script.prompts(language).sentences.get(sentence)
    if words is None:
        raise Unplayable("no sentence has this name; `flask prompts list` prints them")
    if blanks_of(words):
        raise Unplayable("the sentence has a blank, so it is spoken: only whole sentences can be recorded")
    sound = _bytes(path)
    return Recording(language, sentence, sound, _seconds(sound), hashlib.sha256(sound).hexdigest()[:32])


def _bytes(path: Path) -> bytes:
    """Return the content of a recording's sound file. Raises Unplayable."""
    try:
        with path.open("rb") as file:
            sound = file.read(MOST_BYTES + 1)
    except OSError as unread:
        raise Unplayable(f"cannot be read ({unread.strerror})") from unread
    if len(sound) > MOST_BYTES:
        raise Unplayable(f"is larger than {LONGEST:.0f} seconds of sound can be; {HOW}")
    return sound


def _seconds(sound: bytes) -> float:
    """Return the length in seconds of a sound that the carrier can play. Raises Unplayable for any other sound."""
    try:
        with wave.open(io.BytesIO(sound)) as read:
            channels, width, rate, frames = read.getparams()[:4]
            there = len(read.readframes(frames)) // max(1, channels * width)
    except (wave.Error, EOFError, OSError, ValueError) as broken:
        raise Unplayable(f"is no WAV file of plain samples ({broken or 'it ends too soon'}); {HOW}") from broken
    if (channels, width) != (1, 2) or rate not in RATES:
        has = f"{channels} channels, {8 * width} bits, {rate} Hz"
        raise Unplayable(f"has {has}; expected 1 channel, 16 bits, 8000 or 16000 Hz; {HOW}")
    if there < frames:
        raise Unplayable(f"ends after {there / rate:.1f} of its {frames / rate:.1f} seconds; copy it again")
    if not SHORTEST <= frames / rate <= LONGEST:
        raise Unplayable(f"lasts {frames / rate:.1f} seconds; expected {SHORTEST} to {LONGEST:.0f}")
    return float(frames / rate)

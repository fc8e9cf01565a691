"""Speaks sentences by `espeak-ng`, as sound for a telephone. Each sentence is spoken once and kept."""

import asyncio
import subprocess
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from shutil import which

from ivr.carrier.steps import Heard
from testing.sip.sound import for_telephone

PROGRAM = "espeak-ng"

NO_VOICE = "espeak-ng is not here: apt-get install espeak-ng"

HEADER = b"data"
"""The mark before the size and the samples of a WAV file; on a pipe the size is not stated."""

AT = 22_050
"""Samples a second that espeak-ng makes."""

LEISURELY, HASTY = 150, 900
"""Words a minute: as a carrier speaks, and as tests can do with."""


class NoVoice(Exception):
    """There is no espeak-ng, or it does not speak this language."""


@dataclass(frozen=True)
class Voice:
    """Somebody who reads sentences aloud, in the language of each."""

    words_a_minute: int = LEISURELY
    _said: dict[tuple[str, str], "asyncio.Task[bytes]"] = field(default_factory=dict, repr=False)

    def prepare(self, sentences: Iterable[Heard]) -> None:
        """Begin to speak these sentences, so that they are ready when their time has come."""
        for each in sentences:
            self._task(each)

    async def says(self, sentence: Heard) -> bytes:
        """Return the sound of a sentence. A recorded one is spoken too. Raises NoVoice."""
        return await asyncio.shield(self._task(sentence))

    def _task(self, sentence: Heard) -> "asyncio.Task[bytes]":
        words, language = sentence.aloud or sentence.words, sentence.language.partition("-")[0] or "en"
        if (words, language) not in self._said:
            speaking = asyncio.to_thread(spoken, words, language, self.words_a_minute)
            self._said[words, language] = asyncio.ensure_future(speaking)
        return self._said[words, language]


def spoken(words: str, language: str, words_a_minute: int) -> bytes:
    """Return these words as sound. Raises NoVoice."""
    if which(PROGRAM) is None:
        raise NoVoice(NO_VOICE)
    command = [PROGRAM, "-v", language, "-s", str(words_a_minute), "--stdout"]
    done = subprocess.run(command, input=words.encode(), capture_output=True, check=False)
    if done.returncode or HEADER not in done.stdout:
        raise NoVoice(f"espeak-ng does not speak {language}")
    samples = done.stdout[done.stdout.index(HEADER) + len(HEADER) + 4 :]
    return for_telephone(array("h", samples[: len(samples) // 2 * 2]).tolist(), AT)

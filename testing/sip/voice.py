"""Speaks sentences by `espeak-ng`, as sound for a telephone. Each sentence is spoken once, and its sound is kept."""

import asyncio
import signal
import subprocess
from array import array
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from shutil import which

from ivr.carrier.steps import Heard
from testing.sip.sound import for_telephone

PROGRAM = "espeak-ng"

NO_VOICE = "espeak-ng is not here: apt-get install espeak-ng"

HEADER = b"data"
"""The bytes before length and samples in a WAV file. The length is skipped: in a pipe, espeak-ng writes a wrong one."""

AT = 22_050
"""The number of samples in a second of the sound that espeak-ng makes."""

LEISURELY, HASTY = 150, 900
"""Speeds of the voice, in words a minute: that of a carrier, and a faster one for tests."""


HANDS = 2
"""The number of processes that speak sentences at the same time."""


class NoVoice(Exception):
    """The error when espeak-ng is not installed, or does not speak a sentence's language."""


@dataclass(frozen=True)
class Voice:
    """A voice that reads sentences aloud, each in its language."""

    words_a_minute: int
    hands: Executor
    _said: "dict[tuple[str, str], asyncio.Future[bytes]]" = field(default_factory=dict, repr=False)

    def prepare(self, sentences: Iterable[Heard]) -> None:
        """Begin to speak these sentences in the background, so that their sound is ready when a call needs it."""
        for each in sentences:
            self._speaking(each)

    async def says(self, sentence: Heard) -> bytes:
        """Return the sound of a sentence; this voice also speaks a sentence that has a recording. Raises NoVoice."""
        return await asyncio.shield(self._speaking(sentence))

    def _speaking(self, sentence: Heard) -> "asyncio.Future[bytes]":
        words, language = sentence.aloud or sentence.words, sentence.language.partition("-")[0] or "en"
        if (words, language) not in self._said:
            loop = asyncio.get_running_loop()
            self._said[words, language] = loop.run_in_executor(self.hands, spoken, words, language, self.words_a_minute)
        return self._said[words, language]


@contextmanager
def voice(words_a_minute: int = LEISURELY) -> Iterator[Voice]:
    """Start a voice that speaks sentences, until the end of the block.

    The voice runs in processes of its own, so that it does not delay the sound of calls.
    """
    with ProcessPoolExecutor(HANDS, mp_context=get_context("spawn"), initializer=_leave_ctrl_c) as hands:
        hands.submit(_leave_ctrl_c).result()  # the process starts before the first caller
        yield Voice(words_a_minute, hands)


def _leave_ctrl_c() -> None:
    """Ignore Ctrl-C in a process that speaks, because the process that started it handles Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def spoken(words: str, language: str, words_a_minute: int) -> bytes:
    """Return the sound of these words in this language, for a telephone. Raises NoVoice."""
    if which(PROGRAM) is None:
        raise NoVoice(NO_VOICE)
    command = [PROGRAM, "-v", language, "-s", str(words_a_minute), "--stdout"]
    done = subprocess.run(command, input=words.encode(), capture_output=True, check=False)
    if done.returncode or HEADER not in done.stdout:
        raise NoVoice(f"espeak-ng does not speak {language}")
    samples = done.stdout[done.stdout.index(HEADER) + len(HEADER) + 4 :]
    return for_telephone(array("h", samples[: len(samples) // 2 * 2]).tolist(), AT)

"""Decides how each sentence is heard: from a recording, or spoken with a voice. The same for any carrier.

Caches the carrier's elements of a sentence by everything that its words depend on. A sentence with digits, such as a
number, is written each time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from ivr.carrier.elements import Element
from ivr.carrier.steps import Heard, Step
from ivr.line.aloud.digits import Phrase
from ivr.line.blanks import Say
from ivr.line.script import Script, Wording

Recorded = Mapping[tuple[str, str], str]
"""The addresses of recorded sentences, by language and name."""

NONE_RECORDED: Recorded = MappingProxyType({})

REMEMBERED = 4_096
"""The largest number of written sentences that a process remembers, some megabytes. A whole day's calls have fewer."""


@dataclass(frozen=True)
class Played:
    """A sentence that is heard from a recording."""

    address: str


@dataclass(frozen=True)
class Voiced:
    """A sentence that a voice speaks."""

    phrases: tuple[Phrase, ...]
    voice: str
    locale: str


Sound = Played | Voiced

Write = Callable[[Sound], Iterable[Element]]
"""The function with which a carrier writes a sentence as elements of its document."""


class Speaker:
    """Makes the elements of sentences: spoken in the clinic's voices, or played where they are recorded."""

    def __init__(
        self, script: Script, voices: Mapping[str, str], write: Write, recorded: Recorded = NONE_RECORDED
    ) -> None:
        self._script = script
        self._voices = voices
        self._write = write
        self._recorded = recorded
        self._sentences = {address: sentence for sentence, address in recorded.items()}
        self._remembered = lru_cache(REMEMBERED)(self._written)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the script, the default first."""
        return self._script.languages

    def elements(self, says: Iterable[Say], language: str) -> Iterator[Element]:
        """Yield the elements, in a carrier's document, of these sentences for a call in this language."""
        for say in says:
            wording = self._script.wording(say, language)
            yield from self._written(wording) if wording.is_personal else self._remembered(wording)

    def _written(self, wording: Wording) -> tuple[Element, ...]:
        return tuple(self._write(self._sound(wording)))

    def _sound(self, wording: Wording) -> Sound:
        address = self._recorded.get((wording.language, wording.name))
        if address:
            return Played(address)
        phrases = self._script.spoken_as(wording).phrases
        return Voiced(phrases, self.voice(wording.language), self.locale(wording.language))

    def named(self, step: Step) -> Step:
        """Return a step of a document. If the step plays one of our recordings, add the words of the recording."""
        if not isinstance(step, Heard) or step.recording not in self._sentences:
            return step
        language, name = self._sentences[step.recording]
        spoken = self._script.say(Say(name), language)
        aloud = spoken.aloud if spoken.aloud != spoken.words else ""
        return Heard(spoken.words, self.locale(language), step.cuttable, aloud, step.recording)

    def locale(self, language: str) -> str:
        """Return the locale of a language, such as hi-IN."""
        return self._script.prompts(language).about.locale

    def voice(self, language: str) -> str:
        """Return the clinic's own choice of voice for a language, or the voice of the prompts."""
        return self._voices.get(language) or self._script.prompts(language).about.voice

"""Decides how each sentence is heard: from a recording, or spoken with a voice. The same for any carrier.

Writes no document; a carrier's folder does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ivr.carrier.steps import Heard
from ivr.line.aloud.digits import Phrase
from ivr.line.blanks import Say
from ivr.line.script import Script

Recorded = Mapping[tuple[str, str], str]
"""The addresses of recorded sentences, by language and name."""

NONE_RECORDED: Recorded = MappingProxyType({})


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


class Speaker:
    """Speaks the script's sentences in the clinic's voices, and plays those that are recorded."""

    def __init__(self, script: Script, voices: Mapping[str, str], recorded: Recorded = NONE_RECORDED) -> None:
        self._script = script
        self._voices = voices
        self._recorded = recorded
        self._sentences = {address: sentence for sentence, address in recorded.items()}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the script."""
        return self._script.languages

    def says(self, say: Say, language: str) -> Played | Voiced:
        """Return how this sentence is heard in a call of this language."""
        spoken = self._script.say(say, language)
        address = self._recorded.get((spoken.language, say.name))
        if address:
            return Played(address)
        return Voiced(spoken.phrases, self.voice(spoken.language), self.locale(spoken.language))

    def played(self, address: str) -> Heard | None:
        """Return the sentence whose recording has this address; None if there is none."""
        if address not in self._sentences:
            return None
        language, name = self._sentences[address]
        spoken = self._script.say(Say(name), language)
        aloud = spoken.aloud if spoken.aloud != spoken.words else ""
        return Heard(spoken.words, self.locale(language), aloud=aloud, recording=address)

    def locale(self, language: str) -> str:
        """Return the locale of a language, such as hi-IN."""
        return self._script.prompts(language).about.locale

    def voice(self, language: str) -> str:
        """Return the clinic's own choice of voice for a language, or the voice of the prompts."""
        return self._voices.get(language) or self._script.prompts(language).about.voice

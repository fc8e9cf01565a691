"""Writes a sentence as Plivo's Speak elements, in a voice that Plivo has.

Numbers are read digit by digit, and long sentences are divided into parts. No call, no HTTP.
"""

from collections.abc import Iterator, Mapping, Sequence

from ivr.carrier.division import SpeechLimits
from ivr.carrier.elements import Element
from ivr.carrier.plivo.elements import PLIVO
from ivr.carrier.settings import CarrierUnfit
from ivr.carrier.speaker import Played, Sound
from ivr.line.aloud.digits import Phrase
from ivr.line.script import Script

LIMITS = SpeechLimits(2_900)
"""The limits of a Speak: a little under the Polly voices' 3,000 characters, which are counted before URL-encoding."""

VOICES: Mapping[str, frozenset[str]] = {
    "Polly.Aditi": frozenset({"en-IN", "hi-IN"}),
    "Polly.Raveena": frozenset({"en-IN"}),
}
"""Plivo's Indian voices and their locales. Its basic voices speak no Indian language, but accept any text."""


def voices_of(script: Script, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the voice of each language: the clinic's own choice, or that of the prompts. Raises CarrierUnfit.

    Skips a choice that Plivo does not have: it may be another carrier's voice, since one clinic.toml may serve both.
    """
    return {language: _voice(script, language, chosen.get(language, "")) for language in script.languages}


def _voice(script: Script, language: str, chosen: str) -> str:
    about = script.prompts(language).about
    for voice in (chosen, about.voice):
        if about.locale in VOICES.get(voice, ()):
            return voice
    there_are = " and ".join(voice for voice, locales in VOICES.items() if about.locale in locales) or "none"
    wanted = " and ".join(dict.fromkeys(each for each in (chosen, about.voice) if each))
    raise CarrierUnfit(
        f"the voice of {language}: Plivo does not speak {about.locale} as {wanted}; its voices: {there_are}"
    )


def sound_elements(sound: Sound) -> Iterator[Element]:
    """Yield the elements of a sentence: one Play element for a recording, otherwise Speak elements for the words."""
    if isinstance(sound, Played):
        yield PLIVO.element("Play", sound.address)
    else:
        yield from speak_elements(sound.phrases, sound.voice, sound.locale)


def speak_elements(phrases: Sequence[Phrase], voice: str, locale: str) -> Iterator[Element]:
    """Yield the Speak elements of a sentence. Numbers read digit by digit are <sub> elements with words as alias."""
    for part in LIMITS.parts(phrases):
        yield PLIVO.element("Speak", *map(_piece, part), voice=voice, language=locale)


def _piece(phrase: Phrase) -> Element | str:
    return PLIVO.element("sub", phrase.written, alias=phrase.aloud) if phrase.aloud else phrase.written

"""Writes a sentence as TwiML's Say verbs, with numbers read digit by digit, in parts within Twilio's limits.

No call, no HTTP. The limits are from Twilio's errors 13521 (length of a Say) and 12100 (legal XML).
"""

from collections.abc import Iterator, Mapping, Sequence

from ivr.carrier.division import SpeechLimits
from ivr.carrier.elements import Element
from ivr.carrier.settings import CarrierUnfit
from ivr.carrier.speaker import Played, Sound
from ivr.carrier.twilio.elements import TWILIO
from ivr.line.aloud.digits import Phrase
from ivr.line.script import Script

LONGEST_ENCODED = 4_400
"""The most characters of a Say after URL-encoding. Twilio's limit is 4,500; a Devanagari letter counts as nine."""

LONGEST_SAY = 2_900
"""The most characters of a Say. The limit of the Polly voices is 3,000."""

LIMITS = SpeechLimits(LONGEST_SAY, LONGEST_ENCODED)

parts, pieces = LIMITS.parts, LIMITS.pieces

READS_TAGS = ("Polly.", "Google.")
"""The beginnings of the names of the voices that read SSML; Twilio's basic voices do not."""


def voices_of(script: Script, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the voice of each language: the clinic's own choice, or the one of the prompts.

    Raises CarrierUnfit if Twilio has no voice of such a name, because every answer to a call would then fail.
    """
    found = {each: chosen.get(each) or script.prompts(each).about.voice for each in script.languages}
    for language, voice in found.items():
        if not TWILIO.allows("Say", "voice", voice):
            raise CarrierUnfit(
                f"the voice of {language}: Twilio has none named {voice!r}; expected one like Polly.Aditi"
            )
    return found


def verbs(sound: Sound) -> Iterator[Element]:
    """Yield the TwiML verbs of a sentence: one that plays its recording, or those that say it."""
    if isinstance(sound, Played):
        yield TWILIO.element("Play", sound.address)
    else:
        yield from say_verbs(sound.phrases, sound.voice, sound.locale)


def say_verbs(phrases: Sequence[Phrase], voice: str, language: str) -> Iterator[Element]:
    """Yield the Say verbs of a sentence. A number read digit by digit is a <sub>, whose alias has the digits as words.

    The text of the <sub> is the number, so that a transcript shows the number as it is written. A voice that knows no
    SSML gets the digits as words, without a <sub>.
    """
    if not voice.startswith(READS_TAGS):
        phrases = [Phrase(each.aloud or each.written) for each in phrases]
    for part in parts(phrases):
        yield TWILIO.element("Say", *map(_piece, part), voice=voice, language=language)


def _piece(phrase: Phrase) -> Element | str:
    return TWILIO.element("sub", phrase.written, alias=phrase.aloud) if phrase.aloud else phrase.written

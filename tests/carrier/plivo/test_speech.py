"""Plivo's speech: a voice for each language, numbers digit by digit, long sentences in parts."""

from xml.etree import ElementTree as Xml

import pytest

from config import clinic as clinic_file
from config import sentences
from ivr.carrier.plivo.speech import LIMITS, speak_elements, voices_of
from ivr.carrier.settings import CarrierUnfit
from ivr.line.aloud.digits import Phrase

SCRIPT = sentences.read(clinic_file.LANGUAGES)


def spoken(phrases: tuple[Phrase, ...], locale: str) -> list[Xml.Element]:
    """Return the Speak elements of the document that says this sentence, parsed as XML."""
    return [Xml.fromstring(each.xml) for each in speak_elements(phrases, "Polly.Aditi", locale)]  # noqa: S314 - ours


def test_the_prompts_own_voice_speaks_both_languages() -> None:
    assert voices_of(SCRIPT, {}) == {"en": "Polly.Aditi", "hi": "Polly.Aditi"}
    assert voices_of(SCRIPT, {"en": "Polly.Raveena"}) == {"en": "Polly.Raveena", "hi": "Polly.Aditi"}


@pytest.mark.parametrize("other", ["Polly.Kajal-Neural", "Google.hi-IN-Wavenet-A", "WOMAN", "alice"])
def test_a_voice_that_is_another_carriers_is_passed_over(other: str) -> None:
    assert voices_of(SCRIPT, {"hi": other})["hi"] == "Polly.Aditi"


def test_a_language_without_a_voice_is_named_with_those_that_there_are() -> None:
    words = {language: SCRIPT.prompts(language) for language in SCRIPT.languages}
    english_only = dict.fromkeys(words, "Polly.Raveena")
    hindi = words["hi"]
    about = hindi.about.__class__(**{**vars(hindi.about), "voice": "Polly.Raveena"})
    odd = SCRIPT.__class__({**words, "hi": hindi.__class__(**{**vars(hindi), "about": about})})
    said = "the voice of hi: Plivo does not speak hi-IN as Polly.Raveena; its voices: Polly.Aditi"
    with pytest.raises(CarrierUnfit, match=said):
        voices_of(odd, english_only)


def test_a_number_is_written_with_its_digits_in_words_beside_it() -> None:
    phrases = (Phrase("Call "), Phrase("112", "one one two"), Phrase(" now, or "), Phrase("108", "one zero eight"))
    (speak,) = spoken(phrases, "en-IN")
    assert "".join(speak.itertext()) == "Call 112 now, or 108"
    assert [(sub.text, sub.get("alias")) for sub in speak] == [("112", "one one two"), ("108", "one zero eight")]
    (begins,) = spoken(phrases[1:3], "en-IN")
    assert (begins.text, begins[0].text, begins[0].tail) == (None, "112", " now, or")


def test_hindi_is_counted_by_letters_and_cut_below_the_limit_of_the_voices() -> None:
    words = "गर्दन को धीरे-धीरे एक ओर से दूसरी ओर घुमाइए। " * 120
    parts = spoken((Phrase(words),), "hi-IN")
    assert len(parts) == len(words) // LIMITS.longest + 1
    assert all(len(part.text or "") <= 3_000 and (part.text or "").endswith("।") for part in parts)
    assert " ".join(part.text or "" for part in parts) == words.strip()

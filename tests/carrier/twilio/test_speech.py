"""Numbers in TwiML: written so that Twilio's voices read them as people say them; the text stays as people write it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import clinic as clinic_file
from config import sentences
from ivr.carrier.settings import CarrierUnfit
from ivr.carrier.steps import Heard
from ivr.carrier.twilio.reader import steps
from ivr.carrier.twilio.speech import LONGEST_ENCODED, parts, pieces, say_verbs, voices_of
from ivr.line.aloud.digits import Phrase, joined, read_aloud
from tests.carrier.twilio.twiml_rules import faults
from tests.people import Phone

SCRIPT = sentences.read(clinic_file.LANGUAGES)
DIGITS = SCRIPT.prompts("en").digits
HINDI = "गर्दन को धीरे-धीरे एक ओर से दूसरी ओर घुमाइए। "


def document(phrases: list[Phrase], voice: str) -> str:
    verbs = "".join(verb.xml for verb in say_verbs(phrases, voice, "en-IN"))
    written = f"<Response>{verbs}</Response>"
    assert faults(written) == []
    return written


def heard(phrases: list[Phrase], voice: str = "Polly.Aditi") -> list[Heard]:
    return [step for step in steps(document(phrases, voice)) if isinstance(step, Heard)]


@pytest.mark.parametrize("voice", ["Polly.Aditi", "Polly.Kajal-Neural", "Google.en-IN-Standard-A"])
def test_a_number_is_written_in_the_document_and_read_by_its_alias(voice: str) -> None:
    written = document(list(joined(read_aloud("Call 112 now, or 108.", DIGITS))), voice)
    assert '>Call <sub alias="one one two">112</sub> now, or <sub alias="one zero eight">108</sub>.</Say>' in written


@pytest.mark.parametrize("voice", ["woman", "Polly.Kajal-Neural", "Google.hi-IN-Chirp3-HD-Aoede"])
def test_the_clinic_s_choice_of_voice_comes_before_that_of_the_prompts(voice: str) -> None:
    assert voices_of(SCRIPT, {"hi": voice}) == {"en": SCRIPT.prompts("en").about.voice, "hi": voice}


@pytest.mark.parametrize(
    "voice", ["Polly.Kajal-Neural ", "Polly.Kajal Neural", "Google.hi-IN-Chirp3_HD", "काजल", "a\n"]
)
def test_a_name_that_no_voice_has_is_refused_at_the_start_and_not_in_each_call(voice: str) -> None:
    with pytest.raises(CarrierUnfit, match="the voice of hi: Twilio has none named"):
        voices_of(SCRIPT, {"hi": voice})


def test_a_voice_that_knows_no_marks_gets_the_words() -> None:
    (said,) = heard(list(joined(read_aloud("Call 112 now.", DIGITS))), "alice")
    assert (said.words, said.aloud) == ("Call one one two now.", "")


def test_whoever_reads_the_document_gets_both() -> None:
    (said,) = heard([Phrase("Call "), Phrase("112", "one one two"), Phrase(" now.")])
    assert (said.words, said.aloud) == ("Call 112 now.", "Call one one two now.")
    (said,) = heard([Phrase("112", "one one two")])
    assert (said.words, said.aloud) == ("112", "one one two")
    (said,) = heard([Phrase("Goodbye.")])
    assert (said.words, said.aloud) == ("Goodbye.", "")


def test_a_long_text_with_numbers_is_cut_at_the_ends_of_sentences_and_keeps_its_readings() -> None:
    hindi = SCRIPT.prompts("hi").digits
    words = (HINDI * 8 + "तुरंत 112 पर फ़ोन कीजिए। ") * 5
    said = [*heard(list(joined(read_aloud(words, hindi))))]
    assert len(said) > 3
    assert all(each.words.endswith("।") for each in said)
    assert " ".join(each.words for each in said) == words.strip()
    assert sum(each.aloud.count("एक एक दो") for each in said) == 5


LONG = st.builds(
    lambda word, count, joint: joint.join([word] * count),
    st.sampled_from(["112", "word", "क", "कख 99999 00001", "1", "a" * 40, "\x00", ""]),
    st.integers(0, 700),
    st.sampled_from([" ", ". ", "। ", ", ", ""]),
)


@given(st.lists(LONG, max_size=3))
def test_any_text_comes_in_parts_that_fit_and_nothing_is_lost(texts: list[str]) -> None:
    words = "".join(texts)
    cut = list(parts(list(joined(read_aloud(words, DIGITS)))))
    for part in cut:
        text = "".join(each.written for each in part)
        assert text.strip() == text != ""
        assert list(pieces("".join(each.aloud or each.written for each in part))) != []
    bare = [re.sub(r"[\s\x00]", "", each) for each in ("".join(p.written for part in cut for p in part), words)]
    assert bare[0] == bare[1]
    plain = [part for part in cut if not any(each.aloud for each in part)]
    assert all(len(list(pieces(part[0].written))) == 1 for part in plain), LONGEST_ENCODED


# -- in a call


@pytest.mark.parametrize("language", clinic_file.LANGUAGES)
def test_a_caller_hears_numbers_digit_by_digit_and_a_transcript_shows_them(phone: Phone, language: str) -> None:
    call = phone.rings(lang=language)
    digits = SCRIPT.prompts(language).digits
    offered = [each for each in call.spoken if "1" in each.words and each.cuttable]
    assert any(re.search(rf"(?<!\w){digits[1]}(?!\w)", each.aloud) for each in offered), "a key"
    while call.place != "own_number":
        call.press("1")
    own = next(each for each in call.spoken if "99999 00001" in each.words)
    assert f"{' '.join([digits[9]] * 5)}, {' '.join([digits[0]] * 4)} {digits[1]}" in own.aloud
    call.press("1")
    warned = next(each for each in call.spoken if "112" in each.words)
    assert f"{digits[1]} {digits[1]} {digits[2]}" in warned.aloud
    call.press("1")
    one, other = call.reference[:3], call.reference[3:]
    told = [each for each in call.spoken if f"{one} {other}" in each.words]
    assert told
    spelled = ", ".join(" ".join(digits[int(digit)] for digit in group) for group in (one, other))
    assert all(spelled in each.aloud for each in told)


@pytest.mark.parametrize("language", clinic_file.LANGUAGES)
def test_the_emergency_number_is_read_digit_by_digit_wherever_it_stands(language: str) -> None:
    digits = SCRIPT.prompts(language).digits
    one_one_two = f"{digits[1]} {digits[1]} {digits[2]}"
    named = [words for words in SCRIPT.prompts(language).sentences.values() if "112" in words]
    assert len(named) > 3
    for words in named:
        assert one_one_two in "".join(each.aloud for each in read_aloud(words, digits)), words

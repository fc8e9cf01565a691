import pytest

from ivr.line.checks.speaking_time import seconds

MEASURED = (
    ("en", "Goodbye.", 0.98),
    ("en", "For an appointment, press one.", 2.30),
    ("en", "We are open until 8.", 1.72),
    ("en", "Your reference number is one two three, four five six.", 3.80),
    ("en", "Your appointment is tomorrow, Tuesday, at half past four in the afternoon.", 5.22),
    ("en", "Call one one two now for chest pain. For all the warning signs, press eight.", 5.72),
    ("hi", "नमस्ते।", 0.94),
    ("hi", "हिंदी के लिए नौ दबाइए।", 2.05),
    ("hi", "आपका रेफ़रेंस नंबर है एक दो तीन, चार पांच छह।", 4.08),
    ("hi", "इनमें से कुछ भी हो तो तुरंत एक एक दो पर फ़ोन कीजिए: छाती में दर्द; दुर्घटना के बाद दर्द।", 7.39),
    ("hi", "कल, शनिवार सुबह नौ बजे क्लिनिक खुलने पर हम आपको फ़ोन करके समय तय करेंगे।", 6.63),
)
"""The seconds that `espeak-ng -s 150` took for each of these sentences."""


@pytest.mark.parametrize(("language", "words", "measured"), MEASURED)
def test_the_estimate_is_near_what_the_voice_takes(language: str, words: str, measured: float) -> None:
    assert seconds(words, language) == pytest.approx(measured, rel=0.2)


@pytest.mark.parametrize("language", ["en", "hi"])
def test_all_of_them_together_are_estimated_well(language: str) -> None:
    these = [(words, measured) for each, words, measured in MEASURED if each == language]
    assert sum(seconds(words, language) for words, _ in these) == pytest.approx(
        sum(took for _, took in these), rel=0.05
    )


def test_a_language_that_was_not_measured_is_taken_for_the_slower() -> None:
    words = "For 3 appointments, press 1, please."
    assert seconds(words, "pa") >= max(seconds(words, "en"), seconds(words, "hi"))


@pytest.mark.parametrize("nothing", ["", "  ", "\n"])
def test_nothing_takes_no_time(nothing: str) -> None:
    assert seconds(nothing, "en") == 0

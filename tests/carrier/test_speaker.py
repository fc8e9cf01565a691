"""The cache of sentences in a carrier's form: a sentence with the same words for all callers is kept.

A sentence with a caller's digits is not kept.
"""

from collections.abc import Iterator

from config import clinic as clinic_file
from config import sentences
from ivr.carrier.elements import Element
from ivr.carrier.speaker import Sound, Speaker, Voiced
from ivr.line.blanks import Digits, Say

SCRIPT = sentences.read(clinic_file.LANGUAGES)


class Writes:
    """A writer of sentences that writes only the words, and remembers the words of each sentence."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def __call__(self, sound: Sound) -> Iterator[Element]:
        assert isinstance(sound, Voiced)
        words = "".join(each.written for each in sound.phrases)
        self.written.append(words)
        yield Element("Say", words)


def heard(speaker: Speaker, say: Say, language: str = "en") -> str:
    return "".join(each.xml for each in speaker.elements((say,), language))


def test_a_sentence_is_written_once_for_each_of_its_wordings() -> None:
    writes = Writes()
    speaker = Speaker(SCRIPT, {}, writes)
    wanted = [(Say("option_repeat"), "en"), (Say("option_repeat"), "hi"), (Say("option_person", {"key": "0"}), "en")]
    wanted += [(Say("option_person", {"key": "1"}), "en"), (Say("option_repeat", language="hi"), "en")]
    first = [heard(speaker, *each) for each in wanted]
    assert [heard(speaker, *each) for each in wanted] == first
    assert len(writes.written) == len(set(first)) == 4
    assert first[1] == first[4], "in its own language"


def test_a_sentence_with_digits_is_not_remembered() -> None:
    writes = Writes()
    speaker = Speaker(SCRIPT, {}, writes)
    for _ in range(2):
        assert "99999 00001" in heard(speaker, Say("own_number", {"number": Digits(("99999", "00001"))}))
    assert len(writes.written) == 2

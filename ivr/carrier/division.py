"""Divides a sentence into parts, each short enough for one element of a carrier's document.

Replaces characters that XML does not allow. Pure: each carrier gives its limits. Knows no element, voice or call.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from ivr.line.aloud.digits import Phrase, joined

LONGEST_LETTER = 12
"""The most characters to which URL-encoding can turn one letter: four bytes of UTF-8."""

BREAKS = (re.compile(r"(?<=[.!?।])\s+"), re.compile(r"(?<=[,;:])\s+"), re.compile(r"\s+"))
"""The places at which a long text may be broken, best first: after a sentence, after a comma, between words."""

AFTER_A_SENTENCE = re.compile(r"(?<=[.!?।]\s)")

ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that XML 1.0 does not allow."""


@dataclass(frozen=True)
class SpeechLimits:
    """The limits of the text that a carrier speaks as one element of a document."""

    longest: int
    """The most characters of a text that the carrier speaks at once."""
    longest_encoded: int | None = None
    """The most characters of a text after URL-encoding; None if the carrier does not count encoded characters."""

    def parts(self, phrases: Sequence[Phrase]) -> Iterator[tuple[Phrase, ...]]:
        """Yield a sentence in parts that each fit into one element. No part is empty or has text illegal in XML."""
        part: list[Phrase] = []
        for each in self._units(phrases):
            if part and not self._fit([*part, *each]):
                yield from _trimmed(part)
                part = []
            part += each
        yield from _trimmed(part)

    def pieces(self, words: str) -> Iterator[str]:
        """Yield a text in pieces that each fit into one element. No piece is empty or has text illegal in XML."""
        rest = ILLEGAL.sub(" ", words).strip()
        while rest and not self._fits(rest):
            cut = self._cut(rest)
            yield rest[:cut].rstrip()
            rest = rest[cut:].lstrip()
        if rest:
            yield rest

    def _units(self, phrases: Sequence[Phrase]) -> Iterator[Sequence[Phrase]]:
        """Yield groups of phrases that must not be split: all phrases if they fit, else sentences, else pieces."""
        if self._fit(phrases):
            yield phrases
            return
        for sentence in _sentences(phrases):
            if self._fit(sentence):
                yield sentence
            else:
                yield from ([small] for each in sentence for small in self._cut_up(each))

    def _cut_up(self, phrase: Phrase) -> Iterator[Phrase]:
        if phrase.aloud:
            yield phrase
        else:
            yield from (Phrase(f"{piece} ") for piece in self.pieces(phrase.written))

    def _fit(self, phrases: Iterable[Phrase]) -> bool:
        """Return whether these phrases fit into one element.

        Counts the written and the spoken form of each phrase, because carriers do not say which form they count.
        """
        return self._fits("".join(each.written + each.aloud for each in phrases))

    def _cut(self, words: str) -> int:
        """Return where to break a text too long for an element: after a sentence, a comma, a word, or at the limit."""
        fitting = self._longest(words)
        for pattern in BREAKS:
            places = [match.end() for match in pattern.finditer(words, 0, fitting + 1) if match.start() > 0]
            if places:
                return min(places[-1], fitting)
        return fitting

    def _longest(self, words: str) -> int:
        """Return how many characters at the beginning of the text fit into one element."""
        if self.longest_encoded is not None:
            room = self.longest_encoded
            for count, letter in enumerate(words[: self.longest]):
                room -= len(quote(letter))
                if room < 0:
                    return count
        return min(len(words), self.longest)

    def _fits(self, words: str) -> bool:
        most = self.longest_encoded
        if most is None:
            return len(words) <= self.longest
        if len(words) <= self.longest and len(words) * LONGEST_LETTER <= most:
            return True  # most do, and encoding them all would take a tenth of the time of an answer
        return len(words) <= self.longest and len(quote(words)) <= most


def _sentences(phrases: Iterable[Phrase]) -> Iterator[list[Phrase]]:
    sentence: list[Phrase] = []
    for each in phrases:
        *ended, rest = [each.written] if each.aloud else AFTER_A_SENTENCE.split(each.written)
        for words in ended:
            yield [*sentence, Phrase(words)]
            sentence = []
        sentence.append(Phrase(rest, each.aloud))
    yield sentence


def _trimmed(part: Iterable[Phrase]) -> Iterator[tuple[Phrase, ...]]:
    legal = list(joined(_legal(each) for each in part))
    if legal and not legal[0].aloud:
        legal[0] = Phrase(legal[0].written.lstrip())
    if legal and not legal[-1].aloud:
        legal[-1] = Phrase(legal[-1].written.rstrip())
    if kept := tuple(each for each in legal if each.written):
        yield kept


def _legal(phrase: Phrase) -> Phrase:
    return Phrase(*(ILLEGAL.sub(" ", words) for words in phrase)) if ILLEGAL.search("".join(phrase)) else phrase

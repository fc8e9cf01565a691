"""Divides a sentence into parts that fit a Say each, and writes a Say with the readings of its numbers.

No call, no HTTP. The limits are from the carrier's errors 13521 (length of a Say) and 12100 (legal XML).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from twilio.twiml.voice_response import Say, SsmlSub

from ivr.line.aloud.digits import Phrase, joined

LONGEST_ENCODED = 4_400
"""Most characters of a Say after URL-encoding. The carrier's limit is 4,500; a Devanagari letter counts as nine."""

LONGEST_LETTER = 12
"""Most characters of one letter after URL-encoding: four bytes of UTF-8."""

LONGEST_SAY = 2_900
"""Most characters of a Say. The limit of the Polly voices is 3,000."""

BREAKS = (re.compile(r"(?<=[.!?।])\s+"), re.compile(r"(?<=[,;:])\s+"), re.compile(r"\s+"))
"""The places at which a long text may be broken, best first: after a sentence, after a comma, between words."""

AFTER_A_SENTENCE = re.compile(r"(?<=[.!?।]\s)")

ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that XML 1.0 does not allow."""

READS_TAGS = ("Polly.", "Google.")
"""The beginnings of the names of the voices that read SSML; the basic ones do not."""


def say_verbs(phrases: Sequence[Phrase], voice: str, language: str) -> Iterator[Say]:
    """Yield the Says of a sentence. A number that is read digit by digit has its words as the alias of a <sub>.

    The number itself stays in the text, so that a transcript shows it as it is written. A voice that knows no SSML gets
    the words alone.
    """
    if not voice.startswith(READS_TAGS):
        phrases = [Phrase(each.aloud or each.written) for each in phrases]
    for part in parts(phrases):
        say = Say(voice=voice, language=language)
        for each in part:
            say.append(SsmlSub(each.written, alias=each.aloud) if each.aloud else each.written)
        yield say


def parts(phrases: Sequence[Phrase]) -> Iterator[tuple[Phrase, ...]]:
    """Yield the sentence in parts that are short enough for a Say, none of them empty, in legal characters only."""
    part: list[Phrase] = []
    for each in _units(phrases):
        if part and not _fit([*part, *each]):
            yield from _trimmed(part)
            part = []
        part += each
    yield from _trimmed(part)


def _units(phrases: Sequence[Phrase]) -> Iterator[Sequence[Phrase]]:
    """Yield what is best not cut: the whole if it fits, or else each sentence, or else what must be."""
    if _fit(phrases):
        yield phrases
        return
    for sentence in _sentences(phrases):
        if _fit(sentence):
            yield sentence
        else:
            yield from ([small] for each in sentence for small in _cut_up(each))


def _sentences(phrases: Iterable[Phrase]) -> Iterator[list[Phrase]]:
    sentence: list[Phrase] = []
    for each in phrases:
        *ended, rest = [each.written] if each.aloud else AFTER_A_SENTENCE.split(each.written)
        for words in ended:
            yield [*sentence, Phrase(words)]
            sentence = []
        sentence.append(Phrase(rest, each.aloud))
    yield sentence


def _cut_up(phrase: Phrase) -> Iterator[Phrase]:
    if phrase.aloud:
        yield phrase
    else:
        yield from (Phrase(f"{piece} ") for piece in pieces(phrase.written))


def _fit(phrases: Iterable[Phrase]) -> bool:
    """Return whether the phrases fit into one Say. An alias counts too, since the carrier says nothing of it."""
    return _fits("".join(each.written + each.aloud for each in phrases))


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


def pieces(words: str) -> Iterator[str]:
    """Yield the words in pieces short enough for a Say, none of them empty, without illegal characters."""
    rest = ILLEGAL.sub(" ", words).strip()
    while rest and not _fits(rest):
        cut = _cut(rest)
        yield rest[:cut].rstrip()
        rest = rest[cut:].lstrip()
    if rest:
        yield rest


def _cut(words: str) -> int:
    """Return the position at which to break a text that is too long: the last one of the best kind that fits."""
    fitting = _longest(words)
    for pattern in BREAKS:
        places = [match.end() for match in pattern.finditer(words, 0, fitting + 1) if match.start() > 0]
        if places:
            return min(places[-1], fitting)
    return fitting


def _longest(words: str) -> int:
    """Return how many characters of the text fit into one Say."""
    room = LONGEST_ENCODED
    for count, letter in enumerate(words[:LONGEST_SAY]):
        room -= len(quote(letter))
        if room < 0:
            return count
    return min(len(words), LONGEST_SAY)


def _fits(words: str) -> bool:
    if len(words) * LONGEST_LETTER <= LONGEST_ENCODED:
        return True  # most do, and encoding them all would take a tenth of the time of an answer
    return len(words) <= LONGEST_SAY and len(quote(words)) <= LONGEST_ENCODED

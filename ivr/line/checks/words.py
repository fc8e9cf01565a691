"""Checks the words of the line: every language has each sentence, with the same blanks and emergency number.

A sentence that offers a key names the option first. Pure: looks at the script, and at the sentences of the walks.
"""

import re
from collections.abc import Iterator
from datetime import time

from ivr.line.booking import Part
from ivr.line.checks.findings import Complaint, Evidence, Findings, counted
from ivr.line.checks.safety import EMERGENCY, SHORT, WARNING
from ivr.line.engine.speeches import sentences
from ivr.line.script import Prompts, blanks_of

KEY = "{key}"

MOST_WORDS_AFTER_THE_KEY = 1
"""The most words after the key in a sentence that offers it. Hindi has one, its verb: "… के लिए {key} दबाइए"."""

FEWEST_WORDS_BEFORE_THE_KEY = 3
"""The fewest words before the key in a sentence that offers it. "For help, press {key}" has three."""

NAME_THE_NUMBER = (WARNING, SHORT, "not_kept", "fault", "emergency_keyed")
"""The sentences that must tell the emergency number in any case, besides the emergency line itself."""


def sentences_are_complete(evidence: Evidence) -> Findings:
    """Check that every language has each sentence that is expected, said in a walk, or present in another language."""
    wanted, said = _expected(evidence), _said(evidence)
    complaints = [
        Complaint(f"{language}: {name} {odd}")
        for language in evidence.script.languages
        for name in sorted(wanted.keys() | said.keys())
        for odd in _odd_sentence(
            evidence.script.prompts(language).sentences.get(name), wanted.get(name), said.get(name, [])
        )
    ]
    return Findings(f"{counted(len(wanted.keys() | said.keys()), 'sentences')} in {_languages(evidence)}", complaints)


def _expected(evidence: Evidence) -> dict[str, frozenset[str]]:
    """Return, by sentence, the blanks that the program fills; for a sentence unknown to it, the blanks in the words."""
    script = evidence.script
    found = {
        name: blanks_of(words)
        for language in script.languages
        for name, words in script.prompts(language).sentences.items()
    }
    return found | sentences(evidence.topics, evidence.menu)


def _said(evidence: Evidence) -> dict[str, list[frozenset[str]]]:
    """Return the sentences that walks say, by name, each with the different sets of blanks that the walks fill."""
    found: dict[str, list[frozenset[str]]] = {}
    turns = (step.turn for _, _, step in evidence.steps)
    for name, values in {(say.name, frozenset(say.values)) for t in turns for say in (*t.first, *t.asks)}:
        found.setdefault(name, []).append(values)
    return found


def _odd_sentence(words: str | None, blanks: frozenset[str] | None, said: list[frozenset[str]]) -> Iterator[str]:
    if words is None:
        yield "is missing"
        return
    has = blanks_of(words)
    if blanks is not None and has != blanks:
        yield f"has the blanks {_listed(has)}; expected {_listed(blanks)}"
    yield from (f"is said with nothing for the blanks {_listed(has - values)}" for values in said if not has <= values)


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"


# -- the choice, then its key


def choices_come_before_keys(evidence: Evidence) -> Findings:
    """Check that sentences name the option before the key: "To book, press 1", never "Press 1 to book"."""
    found = [
        (language, name, words)
        for language in evidence.script.languages
        for name, words in evidence.script.prompts(language).sentences.items()
        if KEY in words
    ]
    complaints = [Complaint(f"{language}: {name}: {odd}") for language, name, w in found for odd in _odd_order(w)]
    return Findings(f"{counted(len(found), 'sentences with a key')} in {_languages(evidence)}", complaints)


def _odd_order(sentence: str) -> Iterator[str]:
    before, _, after = sentence.partition(KEY)
    if _words(before) < FEWEST_WORDS_BEFORE_THE_KEY or _words(after) > MOST_WORDS_AFTER_THE_KEY or "{" in after:
        yield f"the key comes before the choice in {sentence!r}"


def _words(text: str) -> int:
    return sum(any(letter.isalpha() for letter in word) for word in text.split())


# -- the part of the day


def times_agree_with_their_parts(evidence: Evidence) -> Findings:
    """Check that no time is said with the name of another part: who chose the afternoon is told no evening hour."""
    parts = dict(each for walk in evidence.walks for each in walk.situation.facts.line.offer.parts.items())
    said = [
        (language, part, time(hour, shift.start.minute))
        for language in evidence.script.languages
        for part, shift in parts.items()
        for hour in range(shift.start.hour, shift.end.hour or 24)
    ]
    complaints = [
        Complaint(f"{language}: {odd}")
        for language, part, at in said
        for odd in _odd_time(evidence.script.prompts(language), part, at)
    ]
    return Findings(f"{counted(len(said), 'times')} in {_languages(evidence)}", complaints)


def _odd_time(prompts: Prompts, part: Part, at: time) -> Iterator[str]:
    words, own = prompts.clock.say(at), prompts.parts[part]
    if own not in words and any(name in words for name in prompts.parts.values()):
        yield f"{at:%H:%M} is said as {words!r}, and offered under {own!r}"


# -- the number of an emergency


def emergency_numbers_agree(evidence: Evidence) -> Findings:
    """Check that all languages name the same emergency number in the same sentences, the emergency line among them."""
    prompts = {language: evidence.script.prompts(language).sentences for language in evidence.script.languages}
    wanted = _numbers(prompts[evidence.script.languages[0]].get(EMERGENCY, ""))
    naming = {name for each in prompts.values() for name, words in each.items() if wanted & _numbers(words)}
    named = sorted({EMERGENCY, *NAME_THE_NUMBER} | naming)
    number = " and ".join(map(str, sorted(wanted))) or "a number"
    complaints = [
        Complaint(f"{language}: {name} does not name {number}")
        for language, sentences in prompts.items()
        for name in named
        if not wanted or not wanted <= _numbers(sentences.get(name, ""))
    ]
    return Findings(f"{counted(len(named) * len(prompts), 'sentences')} that name {number}", complaints)


def _numbers(sentence: str) -> set[int]:
    return {int(digits) for digits in re.findall(r"\d{3,}", sentence)}


def _languages(evidence: Evidence) -> str:
    return " and ".join(evidence.script.languages)

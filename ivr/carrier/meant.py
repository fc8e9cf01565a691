"""Compares a carrier's document with its turn: both must have the same words, waits and next addresses.

Reads the document only through the port, so that the comparison is the same for any carrier. Pure.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ivr.carrier.addresses import Addresses
from ivr.carrier.division import ILLEGAL
from ivr.carrier.port import Carrier
from ivr.carrier.steps import Dials, Gathers, HangsUp, Heard, Redirects, Step
from ivr.line.blanks import Say
from ivr.line.script import Script
from ivr.line.turn import ChangeAppointment, CheckDigits, File, HangUp, KeyNumber, PressKey, RingReception, Turn

BASE = "https://line.example/voice"

ADDRESSES = Addresses(
    step=lambda call: f"{BASE}/{call.place}?line={call.line}&lang={call.language}",
    silence=lambda call: f"{BASE}/{call.place}?line={call.line}&lang={call.language}&silent=1",
    answered=lambda call: f"{BASE}/answered?line={call.line}&lang={call.language}",
)
"""Made-up addresses for documents that are only compared; no carrier asks them."""


def has_document(turn: Turn) -> bool:
    """Return whether a carrier gets a document of this turn. A turn that first asks a store has no document."""
    return not isinstance(turn.wait, File | CheckDigits | ChangeAppointment)


def is_heard_as_meant(carrier: Carrier, turn: Turn, script: Script) -> bool:
    """Return whether the carrier's document has the sentences, the waits and the next addresses of this turn."""
    heard = carrier.heard(carrier.document(turn, ADDRESSES).body)
    return [*_plain(heard)] == [*_plain(_meant(turn, script))]


def _meant(turn: Turn, script: Script) -> Iterator[Step]:
    call, wait = turn.call, turn.wait
    yield from _said(turn.first, call.language, script)
    yield from (replace(each, cuttable=True) for each in _said(turn.asks, call.language, script))
    silence = Redirects(ADDRESSES.silence(call))
    match wait:
        case PressKey(seconds):
            yield from (Gathers(ADDRESSES.step(call), 1, "", seconds), silence)
        case KeyNumber(seconds, digits):
            yield from (Gathers(ADDRESSES.step(call), digits or None, "#", seconds), silence)
        case RingReception(numbers, seconds=seconds, screening=screening):
            asked = ADDRESSES.answered(call) if screening else ""
            yield Dials(ADDRESSES.step(call), tuple((number.e164, asked) for number in numbers), seconds)
        case HangUp():
            yield HangsUp()


def _said(says: Iterable[Say], language: str, script: Script) -> Iterator[Heard]:
    for say in says:
        spoken = script.say(say, language)
        yield Heard(spoken.words, script.prompts(spoken.language).about.locale, aloud=spoken.aloud)


def _plain(steps: Iterable[Step]) -> Iterator[object]:
    """Yield a document's steps for comparison: neighbouring sentences joined, and the reception's key left out."""
    words: list[str] = []
    kind = ("", False)
    for step in steps:
        now = (step.language, step.cuttable) if isinstance(step, Heard) else ("", False)
        if words and now != kind:
            yield (*kind, " ".join(words))
            words = []
        kind = now
        if isinstance(step, Heard):
            words.append(re.sub(r"\s+", " ", ILLEGAL.sub(" ", step.aloud or step.words)).strip())
        elif isinstance(step, Gathers):
            yield replace(step, otherwise="")  # what is otherwise stands after it
        else:
            yield replace(step, key="") if isinstance(step, Dials) else step

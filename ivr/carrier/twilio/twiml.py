"""Converts a Turn into TwiML, within the carrier's limits. No call logic, no HTTP.

The limits are from the carrier's errors 13521 (length of a Say) and 12100 (legal XML).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from ivr.carrier.addresses import Addresses
from ivr.carrier.leg import Leg
from ivr.line.blanks import Say
from ivr.line.script import Script, Spoken
from ivr.line.turn import Call, HangUp, KeyNumber, PressKey, RingReception, Turn

CONTENT_TYPE = "text/xml; charset=utf-8"

LONGEST_ENCODED = 4_400
"""Most characters of a Say after URL-encoding. The carrier's limit is 4,500; a Devanagari letter counts as nine."""

LONGEST_LETTER = 12
"""Most characters of one letter after URL-encoding: four bytes of UTF-8."""

LONGEST_SAY = 2_900
"""Most characters of a Say. The limit of the Polly voices is 3,000."""

BEFORE_AGAIN = 4
"""Seconds of silence after the apology, before a step is tried again: time for a process to restart."""

BREAKS = (re.compile(r"(?<=[.!?।])\s+"), re.compile(r"(?<=[,;:])\s+"), re.compile(r"\s+"))
"""The places at which a long text may be broken, best first: after a sentence, after a comma, between words."""

ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that XML 1.0 does not allow."""


class Renderer:
    """Writes TwiML with the script's words and the clinic's voices."""

    def __init__(self, script: Script, voices: Mapping[str, str]) -> None:
        self._script = script
        self._voices = voices

    def document(self, turn: Turn, addresses: Addresses) -> str:
        """Return the TwiML of the turn."""
        response = VoiceResponse()
        self._speak(response, turn.first, turn.call.language)
        match turn.wait:
            case PressKey(seconds):
                gather = _gather(turn.call, addresses, seconds, num_digits=1, finish_on_key="")
                self._ask(response, gather, turn.asks, turn.call, addresses)
            case KeyNumber(seconds, digits):
                most = {"num_digits": digits} if digits else {}
                gather = _gather(turn.call, addresses, seconds, finish_on_key="#", **most)
                self._ask(response, gather, turn.asks, turn.call, addresses)
            case RingReception():
                response.append(_dial(turn.wait, turn.call, addresses))
            case HangUp():
                response.hangup()
            case _:
                raise TypeError(f"{type(turn.wait).__name__} is not for the carrier")
        return str(response)

    def screening(self, leg: Leg, addresses: Addresses) -> str:
        """Return the TwiML of the reception's leg. A document that ends without a hangup connects the patient."""
        response = VoiceResponse()
        if leg.given_up:
            response.hangup()
        elif not leg.taken:
            call = leg.asked_again
            gather = _gather(call, addresses, leg.seconds, num_digits=1, finish_on_key="")
            self._ask(response, gather, leg.asks, call, addresses)
        return str(response)

    def fault(self, again: str | None = None) -> str:
        """Return the TwiML of the apology in every language; then `again` is requested, or the call ends."""
        response = VoiceResponse()
        for language in self._script.languages:
            self._speak(response, (Say("fault_again" if again else "fault"),), language)
        if again is None:
            response.hangup()
        else:
            response.pause(length=BEFORE_AGAIN)
            response.redirect(again, method="POST")
        return str(response)

    def _ask(
        self, response: VoiceResponse, gather: Gather, asks: Iterable[Say], call: Call, addresses: Addresses
    ) -> None:
        self._speak(gather, asks, call.language)
        response.append(gather)
        response.redirect(addresses.silence(call), method="POST")

    def _speak(self, verb: VoiceResponse | Gather, says: Iterable[Say], language: str) -> None:
        for spoken in (self._script.say(say, language) for say in says):
            for piece in pieces(spoken.words):
                verb.say(piece, voice=self._voice(spoken), language=self._script.prompts(spoken.language).about.locale)

    def _voice(self, spoken: Spoken) -> str:
        """Return the clinic's own choice of voice, or the voice of the prompts."""
        return self._voices.get(spoken.language) or self._script.prompts(spoken.language).about.voice


def _gather(call: Call, addresses: Addresses, seconds: int, **keys: str | int) -> Gather:
    return Gather(input="dtmf", timeout=seconds, action=addresses.step(call), method="POST", **keys)


def _dial(ring: RingReception, call: Call, addresses: Addresses) -> Dial:
    dial = Dial(action=addresses.step(call), method="POST", timeout=ring.seconds, caller_id=ring.caller_id.e164)
    screened = {"url": addresses.answered(call), "method": "POST"} if ring.screening else {}
    for number in ring.numbers:
        dial.number(number.e164, **screened)
    return dial


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

"""Converts a Turn into TwiML. No call logic, no HTTP; how a sentence is spoken stands in speech.py."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from ivr.carrier.addresses import Addresses
from ivr.carrier.leg import Leg
from ivr.carrier.steps import Heard
from ivr.carrier.twilio.speech import say_verbs
from ivr.line.blanks import Say
from ivr.line.script import Script, Spoken
from ivr.line.turn import Call, HangUp, KeyNumber, PressKey, RingReception, Turn

CONTENT_TYPE = "text/xml; charset=utf-8"

BEFORE_AGAIN = 4
"""Seconds of silence after the apology, before a step is tried again: time for a process to restart."""


Recorded = Mapping[tuple[str, str], str]
"""The addresses of recorded sentences, by language and name."""


class Renderer:
    """Writes TwiML with the script's words, the clinic's voices, and recordings where there are any."""

    def __init__(self, script: Script, voices: Mapping[str, str], recorded: Recorded = MappingProxyType({})) -> None:
        self._script = script
        self._voices = voices
        self._recorded = recorded
        self._played = {address: sentence for sentence, address in recorded.items()}

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
        for say in says:
            spoken = self._script.say(say, language)
            recording = self._recorded.get((spoken.language, say.name))
            if recording:
                verb.play(recording)
                continue
            for said in say_verbs(spoken.phrases, self._voice(spoken), self._locale(spoken.language)):
                verb.append(said)

    def played(self, address: str) -> Heard | None:
        """Return the sentence whose recording has this address; None if there is none."""
        if address not in self._played:
            return None
        language, name = self._played[address]
        spoken = self._script.say(Say(name), language)
        aloud = spoken.aloud if spoken.aloud != spoken.words else ""
        return Heard(spoken.words, self._locale(language), aloud=aloud, recording=address)

    def _locale(self, language: str) -> str:
        return self._script.prompts(language).about.locale

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

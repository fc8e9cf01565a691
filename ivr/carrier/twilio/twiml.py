"""Converts a Turn into TwiML. No call logic, no HTTP; how a sentence is spoken stands in speech.py."""

from collections.abc import Iterable, Mapping

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from ivr.carrier.addresses import BEFORE_AGAIN, Addresses
from ivr.carrier.leg import Leg
from ivr.carrier.speaker import NONE_RECORDED, Played, Recorded, Speaker, Voiced
from ivr.carrier.steps import Heard
from ivr.carrier.twilio.speech import say_verbs
from ivr.line.blanks import Say
from ivr.line.script import Script
from ivr.line.turn import Call, HangUp, KeyNumber, PressKey, RingReception, Turn

CONTENT_TYPE = "text/xml; charset=utf-8"


class Renderer:
    """Writes TwiML with the script's words, the clinic's voices, and recordings where there are any."""

    def __init__(self, script: Script, voices: Mapping[str, str], recorded: Recorded = NONE_RECORDED) -> None:
        self._script = script
        self._speaker = Speaker(script, voices, recorded)

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
            match self._speaker.says(say, language):
                case Played(address):
                    verb.play(address)
                case Voiced(phrases, voice, locale):
                    for said in say_verbs(phrases, voice, locale):
                        verb.append(said)

    def played(self, address: str) -> Heard | None:
        """Return the sentence whose recording has this address; None if there is none."""
        return self._speaker.played(address)


def _gather(call: Call, addresses: Addresses, seconds: int, **keys: str | int) -> Gather:
    return Gather(input="dtmf", timeout=seconds, action=addresses.step(call), method="POST", **keys)


def _dial(ring: RingReception, call: Call, addresses: Addresses) -> Dial:
    dial = Dial(action=addresses.step(call), method="POST", timeout=ring.seconds, caller_id=ring.caller_id.e164)
    screened = {"url": addresses.answered(call), "method": "POST"} if ring.screening else {}
    for number in ring.numbers:
        dial.number(number.e164, **screened)
    return dial

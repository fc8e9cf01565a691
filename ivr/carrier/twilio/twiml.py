"""Converts a Turn into TwiML. No call logic, no HTTP. The module speech.py decides how a sentence is spoken."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ivr.carrier.addresses import BEFORE_AGAIN, Addresses
from ivr.carrier.elements import Element
from ivr.carrier.leg import Leg
from ivr.carrier.speaker import NONE_RECORDED, Recorded, Speaker
from ivr.carrier.steps import Step
from ivr.carrier.twilio.elements import TWILIO
from ivr.carrier.twilio.speech import verbs, voices_of
from ivr.line.blanks import Say
from ivr.line.script import Script
from ivr.line.turn import Call, HangUp, KeyNumber, PressKey, RingReception, Turn

CONTENT_TYPE = "text/xml; charset=utf-8"


class Renderer:
    """Writes TwiML: the script's words in the clinic's voices, and recordings where there are any.

    Raises CarrierUnfit if a chosen voice has a name that no voice at Twilio has.
    """

    def __init__(self, script: Script, voices: Mapping[str, str], recorded: Recorded = NONE_RECORDED) -> None:
        self._speaker = Speaker(script, voices_of(script, voices), verbs, recorded)

    def document(self, turn: Turn, addresses: Addresses) -> str:
        """Return the TwiML of a turn of the call."""
        first = self._speaker.elements(turn.first, turn.call.language)
        return TWILIO.document(*first, *self._waiting(turn, addresses))

    def _waiting(self, turn: Turn, addresses: Addresses) -> Iterator[Element]:
        """Return the TwiML verbs by which a turn of the call waits for keys, calls the reception, or hangs up."""
        match turn.wait:
            case PressKey(seconds):
                return self._ask(turn.asks, turn.call, addresses, seconds, **ONE_KEY)
            case KeyNumber(seconds, digits):
                most = {"numDigits": digits} if digits else {}
                return self._ask(turn.asks, turn.call, addresses, seconds, finishOnKey="#", **most)
            case RingReception():
                return iter((_dial(turn.wait, turn.call, addresses),))
            case HangUp():
                return iter((HANG_UP,))
            case _:
                raise TypeError(f"{type(turn.wait).__name__} is not for the carrier")

    def screening(self, leg: Leg, addresses: Addresses) -> str:
        """Return the TwiML of the reception's leg. A document that ends without a hangup connects the patient."""
        if leg.given_up:
            return TWILIO.document(HANG_UP)
        if leg.taken:
            return TWILIO.document()
        return TWILIO.document(*self._ask(leg.asks, leg.asked_again, addresses, leg.seconds, **ONE_KEY))

    def fault(self, again: str | None = None) -> str:
        """Return the TwiML of the apology in every language. Then the URL `again` is asked; if None, the call ends."""
        says = (Say("fault_again" if again else "fault"),)
        sorry = [each for language in self._speaker.languages for each in self._speaker.elements(says, language)]
        if again is None:
            return TWILIO.document(*sorry, HANG_UP)
        return TWILIO.document(*sorry, TWILIO.element("Pause", length=BEFORE_AGAIN), _redirect(again))

    def named(self, step: Step) -> Step:
        """Return a step of a document. If the step plays one of our recordings, add the words of the recording."""
        return self._speaker.named(step)

    def _ask(
        self, asks: Iterable[Say], call: Call, addresses: Addresses, seconds: int, **keys: str | int
    ) -> Iterator[Element]:
        says = self._speaker.elements(asks, call.language)
        step = addresses.step(call)
        yield TWILIO.element("Gather", *says, action=step, method="POST", input="dtmf", timeout=seconds, **keys)
        yield _redirect(addresses.silence(call))


ONE_KEY: Mapping[str, Any] = {"numDigits": 1, "finishOnKey": ""}
"""The attributes of a Gather that ends at any one key, the hash included."""

HANG_UP = TWILIO.element("Hangup")


def _redirect(to: str) -> Element:
    return TWILIO.element("Redirect", to, method="POST")


def _dial(ring: RingReception, call: Call, addresses: Addresses) -> Element:
    screened = {"url": addresses.answered(call), "method": "POST"} if ring.screening else {}
    numbers = (TWILIO.element("Number", number.e164, **screened) for number in ring.numbers)
    caller_id, step = ring.caller_id.e164, addresses.step(call)
    return TWILIO.element("Dial", *numbers, action=step, method="POST", timeout=ring.seconds, callerId=caller_id)

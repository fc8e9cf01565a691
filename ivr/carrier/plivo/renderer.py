"""Converts a Turn into a document of Plivo's elements. No call logic, no HTTP."""

from collections.abc import Iterable, Mapping
from typing import Any

from ivr.carrier.addresses import BEFORE_AGAIN, Addresses
from ivr.carrier.elements import Element
from ivr.carrier.leg import Leg
from ivr.carrier.plivo.elements import PLIVO
from ivr.carrier.plivo.retries import with_retries
from ivr.carrier.plivo.speech import sound_elements, voices_of
from ivr.carrier.speaker import NONE_RECORDED, Recorded, Speaker
from ivr.carrier.steps import Step
from ivr.line.blanks import Say
from ivr.line.phones import Phone
from ivr.line.script import Script
from ivr.line.turn import Call, HangUp, KeyNumber, PressKey, RingReception, Turn

SHORTEST_WAIT, LONGEST_WAIT = 5, 60
"""The fewest and the most seconds for which Plivo can wait for one key."""

CONFIRM_SECONDS = 25
"""Seconds after the pick-up in which the reception may take the call. Two questions and an answer fit into them."""

BETWEEN_QUESTIONS = 5
"""Seconds of silence before the question to whoever has picked up is asked again."""


class PlivoRenderer:
    """Writes Plivo's documents: the script's words in the clinic's voices, and recordings where there are any.

    Raises CarrierUnfit where the carrier does not speak a language of the script.
    """

    def __init__(self, script: Script, voices: Mapping[str, str], recorded: Recorded = NONE_RECORDED) -> None:
        self._speaker = Speaker(script, voices_of(script, voices), sound_elements, recorded)

    def document(self, turn: Turn, addresses: Addresses, calls_from: Phone | None = None) -> str:
        """Return Plivo's document of a turn of the call.

        The reception sees `calls_from` as the caller's number; if that is None, the `caller_id` of the turn.
        """
        first = self._speaker.elements(turn.first, turn.call.language)
        asks = self._speaker.elements(turn.asks, turn.call.language)
        match turn.wait:
            case PressKey(seconds):
                key = _one_key(seconds, asks, turn.call, addresses)
                return PLIVO.document(*first, key, _redirect(addresses.silence(turn.call)))
            case KeyNumber(seconds, digits):
                keys = _number(seconds, digits, asks, turn.call, addresses)
                return PLIVO.document(*first, keys, _redirect(addresses.silence(turn.call)))
            case RingReception():
                return PLIVO.document(*first, _dial(turn.wait, calls_from or turn.wait.caller_id, turn.call, addresses))
            case HangUp():
                return PLIVO.document(*first, PLIVO.element("Hangup"))
            case _:
                raise TypeError(f"{type(turn.wait).__name__} is not for the carrier")

    def screening(self, leg: Leg) -> str:
        """Return the document that asks the reception to press a key. Plivo itself waits for the key."""
        if not leg.begins:
            return PLIVO.document()
        question = [*self._speaker.elements(leg.asks, leg.call.language)]
        return PLIVO.document(*question, _pause(BETWEEN_QUESTIONS), *question)

    def fault(self, again: str | None = None) -> str:
        """Return the document of the apology in every language; then Plivo asks the URL `again`, or the call ends."""
        says = (Say("fault_again" if again else "fault"),)
        sorry = [each for language in self._speaker.languages for each in self._speaker.elements(says, language)]
        if again is None:
            return PLIVO.document(*sorry, PLIVO.element("Hangup"))
        return PLIVO.document(*sorry, _pause(BEFORE_AGAIN), _redirect(again))

    def named(self, step: Step) -> Step:
        """Return a step of a document. If the step plays one of our recordings, add the words of the recording."""
        return self._speaker.named(step)


def _one_key(seconds: int, asks: Iterable[Element], call: Call, addresses: Addresses) -> Element:
    """Return Plivo's element that waits for one key.

    No key is set to end the input, so the hash counts as any other key. Plivo is told to log no key.
    """
    return PLIVO.element(
        "GetInput",
        *asks,
        action=with_retries(addresses.step(call)),
        method="POST",
        inputType="dtmf",
        executionTimeout=min(max(seconds, SHORTEST_WAIT), LONGEST_WAIT),
        numDigits=1,
        finishOnKey="none",
        log="false",
    )


def _number(seconds: int, digits: int, asks: Iterable[Element], call: Call, addresses: Addresses) -> Element:
    """Return Plivo's GetDigits, which waits `seconds` for each digit. GetInput limits the time for the whole input."""
    most: dict[str, Any] = {"numDigits": digits} if digits else {}
    return PLIVO.element(
        "GetDigits",
        *asks,
        action=with_retries(addresses.step(call)),
        method="POST",
        timeout=seconds,
        digitTimeout=seconds,
        finishOnKey="#",
        retries=1,
        log="false",
        **most,
    )


def _redirect(to: str) -> Element:
    return PLIVO.element("Redirect", with_retries(to), method="POST")


def _pause(seconds: int) -> Element:
    return PLIVO.element("Wait", length=seconds)  # with silence="true" it would end after two seconds of silence


def _dial(ring: RingReception, calls_from: Phone, call: Call, addresses: Addresses) -> Element:
    """Return Plivo's element that calls the reception. Only the first person who presses the key gets the patient."""
    screened: dict[str, Any] = {}
    if ring.screening:
        screened = {
            "confirmSound": with_retries(addresses.answered(call)),
            "confirmKey": ring.screening.key,
            "confirmTimeout": CONFIRM_SECONDS,
        }
    return PLIVO.element(
        "Dial",
        *(PLIVO.element("Number", _written(number)) for number in ring.numbers),
        action=with_retries(addresses.step(call)),
        method="POST",
        timeout=ring.seconds,
        callerId=_written(calls_from),
        dialMusic="real",
        **screened,
    )


def _written(number: Phone) -> str:
    return number.e164.removeprefix("+")

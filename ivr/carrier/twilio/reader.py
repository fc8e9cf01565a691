"""Reads TwiML as Twilio does, and returns its steps. No HTTP, and no knowledge of the menu."""

from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from ivr.carrier.steps import Dials, Gathers, Records, Redirects, Step
from ivr.carrier.xml_steps import Elements, cuttable, hung_up, paused, played, spoken, steps_of, whole_number


def steps(document: str) -> Iterator[Step]:
    """Yield the steps of a TwiML document, in order. Raises NotUnderstood."""
    return steps_of(document, VERBS)


def _gathers(verb: Xml.Element) -> Iterator[Step]:
    yield from cuttable(verb, VERBS)
    yield Gathers(
        action=verb.get("action", ""),
        digits=whole_number(verb, "numDigits", 0) or None,
        ends_with=verb.get("finishOnKey", "#"),
        seconds=whole_number(verb, "timeout", 5),
    )


def _dials(verb: Xml.Element) -> Iterator[Step]:
    numbers = tuple(((number.text or "").strip(), number.get("url", "")) for number in verb.iter("Number"))
    yield Dials(
        action=verb.get("action", ""),
        numbers=numbers or (((verb.text or "").strip(), ""),),
        seconds=whole_number(verb, "timeout", 30),
    )


def _records(verb: Xml.Element) -> Iterator[Step]:
    yield Records(verb.get("action", ""))


def _redirects(verb: Xml.Element) -> Iterator[Step]:
    yield Redirects((verb.text or "").strip())


VERBS: Elements = {
    "Say": spoken,
    "Play": played,
    "Pause": paused,
    "Gather": _gathers,
    "Dial": _dials,
    "Record": _records,
    "Redirect": _redirects,
    "Hangup": hung_up,
    "Reject": hung_up,
}

"""Reads a document for Plivo as that carrier does, and returns its steps. No HTTP, and no knowledge of the menu."""

from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from ivr.carrier.plivo.retries import as_asked
from ivr.carrier.steps import Dials, Gathers, NotUnderstood, Redirects, Step
from ivr.carrier.xml_steps import Elements, cuttable, hung_up, paused, played, spoken, steps_of, whole_number

NO_KEY = "none"
"""The value of `finishOnKey` with which no key ends an input."""


def steps(document: str) -> Iterator[Step]:
    """Yield the steps of a document of Plivo's, in order. Raises NotUnderstood."""
    return steps_of(document, ELEMENTS)


def _gets_input(element: Xml.Element) -> Iterator[Step]:
    yield from cuttable(element, ELEMENTS)
    yield Gathers(
        action=_address(element),
        digits=whole_number(element, "numDigits", 32),
        ends_with=_ending_key(element),
        seconds=whole_number(element, "executionTimeout", 15),
    )


def _gets_digits(element: Xml.Element) -> Iterator[Step]:
    yield from cuttable(element, ELEMENTS)
    yield Gathers(
        action=_address(element),
        digits=whole_number(element, "numDigits", 0) or None,
        ends_with=_ending_key(element),
        seconds=whole_number(element, "timeout", 5),
    )


def _dials(element: Xml.Element) -> Iterator[Step]:
    heard = as_asked(element.get("confirmSound", ""))
    yield Dials(
        action=_address(element),
        numbers=tuple((f"+{(number.text or '').strip()}", heard) for number in element.iter("Number")),
        seconds=whole_number(element, "timeout", 30),
        key=element.get("confirmKey", ""),
    )


def _redirects(element: Xml.Element) -> Iterator[Step]:
    yield Redirects(as_asked((element.text or "").strip()))


def _address(element: Xml.Element) -> str:
    """Return the `action` of an element, the address that Plivo asks after the element.

    Raises NotUnderstood if the element has no address, because Plivo would then ask nobody.
    """
    action = as_asked(element.get("action", ""))
    if not action:
        raise NotUnderstood(f"a {element.tag} has no action")
    return action


def _ending_key(element: Xml.Element) -> str:
    key = element.get("finishOnKey", "#")
    return "" if key == NO_KEY else key


ELEMENTS: Elements = {
    "Speak": spoken,
    "Play": played,
    "Wait": paused,
    "GetInput": _gets_input,
    "GetDigits": _gets_digits,
    "Dial": _dials,
    "Redirect": _redirects,
    "Hangup": hung_up,
}

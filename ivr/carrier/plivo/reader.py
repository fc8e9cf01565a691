"""Reads a document for Plivo as that carrier does, and returns its steps. No HTTP, and no knowledge of the menu."""

from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from ivr.carrier.plivo.retries import as_asked
from ivr.carrier.steps import Dials, Gathers, HangsUp, Heard, NotUnderstood, Pauses, Redirects, Step
from ivr.carrier.xml_steps import Elements, cuttable, steps_of, whole_number, words_aloud

NO_KEY = "none"
"""The word that a document has in the place of a key, where no key ends an input."""


def steps(document: str) -> Iterator[Step]:
    """Yield the steps of a document of Plivo's, in order. Raises NotUnderstood."""
    return steps_of(document, ELEMENTS)


def _speaks(element: Xml.Element) -> Iterator[Step]:
    yield Heard("".join(element.itertext()), element.get("language", "en-US"), aloud=words_aloud(element))


def _plays(element: Xml.Element) -> Iterator[Step]:
    address = (element.text or "").strip()
    yield Heard(f"[plays {address}]", "", recording=address)


def _waits(element: Xml.Element) -> Iterator[Step]:
    yield Pauses(whole_number(element, "length", 1))


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


def _hangs_up(_element: Xml.Element) -> Iterator[Step]:
    yield HangsUp()


def _address(element: Xml.Element) -> str:
    """Return the address of an element that is asked next.

    Raises NotUnderstood where there is none: Plivo would ask nobody.
    """
    action = as_asked(element.get("action", ""))
    if not action:
        raise NotUnderstood(f"a {element.tag} has no action")
    return action


def _ending_key(element: Xml.Element) -> str:
    key = element.get("finishOnKey", "#")
    return "" if key == NO_KEY else key


ELEMENTS: Elements = {
    "Speak": _speaks,
    "Play": _plays,
    "Wait": _waits,
    "GetInput": _gets_input,
    "GetDigits": _gets_digits,
    "Dial": _dials,
    "Redirect": _redirects,
    "Hangup": _hangs_up,
}

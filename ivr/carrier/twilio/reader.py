"""Reads TwiML as Twilio does, and returns its steps. No HTTP, and no knowledge of the menu."""

from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from ivr.carrier.steps import Dials, Gathers, HangsUp, Heard, Pauses, Records, Redirects, Step
from ivr.carrier.xml_steps import Elements, cuttable, steps_of, whole_number, words_aloud


def steps(document: str) -> Iterator[Step]:
    """Yield the steps of a TwiML document, in order. Raises NotUnderstood."""
    return steps_of(document, VERBS)


def _says(verb: Xml.Element) -> Iterator[Step]:
    yield Heard("".join(verb.itertext()), verb.get("language", "en-US"), aloud=words_aloud(verb))


def _plays(verb: Xml.Element) -> Iterator[Step]:
    address = (verb.text or "").strip()
    yield Heard(f"[plays {address}]", "", recording=address)


def _pauses(verb: Xml.Element) -> Iterator[Step]:
    yield Pauses(whole_number(verb, "length", 1))


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


def _hangs_up(_verb: Xml.Element) -> Iterator[Step]:
    yield HangsUp()


VERBS: Elements = {
    "Say": _says,
    "Play": _plays,
    "Pause": _pauses,
    "Gather": _gathers,
    "Dial": _dials,
    "Record": _records,
    "Redirect": _redirects,
    "Hangup": _hangs_up,
    "Reject": _hangs_up,
}

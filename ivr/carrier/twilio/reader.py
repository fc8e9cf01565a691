"""Reads TwiML as the carrier does, and returns its steps. No HTTP, and no knowledge of the menu."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from xml.etree import ElementTree as Xml

from ivr.carrier.steps import (
    Dials,
    Gathers,
    HangsUp,
    Heard,
    NotUnderstood,
    Pauses,
    Records,
    Redirects,
    Sound,
    Step,
)


def steps(document: str) -> Iterator[Step]:
    """Yield the steps of a document, in order. Raises NotUnderstood."""
    try:
        root = Xml.fromstring(document.encode())  # noqa: S314 - our own service's answer, and expat refuses bombs
    except Xml.ParseError as error:
        raise NotUnderstood(f"not XML: {error}") from error
    if root.tag != "Response":
        raise NotUnderstood(f"a {root.tag}; expected a Response")
    for place, verb in enumerate(root, start=1):
        for step in _verb(verb):
            yield replace(step, otherwise=_document(root[place:])) if isinstance(step, Gathers) else step


def _document(verbs: Iterable[Xml.Element]) -> str:
    root = Xml.Element("Response")
    root.extend(verbs)
    return Xml.tostring(root, encoding="unicode")


def _verb(verb: Xml.Element) -> Iterator[Step]:
    if verb.tag not in VERBS:
        raise NotUnderstood(f"the verb {verb.tag} is not known")
    yield from VERBS[verb.tag](verb)


def _says(verb: Xml.Element) -> Iterator[Step]:
    words, aloud = "".join(verb.itertext()), "".join(_aloud(verb))
    yield Heard(words, verb.get("language", "en-US"), aloud=aloud if aloud != words else "")


def _aloud(verb: Xml.Element) -> Iterator[str]:
    """Yield the words in the order in which they are read: of a <sub>, its alias."""
    yield verb.text or ""
    for child in verb:
        yield child.get("alias", "") if child.tag == "sub" else "".join(_aloud(child))
        yield child.tail or ""


def _plays(verb: Xml.Element) -> Iterator[Step]:
    address = (verb.text or "").strip()
    yield Heard(f"[plays {address}]", "", recording=address)


def _pauses(verb: Xml.Element) -> Iterator[Step]:
    yield Pauses(_whole(verb, "length", 1))


def _gathers(verb: Xml.Element) -> Iterator[Step]:
    for child in verb:
        for step in _verb(child):
            yield replace(step, cuttable=True) if isinstance(step, Sound) else step
    yield Gathers(
        action=verb.get("action", ""),
        digits=_whole(verb, "numDigits", 0) or None,
        ends_with=verb.get("finishOnKey", "#"),
        seconds=_whole(verb, "timeout", 5),
    )


def _dials(verb: Xml.Element) -> Iterator[Step]:
    numbers = tuple(((number.text or "").strip(), number.get("url", "")) for number in verb.iter("Number"))
    yield Dials(
        action=verb.get("action", ""),
        numbers=numbers or (((verb.text or "").strip(), ""),),
        seconds=_whole(verb, "timeout", 30),
    )


def _records(verb: Xml.Element) -> Iterator[Step]:
    yield Records(verb.get("action", ""))


def _redirects(verb: Xml.Element) -> Iterator[Step]:
    yield Redirects((verb.text or "").strip())


def _hangs_up(_verb: Xml.Element) -> Iterator[Step]:
    yield HangsUp()


def _whole(verb: Xml.Element, name: str, usual: int) -> int:
    """Return a whole number from an attribute, or the carrier's default. Raises NotUnderstood."""
    written = verb.get(name, str(usual))
    if not (written.isascii() and written.isdigit()):
        raise NotUnderstood(f"{name} of a {verb.tag} is no number: {written}")
    return int(written)


VERBS: Mapping[str, Callable[[Xml.Element], Iterator[Step]]] = {
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

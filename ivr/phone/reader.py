"""Reads TwiML as the carrier does: what is heard, and what it then waits for. No HTTP, and nothing of our menu."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as Xml


class NotUnderstood(Exception):
    """The document is not one that this telephone can follow."""


@dataclass(frozen=True)
class Heard:
    """Words, and the language they are spoken in."""

    words: str
    language: str


@dataclass(frozen=True)
class Gathers:
    """Waits for keys, while its words are spoken."""

    action: str
    digits: int | None
    """How many keys end it; None for any number."""
    ends_with: str
    """The key that ends it, and is not among them; empty for none."""


@dataclass(frozen=True)
class Dials:
    """Rings these telephones; each hears its own document first, if it has one."""

    action: str
    numbers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Records:
    """Records what the caller says."""

    action: str


@dataclass(frozen=True)
class Redirects:
    """Goes on with another document."""

    to: str


@dataclass(frozen=True)
class HangsUp:
    """The call is ended by the other side."""


Step = Heard | Gathers | Dials | Records | Redirects | HangsUp


def steps(document: str) -> Iterator[Step]:
    """What the document does, in order; it may be left at any step. Raises NotUnderstood."""
    try:
        root = Xml.fromstring(document.encode())  # noqa: S314 - our own service's answer, and expat refuses bombs
    except Xml.ParseError as error:
        raise NotUnderstood(f"not XML: {error}") from error
    if root.tag != "Response":
        raise NotUnderstood(f"a {root.tag}; expected a Response")
    for verb in root:
        yield from _verb(verb)


def _verb(verb: Xml.Element) -> Iterator[Step]:
    if verb.tag not in VERBS:
        raise NotUnderstood(f"the verb {verb.tag} is not known")
    yield from VERBS[verb.tag](verb)


def _says(verb: Xml.Element) -> Iterator[Step]:
    yield Heard("".join(verb.itertext()), verb.get("language", "en-US"))


def _plays(verb: Xml.Element) -> Iterator[Step]:
    yield Heard(f"[plays {verb.text}]", "")


def _pauses(_verb: Xml.Element) -> Iterator[Step]:
    yield from ()


def _gathers(verb: Xml.Element) -> Iterator[Step]:
    for child in verb:
        yield from _verb(child)
    digits = verb.get("numDigits")
    yield Gathers(verb.get("action", ""), int(digits) if digits else None, verb.get("finishOnKey", "#"))


def _dials(verb: Xml.Element) -> Iterator[Step]:
    numbers = tuple(((number.text or "").strip(), number.get("url", "")) for number in verb.iter("Number"))
    yield Dials(verb.get("action", ""), numbers or (((verb.text or "").strip(), ""),))


def _records(verb: Xml.Element) -> Iterator[Step]:
    yield Records(verb.get("action", ""))


def _redirects(verb: Xml.Element) -> Iterator[Step]:
    yield Redirects((verb.text or "").strip())


def _hangs_up(_verb: Xml.Element) -> Iterator[Step]:
    yield HangsUp()


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

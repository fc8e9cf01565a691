"""Reads a carrier's XML document as steps, with the carrier's own table of elements. No HTTP, no menu."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from xml.etree import ElementTree as Xml

from ivr.carrier.steps import Gathers, HangsUp, Heard, NotUnderstood, Pauses, Sound, Step

ReadElement = Callable[[Xml.Element], Iterator[Step]]

Elements = Mapping[str, ReadElement]
"""A table that gives, for the name of an XML element, the function that reads the element as a document's steps."""


def steps_of(document: str, elements: Elements) -> Iterator[Step]:
    """Yield the steps of a carrier's document, in order. Raises NotUnderstood."""
    try:
        root = Xml.fromstring(document.encode())  # noqa: S314 - our own service's answer, and expat refuses bombs
    except Xml.ParseError as error:
        raise NotUnderstood(f"not XML: {error}") from error
    if root.tag != "Response":
        raise NotUnderstood(f"a {root.tag}; expected a Response")
    for place, element in enumerate(root, start=1):
        for step in element_steps(element, elements):
            yield replace(step, otherwise=_document(root[place:])) if isinstance(step, Gathers) else step


def element_steps(element: Xml.Element, elements: Elements) -> Iterator[Step]:
    """Yield the steps of one element of a carrier's document. Raises NotUnderstood."""
    if element.tag not in elements:
        raise NotUnderstood(f"the verb {element.tag} is not known")
    yield from elements[element.tag](element)


def cuttable(element: Xml.Element, elements: Elements) -> Iterator[Step]:
    """Yield the steps of an element's children, with sounds that a key press interrupts. Raises NotUnderstood."""
    for child in element:
        for step in element_steps(child, elements):
            yield replace(step, cuttable=True) if isinstance(step, Sound) else step


def spoken(element: Xml.Element) -> Iterator[Step]:
    """Yield an element's text as one Heard. `aloud` is the text with an alias for each <sub>; empty if both agree."""
    words, aloud = "".join(element.itertext()), "".join(_aloud(element))
    yield Heard(words, element.get("language", "en-US"), aloud=aloud if aloud != words else "")


def played(element: Xml.Element) -> Iterator[Step]:
    """Yield the recording that an element plays. The text of the element is the recording's address."""
    address = (element.text or "").strip()
    yield Heard(f"[plays {address}]", "", recording=address)


def paused(element: Xml.Element) -> Iterator[Step]:
    """Yield a step in which the carrier is silent for the seconds in the element's `length`, or for one second."""
    yield Pauses(whole_number(element, "length", 1))


def hung_up(_element: Xml.Element) -> Iterator[Step]:
    """Yield the step that ends the call."""
    yield HangsUp()


def whole_number(element: Xml.Element, name: str, usual: int) -> int:
    """Return the whole number in an element's attribute, or `usual`, the carrier's default. Raises NotUnderstood."""
    written = element.get(name, str(usual))
    if not (written.isascii() and written.isdigit()):
        raise NotUnderstood(f"{name} of a {element.tag} is no number: {written}")
    return int(written)


def _document(elements: Iterable[Xml.Element]) -> str:
    root = Xml.Element("Response")
    root.extend(elements)
    return Xml.tostring(root, encoding="unicode")


def _aloud(element: Xml.Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield child.get("alias", "") if child.tag == "sub" else "".join(_aloud(child))
        yield child.tail or ""

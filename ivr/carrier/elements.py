"""Writes the elements of a carrier's documents by a table of each element's attributes and children.

Makes only elements that are valid by the table. Each carrier has its own table. Knows no turn.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

ANYTHING = re.compile(r"(?s).+")

Values = re.Pattern[str] | range
"""The values that an attribute or a text may have: those of a pattern, or whole numbers of a range."""


@dataclass(frozen=True)
class ElementRule:
    """A carrier's rule for an XML element: its allowed attributes and children, and the attributes it must have."""

    attributes: Mapping[str, Values] = field(default_factory=dict)
    children: frozenset[str] = frozenset()
    text: Values | None = None
    """The values that the element's text may have; None if it has no text."""
    required: frozenset[str] = frozenset()


def rule(children: str = "", text: Values | None = None, *, required: str = "", **attributes: Values) -> ElementRule:
    """Return a row of a carrier's table of elements; `children` and `required` are names with spaces between them."""
    return ElementRule(attributes, frozenset(children.split()), text, frozenset(required.split()))


class Element(NamedTuple):
    """An element of a carrier's document: its name, and its XML text."""

    name: str
    xml: str


class Elements:
    """Makes the elements of one carrier's documents, and refuses elements that the carrier's `rules` do not allow."""

    def __init__(self, rules: Mapping[str, ElementRule], declaration: str = "") -> None:
        self._rules = rules
        self._declaration = declaration

    def element(self, name: str, *children: Element | str, **attributes: str | int) -> Element:
        """Return the element `name` with these children and texts, and with its attributes in alphabetical order.

        Raises ValueError if the carrier's table does not allow the element; the message says what is wrong.
        """
        known = self._rules[name]
        if not known.required <= attributes.keys():
            raise ValueError(f"{name} has no {' or '.join(sorted(known.required - attributes.keys()))}")
        written = "".join([_attribute(name, known, key, attributes[key]) for key in sorted(attributes)])
        within = "".join([_within(name, known, child) for child in children])
        return Element(name, f"<{name}{written}>{within}</{name}>" if within else f"<{name}{written} />")

    def allows(self, name: str, attribute: str, value: str) -> bool:
        """Return whether the carrier's table has this value for this attribute of an element."""
        return _allows(self._rules[name].attributes[attribute], value)

    def document(self, *elements: Element) -> str:
        """Return a carrier's document of these elements. Raises ValueError if the carrier does not allow an element."""
        return self._declaration + self.element("Response", *elements).xml


def _attribute(name: str, known: ElementRule, key: str, value: str | int) -> str:
    allowed = known.attributes.get(key)
    if allowed is None or not _allows(allowed, value):
        raise ValueError(f"{key} of {name} is odd")
    if not isinstance(value, str):
        return f' {key}="{value}"'
    value = _escaped(value).replace('"', "&quot;")
    if not value.isprintable():
        value = value.replace("\r", "&#13;").replace("\n", "&#10;").replace("\t", "&#09;")
    return f' {key}="{value}"'


def _within(name: str, known: ElementRule, child: Element | str) -> str:
    if isinstance(child, Element):
        if child.name not in known.children:
            raise ValueError(f"{child.name} within {name}")
        return child.xml
    if child and (known.text is None or not _allows(known.text, child)):
        raise ValueError(f"the text of {name} is odd")
    return _escaped(child)


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _allows(values: Values, value: str | int) -> bool:
    if isinstance(values, range):
        return isinstance(value, int) and value in values
    return values.fullmatch(value if isinstance(value, str) else str(value)) is not None

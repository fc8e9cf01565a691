"""Plivo's elements as a table: which attributes each has, what their values are, and what may stand within it.

Makes elements that are valid by the table, and no others. Only what our documents need is in it. Knows no turn.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from xml.etree import ElementTree as Xml

ADDRESS = re.compile(r"https?://[!-~]+|/(#[!-~]*)?")
"""A whole address, as the carrier needs it; or "/", which stands for one in documents that no carrier gets."""

ANYTHING = re.compile(r"(?s).+")
DIGITS = re.compile(r"[1-9][0-9]{6,14}")
"""A number with its country code, without the +."""

YES_OR_NO = re.compile("true|false")
POST = re.compile("POST")

Values = re.Pattern[str] | range
"""The values of an attribute: a pattern, or whole numbers."""


@dataclass(frozen=True)
class ElementRule:
    """The attributes and the children of an element. An attribute that is `required` may not be left out."""

    attributes: Mapping[str, Values] = field(default_factory=dict)
    children: frozenset[str] = frozenset()
    text: Values | None = None
    """The text; None if there is none."""
    required: frozenset[str] = frozenset()


def _rule(children: str = "", text: Values | None = None, *, required: str = "", **attributes: Values) -> ElementRule:
    return ElementRule(attributes, frozenset(children.split()), text, frozenset(required.split()))


SOUNDS = "Speak Play"

ELEMENTS: Mapping[str, ElementRule] = MappingProxyType(
    {
        "Response": _rule("Speak Play Wait GetInput GetDigits Dial Redirect Hangup"),
        "Speak": _rule(
            "sub",
            ANYTHING,
            voice=re.compile(r"Polly\.[A-Z][a-z]+"),
            language=re.compile("[a-z]{2}-[A-Z]{2}"),
            required="voice language",
        ),
        "sub": _rule(text=ANYTHING, alias=ANYTHING, required="alias"),
        "Play": _rule(text=ADDRESS),
        "Wait": _rule(length=range(1, 121), required="length"),
        "GetInput": _rule(
            SOUNDS,
            action=ADDRESS,
            method=POST,
            inputType=re.compile("dtmf"),
            executionTimeout=range(5, 61),
            finishOnKey=re.compile("[0-9#*]|none"),
            numDigits=range(1, 33),
            log=YES_OR_NO,
            required="action executionTimeout numDigits finishOnKey log",
        ),
        "GetDigits": _rule(
            SOUNDS,
            action=ADDRESS,
            method=POST,
            timeout=range(1, 121),
            digitTimeout=range(1, 121),
            finishOnKey=re.compile("[0-9#*]|none"),
            numDigits=range(1, 100),
            retries=range(1, 2),
            log=YES_OR_NO,
            required="action timeout digitTimeout retries log",
        ),
        "Dial": _rule(
            "Number",
            action=ADDRESS,
            method=POST,
            timeout=range(5, 121),
            callerId=DIGITS,
            dialMusic=re.compile("real"),
            confirmSound=ADDRESS,
            confirmKey=re.compile("[0-9#*]"),
            confirmTimeout=range(1, 121),
            required="action callerId timeout",
        ),
        "Number": _rule(text=DIGITS),
        "Redirect": _rule(text=ADDRESS, method=POST),
        "Hangup": _rule(),
    }
)
"""The elements of our documents. tests/carrier/plivo/test_elements.py compares them with the carrier's own library."""


def element(name: str, *children: Xml.Element, text: str = "", **attributes: str | int) -> Xml.Element:
    """Return an element that is valid by the table. Raises ValueError, which names what is not."""
    rule = ELEMENTS[name]
    for attribute, value in attributes.items():
        if attribute not in rule.attributes or not _allows(rule.attributes[attribute], value):
            raise ValueError(f"{attribute} of {name} is odd")
    if missing := rule.required - attributes.keys():
        raise ValueError(f"{name} has no {' or '.join(sorted(missing))}")
    if text and (rule.text is None or not _allows(rule.text, text)):
        raise ValueError(f"the text of {name} is odd")
    if odd := {child.tag for child in children} - rule.children:
        raise ValueError(f"{' or '.join(sorted(odd))} within {name}")
    made = Xml.Element(name, {attribute: str(value) for attribute, value in attributes.items()})
    made.text = text or None
    made.extend(children)
    return made


def document(*elements: Xml.Element) -> str:
    """Return a whole document of these elements."""
    return Xml.tostring(element("Response", *elements), encoding="unicode")


def _allows(values: Values, value: str | int) -> bool:
    if isinstance(values, range):
        return isinstance(value, int) and value in values
    return values.fullmatch(str(value)) is not None

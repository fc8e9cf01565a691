"""The table of elements: nothing that the carrier's own library does not know, and nothing odd gets into a document."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from ivr.carrier.plivo.elements import ELEMENTS, document, element

LIBRARY: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "signatures" / "elements.json").read_text())[
    "elements"
]
"""The elements of the carrier's library for Python; signatures/elements.py wrote them down."""

HOOK = "https://line.example/voice/main"


@pytest.mark.parametrize("name", ELEMENTS)
def test_an_element_has_only_attributes_and_children_that_the_carriers_library_knows(name: str) -> None:
    rule, theirs = ELEMENTS[name], LIBRARY[name]
    assert set(rule.attributes) <= set(theirs["attributes"])
    assert rule.children <= set(theirs["children"])
    assert (rule.text is not None) == theirs["text"]
    assert rule.required <= set(rule.attributes)
    assert rule.children <= set(ELEMENTS)


WHOLE: dict[str, dict[str, str | int]] = {
    "Wait": {"length": 4},
    "Speak": {"voice": "Polly.Aditi", "language": "hi-IN", "text": "नमस्ते"},
    "Redirect": {"text": HOOK, "method": "POST"},
    "GetInput": {"action": HOOK, "executionTimeout": 6, "numDigits": 1, "finishOnKey": "none", "log": "false"},
}


@pytest.mark.parametrize("name", WHOLE)
def test_an_element_that_is_whole_is_made(name: str) -> None:
    given = {key: value for key, value in WHOLE[name].items() if key != "text"}
    made = element(name, **WHOLE[name])  # type: ignore[arg-type]  # text is a word
    assert (made.tag, made.attrib) == (name, {key: str(value) for key, value in given.items()})


@pytest.mark.parametrize(
    ("name", "odd", "says"),
    [
        ("Wait", {"length": 0}, "length of Wait is odd"),
        ("Wait", {"length": "4"}, "length of Wait is odd"),
        ("Speak", {"voice": "WOMAN"}, "voice of Speak is odd"),
        ("Speak", {"loop": 0}, "loop of Speak is odd"),
        ("Redirect", {"text": "/voice/main"}, "the text of Redirect is odd"),
        ("Redirect", {"text": "javascript:alert(1)"}, "the text of Redirect is odd"),
        ("GetInput", {"action": "/voice/main"}, "action of GetInput is odd"),
        ("GetInput", {"executionTimeout": 4}, "executionTimeout of GetInput is odd"),
        ("GetInput", {"speechModel": "default"}, "speechModel of GetInput is odd"),
        ("Wait", {"text": "words"}, "the text of Wait is odd"),
    ],
)
def test_what_is_odd_is_named(name: str, odd: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(says)}$"):
        element(name, **{**WHOLE[name], **odd})


def test_what_is_left_out_or_stands_at_a_wrong_place_is_named() -> None:
    with pytest.raises(ValueError, match="Wait has no length"):
        element("Wait")
    with pytest.raises(ValueError, match="Hangup within GetInput"):
        element("GetInput", element("Hangup"), **WHOLE["GetInput"])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Number within Response"):
        document(element("Number", text="911140000001"))


def test_what_stands_in_a_document_is_escaped() -> None:
    written = document(element("Redirect", text=f"{HOOK}?a=1&b=2", method="POST"))
    assert "a=1&amp;b=2" in written
    assert [each.text for each in Xml.fromstring(written)] == [f"{HOOK}?a=1&b=2"]  # noqa: S314 - our own

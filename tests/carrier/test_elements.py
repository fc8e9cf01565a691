"""Elements of a carrier's document: an XML parser reads back what was written, and wrong elements are refused."""

import re
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.carrier.elements import ANYTHING, Elements, rule
from ivr.carrier.plivo.elements import PLIVO
from ivr.carrier.twilio.elements import TWILIO

HOOK = "https://line.example/voice/main"

WHOLE: dict[str, tuple[Elements, str, tuple[str, ...], dict[str, Any]]] = {
    "a pause": (PLIVO, "Wait", (), {"length": 4}),
    "words": (PLIVO, "Speak", ("नमस्ते",), {"voice": "Polly.Aditi", "language": "hi-IN"}),
    "words at Twilio": (TWILIO, "Say", ("नमस्ते",), {"voice": "alice", "language": "hi-IN"}),
    "another step": (PLIVO, "Redirect", (HOOK,), {"method": "POST"}),
    "another step at Twilio": (TWILIO, "Redirect", (HOOK,), {"method": "POST"}),
    "a key": (
        PLIVO,
        "GetInput",
        (),
        {"action": HOOK, "executionTimeout": 6, "numDigits": 1, "finishOnKey": "none", "log": "false"},
    ),
    "a key at Twilio": (TWILIO, "Gather", (), {"action": "/v", "timeout": 6, "finishOnKey": "", "input": "dtmf"}),
}


@pytest.mark.parametrize("which", WHOLE)
def test_an_element_that_is_whole_is_made(which: str) -> None:
    elements, name, texts, attributes = WHOLE[which]
    made = read(elements.element(name, *texts, **attributes).xml)
    assert (made.tag, made.text or "", list(made.attrib)) == (name, "".join(texts), sorted(attributes))
    assert made.attrib == {key: str(value) for key, value in attributes.items()}


@pytest.mark.parametrize(
    ("which", "odd", "says"),
    [
        ("a pause", {"length": 0}, "length of Wait is odd"),
        ("a pause", {"length": "4"}, "length of Wait is odd"),
        ("words", {"voice": "WOMAN"}, "voice of Speak is odd"),
        ("words", {"loop": 0}, "loop of Speak is odd"),
        ("words at Twilio", {"voice": 'alice" loop="0'}, "voice of Say is odd"),
        ("a key", {"action": "/voice/main"}, "action of GetInput is odd"),
        ("a key", {"executionTimeout": 4}, "executionTimeout of GetInput is odd"),
        ("a key", {"speechModel": "default"}, "speechModel of GetInput is odd"),
        ("a key at Twilio", {"action": "voice/main"}, "action of Gather is odd"),
        ("a key at Twilio", {"action": "javascript:alert(1)"}, "action of Gather is odd"),
        ("a key at Twilio", {"timeout": 0}, "timeout of Gather is odd"),
        ("a key at Twilio", {"finishOnKey": "12"}, "finishOnKey of Gather is odd"),
    ],
)
def test_an_attribute_that_is_odd_is_named(which: str, odd: dict[str, Any], says: str) -> None:
    elements, name, texts, attributes = WHOLE[which]
    with pytest.raises(ValueError, match=f"^{re.escape(says)}$"):
        elements.element(name, *texts, **{**attributes, **odd})


def test_a_text_that_is_odd_is_named() -> None:
    for odd in ("/voice/main", "javascript:alert(1)"):
        with pytest.raises(ValueError, match=r"^the text of Redirect is odd$"):
            PLIVO.element("Redirect", odd)
    with pytest.raises(ValueError, match=r"^the text of Wait is odd$"):
        PLIVO.element("Wait", "words", length=1)


def test_a_lack_or_a_wrong_place_is_named() -> None:
    with pytest.raises(ValueError, match="Wait has no length"):
        PLIVO.element("Wait")
    with pytest.raises(ValueError, match="Hangup within GetInput"):
        PLIVO.element("GetInput", PLIVO.element("Hangup"), **WHOLE["a key"][3])
    with pytest.raises(ValueError, match="Number within Response"):
        TWILIO.document(TWILIO.element("Number", "+911140000001"))


ANY = Elements({"a": rule("a", ANYTHING, b=ANYTHING), "Response": rule("a")})
LEGAL = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))


@given(LEGAL, LEGAL.filter(bool))
def test_any_words_are_read_back_as_they_were_written(text: str, value: str) -> None:
    inner = ANY.element("a", text, b=f"{value}\t\n\r")
    (outer,) = read(ANY.document(ANY.element("a", text, inner, text)))
    assert (outer.text or "", outer[0].tail or "") == (text, text)
    assert (outer[0].text or "", outer[0].attrib) == (text, {"b": f"{value}\t\n\r"})


def read(document: str) -> Xml.Element:
    return Xml.fromstring(document)  # noqa: S314 - our own

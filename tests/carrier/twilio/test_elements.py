"""The product's TwiML: byte for byte as Twilio's own library writes it, with and without the cache."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from xml.etree import ElementTree as Xml

import pytest
from twilio.twiml import TwiML, voice_response

from config import clinic as clinic_file
from ivr.carrier.addresses import Addresses
from ivr.carrier.plivo.renderer import PlivoRenderer
from ivr.carrier.twilio.elements import ELEMENTS
from ivr.carrier.twilio.twiml import Renderer
from ivr.line.engine.call import enter, press
from ivr.line.menu import MENU
from ivr.line.places import Keying, Menu
from ivr.line.turn import ChangeAppointment, CheckDigits, Facts, File, Turn
from tests.carrier.twilio.test_twiml import CLINIC, SCRIPT, call_at, facts, with_reception
from tests.people import DELHI

HOURS = (0, 3, 6, 9, 10, 11, 13, 14, 16, 18, 20, 22)
NOON = 14
"""The hour at which the tests check every telephone line; at other hours, they check only the first line."""

ADDRESSES = Addresses(
    step=lambda call: f"https://line.example/voice/{call.place}?lang={call.language}&c=a%2Fb",
    silence=lambda call: f"https://line.example/voice/{call.place}?lang={call.language}&silent=1",
    answered=lambda call: f"https://line.example/voice/answered?line={call.line}",
)


def turns(hour: int, language: str, mistakes: int = 0) -> Iterator[Turn]:
    """Yield spoken turns of the menu at `hour`: the first of every place, and those after up to `mistakes` misses."""
    now = datetime(2026, 11, 23, hour, 5, tzinfo=DELHI)
    clinic = with_reception(CLINIC)
    for line in CLINIC.lines if hour == NOON else ("main",):
        known = replace(facts(clinic, now), line=clinic.line(line))
        yield from filter(is_said, turns_on(line, language, known, mistakes))


def turns_on(line: str, language: str, known: Facts, mistakes: int) -> Iterator[Turn]:
    for name, place in MENU.items():
        call = replace(call_at(name, language), line=line)
        yield enter(call, name, known)
        for misses in range(mistakes if isinstance(place, Menu | Keying) else 0):
            missed = replace(call, silences=misses, wrongs=misses)
            yield from (press(missed, keys, known) for keys in (None, "7", "123#"))


def is_said(turn: Turn) -> bool:
    return not isinstance(turn.wait, File | CheckDigits | ChangeAppointment)


# -- the carrier's own library


def as_the_library_writes(document: str) -> str:
    """Return this document as Twilio's own library writes it, rebuilt from the library's classes."""
    return str(rebuilt(Xml.fromstring(document)))  # noqa: S314 - our own


def rebuilt(element: Xml.Element) -> TwiML:
    whole = TwiML(**element.attrib)
    whole.name = element.tag
    whole.value = element.text
    for child in element:
        assert {snake_case(name) for name in child.keys()} <= known_attributes(child.tag)  # noqa: SIM118 - no mapping
        whole.append(rebuilt(child))
        if child.tail:
            whole.append(child.tail)
    return whole


def known_attributes(tag: str) -> set[str]:
    """Return the attributes that twilio-python knows for an element: the arguments of the method that makes it."""
    (makes,) = (method for method in (getattr(each, tag.lower(), None) for each in PARENTS) if method)
    return set(inspect.signature(makes).parameters)


PARENTS = (voice_response.VoiceResponse, voice_response.Dial, voice_response.Say)


def snake_case(name: str) -> str:
    return re.sub("[A-Z]", lambda big: f"_{big[0].lower()}", name)


@pytest.mark.parametrize("language", clinic_file.LANGUAGES)
def test_every_document_is_what_the_carriers_library_writes(language: str) -> None:
    renderer = Renderer(SCRIPT, CLINIC.voices)
    written = {renderer.document(turn, ADDRESSES) for hour in (3, NOON) for turn in turns(hour, language, mistakes=3)}
    written |= {renderer.fault(), renderer.fault("https://line.example/voice/again/main?a=1&b=2")}
    assert len(written) > 300
    for document in written:
        assert document == as_the_library_writes(document)


def test_every_element_of_the_table_is_one_of_the_library() -> None:
    for name, rule in ELEMENTS.items():
        if name != "Response":
            assert {snake_case(attribute) for attribute in rule.attributes} <= known_attributes(name)


# -- what is remembered


@pytest.mark.parametrize("made", [partial(Renderer, SCRIPT), partial(PlivoRenderer, SCRIPT)], ids=["twilio", "plivo"])
def test_what_a_renderer_remembers_is_what_one_that_remembers_nothing_writes(made: partial[Renderer]) -> None:
    """A renderer that has cached sentences at many hours and in both languages writes the same as a new renderer."""
    remembers = made({})
    for hour in HOURS:
        for language in clinic_file.LANGUAGES:
            for turn in turns(hour, language):
                assert remembers.document(turn, ADDRESSES) == made({}).document(turn, ADDRESSES)

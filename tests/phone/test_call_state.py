"""The state of the test phone's call: written as text, and read back at the same point, whatever the call waits for."""

import json
from dataclasses import replace

import pytest

from ivr.carrier.steps import Dials, Gathers, HangsUp, Heard, Records, Redirects
from ivr.phone.call_state import CallState, receiver, shown
from ivr.phone.handset import CallMoment, Ends, Wait
from tests.people import CALLER

WHERE = "http://127.0.0.1:8000/voice"
SCREEN = CallMoment((Heard("A patient.", "en-IN"),), Gathers("/taken", 1, ""), WHERE)


@pytest.mark.parametrize(
    ("waits", "reception"),
    [
        (Gathers("/key?a=1&b=2", None, "#", 12, "<Response><Redirect>/silent</Redirect></Response>"), None),
        (Dials("/after", (("+919999900008", "/screen"), ("+919999900009", "/screen")), 20), SCREEN),
        (Dials("/after", (("+919999900008", "/screen"),), 20, key="1"), SCREEN),
        (Records("/kept"), None),
        (Redirects("/voice/again"), None),
        (HangsUp(), None),
        (Ends(), None),
    ],
)
def test_nothing_is_lost_but_what_was_heard_already(waits: Wait, reception: CallMoment | None) -> None:
    moment = CallMoment((Heard("Welcome.", "en-IN"),), waits, WHERE, reception)
    held = CallState("CA1", "+918090080906", CALLER, 1_795_000_000.25, 3, moment, "Plivo")
    quiet = replace(moment, heard=(), reception=replace(reception, heard=()) if reception else None)
    assert receiver(held.words()) == replace(held, moment=quiet)


def test_whoever_holds_it_gets_no_address_to_see() -> None:
    rung = CallMoment((), Dials("/after", (("+919999900008", "/screen"),), 20), WHERE, SCREEN)
    hears = [{"words": "A patient.", "language": "en-IN", "cuttable": False, "aloud": "", "recording": ""}]
    assert shown(rung) == {"heard": [], "waits": {"for": "reception", "seconds": 20, "hears": hears}}


def test_a_call_under_way_since_before_its_id_had_another_name_goes_on() -> None:
    moment = {"kind": "Redirects", "waits": {"to": "/voice/again"}, "address": WHERE, "reception": None}
    words = {"called": "+918090080906", "sender": CALLER, "began": 1.5, "moments": 3, "moment": moment}
    held = receiver(json.dumps({"call_sid": "CA1", **words}))
    assert held == CallState("CA1", "+918090080906", CALLER, 1.5, 3, CallMoment((), Redirects("/voice/again"), WHERE))
    assert json.loads(held.words())["call_sid"] == "CA1"

"""Twilio's stand-in: it posts the webhooks that Twilio would post in a call, and signs them."""

import re

import pytest

from ivr.carrier.call_event import CallEvent
from ivr.carrier.stand_in import GoesOn, Happened, Over, PlacedCall, Presses, Recorded, WasRung
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.stand_in import TwilioStandIn
from ivr.carrier.twilio.webhook import read
from tests.people import CALLER, TOKEN

ACCOUNT = Account(token=TOKEN)
STAND_IN = TwilioStandIn(ACCOUNT)
SID = "CA" + "1" * 32
CALL = PlacedCall(SID, CALLER, "+918090080906")
URL = "https://line.example/voice"


def event(happened: Happened, call: PlacedCall = CALL) -> CallEvent:
    said = STAND_IN.says(URL, call, happened)
    return read(ACCOUNT, "POST", URL, said.headers, said.values)


def test_its_calls_have_ids_like_the_carriers_own_and_no_two_the_same() -> None:
    ids = {STAND_IN.new_call() for _ in range(20)}
    assert len(ids) == 20
    assert all(re.fullmatch(r"CA[0-9a-f]{32}", each) for each in ids)


@pytest.mark.parametrize(
    ("happened", "keys", "talked", "status", "lasted"),
    [
        (GoesOn(), None, False, "in-progress", None),
        (Presses("9999900001"), "9999900001", False, "in-progress", None),
        (WasRung(talked=True), None, True, "in-progress", None),
        (WasRung(talked=False), None, False, "in-progress", None),
        (Over(75), None, False, "completed", 75),
    ],
)
def test_what_happens_is_read_as_it_was_meant(
    happened: Happened, keys: str | None, talked: bool, status: str, lasted: int | None
) -> None:
    found = event(happened)
    assert (found.call_id, found.sender, found.called) == (SID, CALLER, "+918090080906")
    assert (found.keys, found.talked, found.status, found.lasted) == (keys, talked, status, lasted)


def test_a_recording_says_how_long_it_was_and_what_ended_it() -> None:
    values = STAND_IN.says(URL, CALL, Recorded()).values
    assert (values["RecordingDuration"], values["Digits"]) == ("1", "hangup")


def test_a_telephone_that_is_rung_has_a_call_of_its_own() -> None:
    legs = [STAND_IN.leg(CALL, number) for number in ("+919999900008", "+919999900009")]
    assert [(leg.sender, leg.called) for leg in legs] == [("+919999900008",) * 2, ("+919999900009",) * 2]
    assert [event(GoesOn(), leg).call_id for leg in legs] == [leg.call_id for leg in legs]
    assert len({SID, *(leg.call_id for leg in legs)}) == 3


def test_a_probe_is_of_no_call_that_could_be_and_ends_none() -> None:
    said = STAND_IN.probes(URL)
    found = read(ACCOUNT, "POST", URL, said.headers, said.values)
    assert (found.call_id, found.status, found.ended) == ("CA" + "0" * 32, "preflight", False)

"""Plivo's stand-in: it posts the webhooks that Plivo would post in a call, and signs them."""

import re

import pytest

from ivr.carrier.call_event import CallEvent
from ivr.carrier.plivo.settings import PlivoAccount
from ivr.carrier.plivo.stand_in import PlivoStandIn
from ivr.carrier.plivo.webhook import CALL, read
from ivr.carrier.stand_in import GoesOn, Happened, Over, PlacedCall, Presses, Recorded, WasRung
from tests.people import CALLER, TOKEN

ACCOUNT = PlivoAccount("MA0000000000000000EX", TOKEN)
STAND_IN = PlivoStandIn(ACCOUNT)
ID = "97ceeb52-58b6-11e1-86da-77300b68f8bb"
PLACED = PlacedCall(ID, CALLER, "+918090080906")
URL = "https://line.example/voice"


def event(happened: Happened, call: PlacedCall = PLACED) -> CallEvent:
    said = STAND_IN.says(URL, call, happened)
    return read(ACCOUNT, "POST", URL, said.headers, said.values)


def test_its_calls_have_ids_like_the_carriers_own_and_no_two_the_same() -> None:
    ids = {STAND_IN.new_call() for _ in range(20)}
    assert len(ids) == 20
    assert all(CALL.fullmatch(each) for each in ids)


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
    assert (found.call_id, found.sender, found.called) == (ID, CALLER, "+918090080906")
    assert (found.keys, found.talked, found.status, found.lasted) == (keys, talked, status, lasted)


def test_numbers_are_written_as_the_carrier_writes_them_and_a_withheld_one_is_a_word() -> None:
    values = STAND_IN.says(URL, PlacedCall(ID, "anonymous", "+918090080906", "+918090080907"), Recorded()).values
    assert (values["From"], values["To"], values["ForwardedFrom"]) == ("anonymous", "918090080906", "918090080907")
    assert values["RecordingDuration"] == "1"


def test_a_telephone_that_is_rung_has_a_call_of_its_own() -> None:
    legs = [STAND_IN.leg(PLACED, number) for number in ("+919999900008", "+919999900009")]
    assert [event(GoesOn(), leg).call_id for leg in legs] == [leg.call_id for leg in legs]
    assert len({ID, *(leg.call_id for leg in legs)}) == 3


def test_a_probe_is_of_no_call_that_could_be_and_ends_none() -> None:
    said = STAND_IN.probes(URL)
    found = read(ACCOUNT, "POST", URL, said.headers, said.values)
    assert re.fullmatch("[0-]+", found.call_id)
    assert (found.status, found.ended) == ("preflight", False)


def test_no_two_webhooks_have_the_same_nonce() -> None:
    assert len({tuple(STAND_IN.probes(URL).headers.values()) for _ in range(20)}) == 20

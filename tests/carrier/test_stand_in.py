"""The carriers' stand-ins: each posts the webhooks that its carrier would post, and signs them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import pytest

from ivr.carrier.plivo import webhook as of_plivo
from ivr.carrier.plivo.settings import PlivoAccount
from ivr.carrier.plivo.stand_in import PlivoStandIn
from ivr.carrier.port import CallEvent
from ivr.carrier.stand_in import GoesOn, Happened, Over, PlacedCall, Presses, Recorded, SignedWebhook, StandIn, WasRung
from ivr.carrier.twilio import webhook as of_twilio
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.stand_in import TwilioStandIn
from tests.people import CALLER, TOKEN

URL = "https://line.example/voice"


@dataclass(frozen=True)
class Side:
    """A carrier's stand-in, the product's reader of what it signs, and a call of that carrier."""

    stand_in: StandIn
    read: Callable[..., CallEvent]
    ids: re.Pattern[str]
    call: PlacedCall

    def event(self, happened: Happened, call: PlacedCall | None = None) -> CallEvent:
        return self.reads(self.stand_in.says(URL, call or self.call, happened))

    def reads(self, said: SignedWebhook) -> CallEvent:
        return self.read("POST", URL, said.headers, said.values)


AT_TWILIO, AT_PLIVO = Account(token=TOKEN), PlivoAccount("MA0000000000000000EX", TOKEN)
TWILIO = Side(
    TwilioStandIn(AT_TWILIO),
    partial(of_twilio.read, AT_TWILIO),
    re.compile(r"CA[0-9a-f]{32}"),
    PlacedCall("CA" + "1" * 32, CALLER, "+918090080906"),
)
PLIVO = Side(
    PlivoStandIn(AT_PLIVO),
    partial(of_plivo.read, AT_PLIVO),
    of_plivo.CALL,
    PlacedCall("97ceeb52-58b6-11e1-86da-77300b68f8bb", CALLER, "+918090080906"),
)

each_side = pytest.mark.parametrize("side", [TWILIO, PLIVO], ids=["twilio", "plivo"])


@each_side
def test_its_calls_have_ids_like_the_carriers_own_and_no_two_the_same(side: Side) -> None:
    ids = {side.stand_in.new_call() for _ in range(20)}
    assert len(ids) == 20
    assert all(side.ids.fullmatch(each) for each in ids)


@pytest.mark.parametrize(
    ("happened", "meant"),
    [
        (GoesOn(), (None, False, "in-progress", None)),
        (Presses("9999900001"), ("9999900001", False, "in-progress", None)),
        (WasRung(talked=True), (None, True, "in-progress", None)),
        (WasRung(talked=False), (None, False, "in-progress", None)),
        (Over(75), (None, False, "completed", 75)),
    ],
)
@each_side
def test_what_happens_is_read_as_it_was_meant(side: Side, happened: Happened, meant: tuple[object, ...]) -> None:
    found = side.event(happened)
    assert (found.call_id, found.sender, found.called) == (side.call.call_id, CALLER, "+918090080906")
    assert (found.keys, found.talked, found.status, found.lasted) == meant


@each_side
def test_a_telephone_that_is_rung_has_a_call_of_its_own(side: Side) -> None:
    legs = [side.stand_in.leg(side.call, number) for number in ("+919999900008", "+919999900009")]
    assert [(leg.sender, leg.called) for leg in legs] == [("+919999900008",) * 2, ("+919999900009",) * 2]
    assert [side.event(GoesOn(), leg).call_id for leg in legs] == [leg.call_id for leg in legs]
    assert len({side.call.call_id, *(leg.call_id for leg in legs)}) == 3


@each_side
def test_a_probe_is_of_no_call_that_could_be_and_ends_none(side: Side) -> None:
    found = side.reads(side.stand_in.probes(URL))
    assert re.fullmatch("(CA)?[0-]+", found.call_id)
    assert (found.status, found.ended) == ("preflight", False)


def test_a_recording_says_how_long_it_was_and_at_twilio_what_ended_it() -> None:
    says = [side.stand_in.says(URL, side.call, Recorded()).values for side in (TWILIO, PLIVO)]
    assert [each["RecordingDuration"] for each in says] == ["1", "1"]
    assert says[0]["Digits"] == "hangup"


def test_plivo_writes_numbers_without_a_plus_and_a_withheld_one_as_a_word() -> None:
    call = replace(PLIVO.call, sender="anonymous", forwarded_from="+918090080907")
    values = PLIVO.stand_in.says(URL, call, GoesOn()).values
    assert (values["From"], values["To"], values["ForwardedFrom"]) == ("anonymous", "918090080906", "918090080907")


def test_no_two_webhooks_of_plivos_have_the_same_nonce() -> None:
    assert len({tuple(PLIVO.stand_in.probes(URL).headers.values()) for _ in range(20)}) == 20

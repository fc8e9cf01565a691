"""Tests of Plivo's documents: attributes, waits and redirects. `line check` compares their words with the menu's."""

from types import MappingProxyType
from xml.etree import ElementTree as Xml

import pytest

from config import clinic as clinic_file
from config import sentences
from ivr.carrier.leg import Leg
from ivr.carrier.meant import ADDRESSES
from ivr.carrier.plivo.carrier import Plivo
from ivr.carrier.plivo.renderer import PlivoRenderer
from ivr.carrier.plivo.retries import FRAGMENT
from ivr.carrier.plivo.settings import PlivoAccount
from ivr.carrier.port import Carrier
from ivr.carrier.steps import HangsUp, Heard, Pauses, Redirects
from ivr.line.blanks import Say
from ivr.line.booking import Kind, Wish
from ivr.line.menu import SCREENING
from ivr.line.phones import Phone
from ivr.line.turn import Call, File, HangUp, KeyNumber, PressKey, RingReception, Turn, Wait
from tests.clinic import clinic_of_wishes
from tests.people import CALLER, Clock

SCRIPT = sentences.read(clinic_file.LANGUAGES)
CALLER_ID = Phone("+911140000001")
RING = RingReception((Phone("+919999900008"), Phone("+919999900009")), Phone("+12025550123"), 20, SCREENING)
CALL = Call("main", "en", "main")


@pytest.fixture
def carrier() -> Carrier:
    renderer = PlivoRenderer(SCRIPT, clinic_of_wishes().voices)
    return Plivo(PlivoAccount(caller_id=CALLER_ID), renderer)


def elements(carrier: Carrier, wait: Wait, call: Call = CALL) -> list[Xml.Element]:
    turn = Turn(call, (Say("nobody"),), (Say("offer"),), wait)
    return list(Xml.fromstring(carrier.document(turn, ADDRESSES).body))  # noqa: S314 - our own


def test_one_key_is_waited_for_with_hash_as_a_key_like_any_other_and_none_is_logged(carrier: Carrier) -> None:
    said, keys, silent = elements(carrier, PressKey(8))
    assert (said.tag, said.attrib) == ("Speak", {"voice": "Polly.Aditi", "language": "en-IN"})
    action = f"{ADDRESSES.step(CALL)}#{FRAGMENT}"
    assert keys.attrib == {
        "action": action,
        "method": "POST",
        "inputType": "dtmf",
        "executionTimeout": "8",
        "numDigits": "1",
        "finishOnKey": "none",
        "log": "false",
    }
    assert (silent.tag, silent.text) == ("Redirect", f"{ADDRESSES.silence(CALL)}#{FRAGMENT}")


def test_a_number_has_its_seconds_for_each_digit_and_is_not_cut_off(carrier: Carrier) -> None:
    _, keys, _ = elements(carrier, KeyNumber(12))
    assert keys.tag == "GetDigits"
    assert (keys.get("timeout"), keys.get("digitTimeout"), keys.get("numDigits")) == ("12", "12", None)
    assert (keys.get("finishOnKey"), keys.get("retries"), keys.get("log")) == ("#", "1", "false")
    _, reference, _ = elements(carrier, KeyNumber(8, 6))
    assert reference.get("numDigits") == "6"


def test_the_reception_is_rung_together_from_the_carriers_own_number_and_screened(carrier: Carrier) -> None:
    _, dial = elements(carrier, RING)
    assert (dial.get("callerId"), dial.get("timeout"), dial.get("dialMusic")) == ("911140000001", "20", "real")
    assert (dial.get("confirmKey"), dial.get("confirmTimeout")) == (SCREENING.key, "25")
    assert dial.get("confirmSound") == f"{ADDRESSES.answered(CALL)}#{FRAGMENT}"
    assert [number.text for number in dial] == ["919999900008", "919999900009"]


def test_without_an_own_number_the_clinics_is_used_and_without_a_question_nobody_is_asked() -> None:
    carrier = Plivo(PlivoAccount(), PlivoRenderer(SCRIPT, {}))
    _, dial = elements(carrier, RingReception(RING.numbers, CALLER_ID, 20))
    assert dial.get("callerId") == "911140000001"
    assert not [name for name in dial.attrib if name.startswith("confirm")]


@pytest.mark.parametrize("language", clinic_file.LANGUAGES)
def test_whoever_picks_up_hears_the_question_twice_and_nothing_else(carrier: Carrier, language: str) -> None:
    leg = Leg(Call("main", language, "screen"), SCREENING, begins=True)
    question = [SCRIPT.say(say, language).words for say in leg.asks]
    heard = list(carrier.heard(carrier.document(leg, ADDRESSES).body))
    assert [step.words for step in heard if isinstance(step, Heard)] == [*question, *question]
    assert [step for step in heard if not isinstance(step, Heard)] == [Pauses(5)]
    assert list(carrier.heard(carrier.document(Leg(leg.call, SCREENING, pressed="2"), ADDRESSES).body)) == []


def test_a_call_ends_and_an_apology_ends_it_or_goes_on_after_a_moment(carrier: Carrier) -> None:
    assert [each.tag for each in elements(carrier, HangUp())] == ["Speak", "Hangup"]
    *_, last = carrier.heard(carrier.fault().body)
    assert last == HangsUp()
    again = "https://line.example/voice/again"
    english, hindi, pause, redirect = carrier.heard(carrier.fault(again).body)
    assert isinstance(english, Heard)
    assert isinstance(hindi, Heard)
    assert ("112" in english.words, "112" in hindi.words) == (True, True)
    assert (pause, redirect) == (Pauses(4), Redirects(again))


def test_it_does_not_say_what_has_failed_so_the_call_begins_again(carrier: Carrier) -> None:
    assert carrier.failed_step({}) == carrier.failed_step({"ErrorUrl": "https://line.example/voice/main"}) == "/voice"


def test_a_recorded_sentence_is_played_and_read_back_as_its_words() -> None:
    address = "https://line.example/recordings/en-offer-1a2b3c.wav"
    renderer = PlivoRenderer(SCRIPT, {}, MappingProxyType({("en", "offer"): address}))
    carrier = Plivo(PlivoAccount(), renderer)
    _, keys, _ = elements(carrier, PressKey(8))
    assert [(each.tag, each.text) for each in keys] == [("Play", address)]
    turn = Turn(CALL, (), (Say("offer"),), PressKey(8))
    (heard, *_) = carrier.heard(carrier.document(turn, ADDRESSES).body)
    assert heard == Heard(SCRIPT.say(Say("offer"), "en").words, "en-IN", cuttable=True, recording=address)


def test_a_turn_that_is_for_the_desk_is_not_for_the_carrier(carrier: Carrier, clock: Clock) -> None:
    file = File(Wish(Kind.CALLBACK), Phone(CALLER), clock(), clock())
    with pytest.raises(TypeError, match="File is not for the carrier"):
        elements(carrier, file)

"""Tests of Twilio as a carrier: its webhooks by GET and POST, its documents, and its report of a failed step."""

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from config import clinic as clinic_file
from config import sentences
from ivr.carrier.addresses import Addresses
from ivr.carrier.port import Carrier, Malformed, NotSigned
from ivr.carrier.steps import Gathers, HangsUp, Heard, NotUnderstood, Pauses, Redirects
from ivr.carrier.twilio.carrier import Twilio
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.twiml import Renderer
from ivr.line.blanks import Say
from ivr.line.turn import Call, PressKey, Turn
from tests.carrier.twilio.twiml_rules import faults
from tests.clinic import clinic_of_wishes
from tests.people import CALLER, TOKEN

SCRIPT = sentences.read(clinic_file.LANGUAGES)
CLINIC = clinic_of_wishes()
FIRST, SECOND = "CA" + "1" * 32, "CA" + "2" * 32
FIELDS = {
    "AccountSid": "AC" + "1" * 32,
    "CallSid": FIRST,
    "From": CALLER,
    "To": "+918090080906",
    "CallStatus": "in-progress",
    "Digits": "1",
}
URL = "https://line.example/voice/main?line=main"


@pytest.fixture
def carrier() -> Carrier:
    return Twilio(Account(token=TOKEN), Renderer(SCRIPT, CLINIC.voices))


def signed(url: str, form: dict[str, str]) -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(url, form)}


def test_what_was_posted_is_signed_with_the_address(carrier: Carrier) -> None:
    event = carrier.read("POST", URL, signed(URL, FIELDS), FIELDS)
    assert (event.call_id, event.sender, event.keys) == (FIRST, CALLER, "1")
    with pytest.raises(NotSigned):
        carrier.read("POST", URL, signed(URL, {}), FIELDS)
    with pytest.raises(NotSigned):
        carrier.read("POST", URL, {}, FIELDS)


def test_what_came_with_the_query_of_a_get_is_signed_as_part_of_the_address(carrier: Carrier) -> None:
    url = f"{URL}&CallSid={FIRST}&From=%2B919999900001&To=%2B918090080906&CallStatus=ringing"
    values = MultiDict({"line": "main", **FIELDS, "CallStatus": "ringing"})
    event = carrier.read("GET", url, signed(url, {}), values)
    assert (event.call_id, event.sender, event.status) == (FIRST, CALLER, "ringing")
    with pytest.raises(NotSigned):
        carrier.read("GET", url.replace(FIRST, SECOND), signed(url, {}), values)


def test_a_webhook_of_another_account_is_not_the_carriers_but_without_one_any_is(carrier: Carrier) -> None:
    with_account = Twilio(Account("AC" + "1" * 32, TOKEN), Renderer(SCRIPT, CLINIC.voices))
    for sid, believed in (("AC" + "1" * 32, True), ("AC" + "2" * 32, False)):
        form = {**FIELDS, "AccountSid": sid}
        assert carrier.read("POST", URL, signed(URL, form), form).call_id == FIRST
        if believed:
            assert with_account.read("POST", URL, signed(URL, form), form).call_id == FIRST
        else:
            with pytest.raises(NotSigned):
                with_account.read("POST", URL, signed(URL, form), form)


@pytest.mark.parametrize(("field", "value"), [("CallSid", ""), ("CallSid", "CA 1"), ("Digits", "1" * 1001)])
def test_what_is_signed_and_malformed_is_told_by_the_name_of_its_field(
    carrier: Carrier, field: str, value: str
) -> None:
    form = {**FIELDS, field: value}
    with pytest.raises(Malformed, match=field):
        carrier.read("POST", URL, signed(URL, form), form)


def test_it_reads_its_own_documents_as_they_were_meant(carrier: Carrier) -> None:
    addresses = Addresses(*(lambda call: f"https://line.example/voice/{call.place}",) * 3)
    turn = Turn(Call("main", "hi", "offer"), (Say("nobody"),), (Say("offer"),), PressKey(8))
    answer = carrier.document(turn, addresses)
    assert faults(answer.body, answer.content_type) == []
    first, asked, gathers, otherwise = carrier.heard(answer.body)
    words = [SCRIPT.say(Say(name), "hi").words for name in ("nobody", "offer")]
    assert [first, asked] == [Heard(words[0], "hi-IN"), Heard(words[1], "hi-IN", cuttable=True)]
    assert isinstance(gathers, Gathers)
    assert (gathers.action, gathers.digits, gathers.seconds) == ("https://line.example/voice/offer", 1, 8)
    assert otherwise == Redirects("https://line.example/voice/offer")
    assert list(carrier.heard(gathers.otherwise)) == [otherwise]
    with pytest.raises(NotUnderstood):
        list(carrier.heard("{}"))


def test_an_apology_ends_the_call_or_goes_on_after_a_moment(carrier: Carrier) -> None:
    assert [*carrier.heard(carrier.fault().body)][-1] == HangsUp()
    again = "https://line.example/voice/again"
    *_, pause, redirect = carrier.heard(carrier.fault(again).body)
    assert (pause, redirect) == (Pauses(4), Redirects(again))


def test_the_step_that_failed_is_named_with_the_question_for_a_fallback(carrier: Carrier) -> None:
    assert carrier.failed_step({"ErrorCode": "11200", "ErrorUrl": URL}) == URL
    assert carrier.failed_step({}) == ""


# -- a webhook that was caught once, its borders drawn anew

CAUGHT = {
    "AccountSid": "AC" + "1" * 32,
    "ApiVersion": "2010-04-01",
    "CallSid": FIRST,
    "CallStatus": "in-progress",
    "Called": "+918090080906",
    "DialCallSid": SECOND,
    "DialCallStatus": "completed",
    "Digits": "1",
    "From": CALLER,
    "FromCity": "Tonk",
    "To": "+918090080906",
}
"""The fields of a caught webhook: the end of a call that was put through, with an id for each of its two legs."""

MARKED = "&".join(f"{name}={value}" for name, value in CAUGHT.items())
"""The fields of the caught webhook in one text, as name=value pairs with & between them."""

SIGNED = "".join(f"{name}{value}" for name, value in CAUGHT.items())
"""The fields of the webhook CAUGHT in the form that Twilio signs: one text, with no sign between names and values."""

SWALLOWED = MARKED.replace("&CallSid=", "CallSid").replace("&CallStatus=", "CallStatus").replace("&Called=", "Called")
REDRAWN = {
    "the id has another name": MARKED.replace("&CallSid=", "&CallS=id"),
    "the id goes on with the next field": MARKED.replace("&CallStatus=", "CallStatus"),
    "the second leg's id is read": SWALLOWED.replace("&DialCallSid=", "Dial&CallSid="),
    "the second leg's id is read, the account is hidden": SWALLOWED.replace("&DialCallSid=", "Dial&CallSid=")
    .replace("AccountSid=", "A=ccountSid")
    .replace("&ApiVersion=", "ApiVersion"),
    "the key is hidden": MARKED.replace("&Digits=", "Digits"),
    "the account's name is cut": MARKED.replace("AccountSid=", "A=ccountSid"),
}


@pytest.mark.parametrize("marked", REDRAWN.values(), ids=REDRAWN)
def test_a_caught_webhook_with_its_borders_drawn_anew_is_refused(carrier: Carrier, marked: str) -> None:
    form = dict(each.split("=") for each in marked.split("&"))
    signature = signed(URL, CAUGHT)
    assert form != CAUGHT
    assert carrier.read("POST", URL, signature, CAUGHT).call_id == FIRST
    with pytest.raises(Malformed):
        carrier.read("POST", URL, signature, form)


def test_the_end_of_an_address_that_is_drawn_into_the_fields_is_refused(carrier: Carrier) -> None:
    """A webhook with the end of its address moved into a field's name is refused, though the signature is valid."""
    address = f"{URL}&c=gAAAAABrCm4P"
    form = {name: value for name, value in CAUGHT.items() if name != "AccountSid"}
    form["AAAABrCm4PAccountSid"] = CAUGHT["AccountSid"]
    with pytest.raises(Malformed, match="AccountSid"):
        carrier.read("POST", f"{URL}&c=gA", signed(address, CAUGHT), form)


LEFT = {name: value for name, value in CAUGHT.items() if name != "AccountSid"}
INTO_THE_ADDRESS = {
    "the account": (f"AccountSid{CAUGHT['AccountSid']}", LEFT),
    "all before the second leg's id": (
        SIGNED[: SIGNED.index(SECOND) - len("CallSid")],
        {"CallSid": SECOND, **{name: CAUGHT[name] for name in ("DialCallStatus", "Digits", "From", "FromCity", "To")}},
    ),
}
"""Parts of the signed text that a stranger moves to the end of the address, each with the fields that remain."""


@pytest.mark.parametrize(("moved", "left"), INTO_THE_ADDRESS.values(), ids=INTO_THE_ADDRESS)
def test_fields_that_are_drawn_into_the_address_are_refused_though_no_account_is_set(
    carrier: Carrier, moved: str, left: dict[str, str]
) -> None:
    assert signed(URL + moved, left) == signed(URL, CAUGHT), "the carrier's signature holds"
    with pytest.raises(Malformed, match="AccountSid"):
        carrier.read("POST", URL + moved, signed(URL, CAUGHT), left)


def test_a_field_that_comes_twice_is_refused(carrier: Carrier) -> None:
    for name in ("CallSid", "Digits", "From"):
        twice = MultiDict([*CAUGHT.items(), (name, "2")])
        with pytest.raises(Malformed, match=name):
            carrier.read(
                "POST", URL, {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(URL, twice)}, twice
            )


@pytest.mark.parametrize("written", ["+91 99999 00001", f"{CALLER}FromCityTonk", "\x00", "x" * 300, "<Say>", "sip:a b"])
def test_a_party_without_the_form_of_one_is_nobody(carrier: Carrier, written: str) -> None:
    form = {**CAUGHT, "From": written, "To": written, "ForwardedFrom": written}
    event = carrier.read("POST", URL, signed(URL, form), form)
    assert (event.sender, event.called, event.forwarded_from) == ("", "", "")


@pytest.mark.parametrize(
    "written", [CALLER, "919999900001", "anonymous", "Private Number", "sip:asha@example.org;user=phone", "client:asha"]
)
def test_a_party_with_a_form_of_one_is_read_as_it_is(carrier: Carrier, written: str) -> None:
    form = {**CAUGHT, "From": written, "To": f" {written}"}  # a + that was not escaped is a space
    event = carrier.read("POST", URL, signed(URL, form), form)
    assert (event.sender, event.called) == (written, written)


def test_values_that_hold_the_short_names_of_fields_harm_nothing(carrier: Carrier) -> None:
    form = {**CAUGHT, "FromCity": "Tonk", "ToCity": "Torpa", "CallerName": "From To Ltd", "ParentCallSid": SECOND}
    assert carrier.read("POST", URL, signed(URL, form), form).sender == CALLER

"""Two carriers at the same addresses: each call gets the documents, and needs the signature, of its own carrier."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from config.toml_file import BadFile
from ivr.app import create_app
from ivr.carrier.plivo.settings import PlivoAccount
from ivr.carrier.plivo.signature import NONCE, SIGNATURE, signature
from ivr.carrier.plivo.stand_in import PlivoStandIn
from ivr.carrier.stand_in import GoesOn, PlacedCall, Presses
from ivr.carrier.steps import Dials, Gathers, HangsUp, Heard, Redirects
from ivr.phone.handset import CallMoment, Handset
from tests.carrier.plivo.account import AUTH_ID
from tests.people import CALLER, TOKEN, Clock, Phone
from tests.web import RECEPTION, clinic_with_reception, service

THEIRS = "a-token-of-the-other-carrier-in-tests"
PLIVO = {"PLIVO_AUTH_ID": AUTH_ID, "PLIVO_AUTH_TOKEN": THEIRS, "PLIVO_CALLER_ID": "+911140000001"}
ALONE = {**PLIVO, "TWILIO_AUTH_TOKEN": ""}
STAND_IN = PlivoStandIn(PlivoAccount(AUTH_ID, THEIRS))

Settings = Mapping[str, str]
Serves = Callable[..., AbstractContextManager[Phone]]


@pytest.fixture
def serves(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Serves:
    """A function that runs a service with a reception and the given carrier settings; yields a telephone to call it."""

    def make(more: Settings) -> AbstractContextManager[Phone]:
        return service(tmp_path, sqlite_url, redis_url, clock, CLINIC_FILE=clinic_with_reception(tmp_path), **more)

    return make


@pytest.fixture
def both(serves: Serves) -> Iterator[Phone]:
    """A telephone at a service that Twilio and Plivo both call."""
    with serves(PLIVO) as phone:
        yield phone


@pytest.fixture(params=[PLIVO, ALONE], ids=["beside the other", "alone"])
def phone(request: pytest.FixtureRequest, serves: Serves) -> Iterator[Phone]:
    """A telephone at a service that Plivo calls. Each test runs with Twilio switched on too, and with Plivo alone."""
    with serves(request.param) as phone:
        yield phone


@dataclass
class PlivoCall:
    """A call over Plivo that the test makes; it goes on as keys are pressed."""

    phone: Phone
    caller: str = CALLER
    moment: CallMoment = field(init=False)
    answers: list[TestResponse] = field(default_factory=list)

    def __post_init__(self) -> None:
        called = min(self.phone.services.clinic.lines["main"].reached_by).e164
        call = PlacedCall(STAND_IN.new_call(), self.caller, called)
        read = self.phone.services.telephone.carriers.by_name["Plivo"].heard
        self.handset = Handset(self._post, read, STAND_IN, self.phone.called_at, call)
        self.moment = self.handset.begin()

    def _post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> str:
        answer = self.phone.unsigned(url, form, **headers)
        assert answer.status_code in {200, 204}, answer.status
        self.answers.append(answer)
        return answer.text

    def press(self, *keys: str) -> "PlivoCall":
        """Press keys, each when the call waits for one; an empty key stands for silence."""
        for each in keys:
            self.moment = self.handset.after(self.moment, each)
            while isinstance(self.moment.waits, Redirects):
                self.moment = self.handset.after(self.moment, "")
        return self

    @property
    def words(self) -> str:
        """All words that the caller has heard over Plivo since the last key."""
        return " ".join(each.words for each in self.moment.heard if isinstance(each, Heard))


def test_a_patient_books_with_keys_and_the_desk_has_the_request(phone: Phone) -> None:
    call = PlivoCall(phone)
    assert call.answers[0].content_type == "application/xml; charset=utf-8"
    call.press("1", "1", "1", "1", "1")
    (found,) = phone.services.desk.store.waiting()
    assert (found.kind, found.phone.e164, found.line) == ("booking", CALLER, "main")
    assert f"{found.reference[:3]} {found.reference[3:]}" in call.words


def test_a_withheld_caller_enters_a_number_in_hindi(phone: Phone) -> None:
    call = PlivoCall(phone, caller="anonymous").press("9", "2", "1")
    assert isinstance(call.moment.waits, Gathers)
    assert (call.moment.waits.digits, call.moment.waits.ends_with) == (None, "#")
    call.press("9999900002", "1", "1")
    assert [(each.phone.e164, each.language) for each in phone.services.desk.store.waiting()] == [
        ("+919999900002", "hi")
    ]


def test_who_is_silent_is_asked_again_and_hash_and_star_are_keys_as_any(phone: Phone) -> None:
    call = PlivoCall(phone)
    call.press("")
    assert "You did not press a key." in call.words
    assert "For an appointment, press 1." in call.press("3", "#").words
    again = call.words
    assert call.press("*").words == again


@pytest.mark.parametrize(("pressed", "said"), [("1", "Goodbye."), ("2", "We can call you back."), ("", "We can call")])
def test_the_reception_gets_the_patient_with_its_key_alone(phone: Phone, pressed: str, said: str) -> None:
    call = PlivoCall(phone).press("0")
    assert isinstance(call.moment.waits, Dials)
    assert [number for number, _ in call.moment.waits.numbers] == list(RECEPTION)
    assert 'callerId="911140000001"' in call.answers[-2].text, "the carrier's own, not the clinic's"
    assert call.moment.reception is not None
    heard = [each.words for each in call.moment.reception.heard if isinstance(each, Heard)]
    assert heard[0] == "A patient is calling the clinic."
    assert said in call.press(pressed).words


def test_a_call_that_hung_up_without_a_wish_stands_on_the_desk_as_missed(phone: Phone) -> None:
    call = PlivoCall(phone)
    call.handset.hang_up(61)
    assert call.answers[-1].status_code == 204
    phone.services.reports.spool_writer.settle()
    assert [each.phone.e164 for each in phone.services.desk.missed.standing(phone.services.clock())] == [CALLER]


def test_a_call_over_each_carrier_runs_side_by_side(both: Phone) -> None:
    one = PlivoCall(both, caller="+919999900002")
    other = both.rings(caller="+919999900003")
    for _ in range(5):
        one.press("1")
        other.press("1")
    assert sorted(each.phone.e164 for each in both.services.desk.store.waiting()) == ["+919999900002", "+919999900003"]


# -- who is not believed


def form(**more: str) -> dict[str, str]:
    call = PlacedCall("97ceeb52-58b6-11e1-86da-77300b68f8bb", CALLER, "+918090080906")
    return {**STAND_IN.says("https://line.example", call, Presses("1")).values, **more}


def confirms(phone: Phone) -> str:
    """Return the address at which a Plivo call confirms its request, by a webhook with a valid signature."""
    call = PlivoCall(phone).press("1", "1", "1", "1")
    assert isinstance(call.moment.waits, Gathers)
    return call.moment.waits.action


def signs(url: str, token: str = THEIRS, nonce: str = "1", **more: str) -> dict[str, str]:
    return {SIGNATURE: signature(token, url, form(**more), nonce), NONCE: nonce}


FORGERIES: dict[str, Callable[[Phone, str], dict[str, str]]] = {
    "no signature": lambda _phone, _url: {},
    "no nonce": lambda _phone, url: {SIGNATURE: signs(url)[SIGNATURE]},
    "a made-up signature": lambda _phone, _url: {SIGNATURE: "GDTglmIMPpKizkblzpG58WWf1CyUZ73FUp7FYpKtEI8=", NONCE: "1"},
    "a signature in no known letters": lambda _phone, _url: {SIGNATURE: "\xe9" * 44, NONCE: "1"},
    "another nonce": lambda _phone, url: {**signs(url), NONCE: "2"},
    "other digits": lambda _phone, url: signs(url, Digits="2"),
    "another caller": lambda _phone, url: signs(url, From="919999900009"),
    "another call": lambda _phone, url: signs(url, CallUUID="11111111-58b6-11e1-86da-77300b68f8bb"),
    "another place": lambda phone, _url: signs(f"{phone.called_at}/voice"),
    "without the query": lambda _phone, url: signs(url.partition("?")[0]),
    "another line": lambda _phone, url: signs(url.replace("line=main", "line=third")),
    "another token": lambda _phone, url: signs(url, "a-token-that-nobody-has-here"),
    "the other carrier's token": lambda _phone, url: signs(url, TOKEN),
    "the other carrier's signature": lambda phone, url: {SIGNATURE: phone.signs(url, form()), NONCE: "1"},
    "the other carrier's header": lambda _phone, url: {"X-Twilio-Signature": signs(url)[SIGNATURE]},
    "the other carrier's header beside ours": lambda _phone, url: {**signs(url), "X-Twilio-Signature": "x"},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_webhook_makes_no_request_and_the_true_one_still_does(both: Phone, forgery: str) -> None:
    url = confirms(both)
    answer = both.unsigned(url, form(), **FORGERIES[forgery](both, url))
    assert answer.status_code == 403
    assert "Response" not in answer.text
    assert both.services.desk.store.waiting() == []
    assert both.unsigned(url, form(), **signs(url)).status_code == 200
    assert len(both.services.desk.store.waiting()) == 1


def test_the_other_carrier_is_not_believed_with_this_ones_header(both: Phone) -> None:
    call = both.rings().press("1", "1", "1", "1")
    theirs = {"CallSid": call.sid, "AccountSid": "AC" + "0" * 32, **call.fields, "Digits": "1"}
    for headers in (
        {SIGNATURE: both.signs(call.next_url, theirs), NONCE: "1"},
        {"X-Twilio-Signature": signature(TOKEN, call.next_url, theirs, "1")},
        {"X-Twilio-Signature": signature(THEIRS, call.next_url, theirs, "1")},
    ):
        assert both.unsigned(call.next_url, theirs, **headers).status_code == 403
    assert both.services.desk.store.waiting() == []


def test_a_carrier_that_is_not_switched_on_is_nobody(serves: Serves) -> None:
    url = "https://line.example/voice"
    with serves({}) as without:
        assert without.unsigned(url, form(), **signs(url)).status_code == 403
    with serves(ALONE) as alone:
        assert alone.posts("/voice", {"CallSid": "CA" + "1" * 32, "AccountSid": "AC" + "0" * 32}).status_code == 403
        empty = {SIGNATURE: signature("", url, form(), "1"), NONCE: "1"}
        assert alone.unsigned(url, form(), **empty).status_code == 403


def test_a_webhook_that_is_sent_again_says_the_same_and_does_nothing_twice(phone: Phone) -> None:
    url = confirms(phone)
    said = [re.findall(">[^<h][^<]+<", phone.unsigned(url, form(), **signs(url)).text) for _ in range(2)]
    assert said[0] == said[1] != []
    assert len(phone.services.desk.store.waiting()) == 1


def test_while_the_token_is_changed_the_carrier_signs_with_both_and_either_is_good(serves: Serves) -> None:
    following, url = "the-token-that-signs-from-tomorrow", "https://line.example/voice"
    lists = {SIGNATURE: f"{signs(url)[SIGNATURE]},{signs(url, following)[SIGNATURE]}", NONCE: "1"}
    with serves({**PLIVO, "PLIVO_AUTH_TOKEN_NEXT": following}) as phone:
        for headers in (signs(url), signs(url, following), lists):
            assert phone.unsigned(url, form(), **headers).status_code == 200
    with serves({**PLIVO, "PLIVO_AUTH_TOKEN": following}) as phone:
        assert phone.unsigned(url, form(), **lists).status_code == 200
        assert phone.unsigned(url, form(), **signs(url)).status_code == 403


# -- where the carrier cannot reach or understand us

IN_ITS_WORDS = {"Plivo": "<Speak ", "Twilio": "<Say "}


@pytest.mark.parametrize(
    ("more", "headers", "words"),
    [
        (PLIVO, {SIGNATURE: "x"}, "Plivo"),
        (PLIVO, {"X-Twilio-Signature": "x"}, "Twilio"),
        (ALONE, {}, "Plivo"),
        (ALONE, {"X-Twilio-Signature": "x"}, "Plivo"),
        ({}, {}, "Twilio"),
        ({}, {SIGNATURE: "x"}, "Twilio"),
    ],
)
def test_the_fallback_speaks_as_the_carrier_that_asks_or_as_the_only_one(
    serves: Serves, more: Settings, headers: Mapping[str, str], words: str
) -> None:
    with serves(more) as phone:
        answer = phone.unsigned("/voice/fallback", {"ErrorUrl": "https://line.example/voice/main"}, **headers)
    assert IN_ITS_WORDS[words] in answer.text
    assert answer.text.count("112") == 2, "in both languages"


def test_the_fallback_at_a_carriers_own_address_speaks_its_words_without_a_signature(both: Phone) -> None:
    for query, headers, words in (
        ("?carrier=Plivo", {}, "Plivo"),
        ("?carrier=Nobody", {}, "Twilio"),
        ("?carrier=Plivo", {"X-Twilio-Signature": "x"}, "Twilio"),
    ):
        answer = both.unsigned(f"/voice/fallback{query}", {}, **headers)
        assert (answer.status_code, IN_ITS_WORDS[words] in answer.text) == (200, True)


def test_after_a_fault_that_is_not_named_the_call_begins_again_and_goes_on(phone: Phone) -> None:
    carrier = phone.services.telephone.carriers.by_name["Plivo"]
    answer = phone.unsigned("/voice/fallback", form(), **signs(f"{phone.called_at}/voice/fallback"))
    *_, last = carrier.heard(answer.text)
    assert last == Redirects(f"{phone.called_at}/voice/again")
    call = PlivoCall(phone)
    again = STAND_IN.says(f"{phone.called_at}/voice/again", call.handset.call, GoesOn())
    greeted = phone.unsigned("/voice/again", again.values, **again.headers)
    assert "Arunalaya" in greeted.text


def test_a_fault_of_ours_is_spoken_in_the_words_of_the_call(both: Phone) -> None:
    class Broken:
        def over(self, *_: object) -> bool:
            raise RuntimeError

    telephone = replace(both.services.telephone, limits=Broken())  # type: ignore[arg-type]  # limits that fail
    services = replace(both.services, telephone=telephone)
    broken, again = Phone(create_app(services), services), f"{both.called_at}/voice/again"
    ends = []
    for url in (f"{both.called_at}/voice", again):
        answer = broken.unsigned(url, form(), **signs(url))
        *_, last = telephone.carriers.by_name["Plivo"].heard(answer.text)
        ends.append(last)
    assert ends == [Redirects(again), HangsUp()]


# -- what the desk reads of a call


def test_a_transcript_is_told_in_the_words_of_the_only_carrier(serves: Serves, clock: Clock) -> None:
    with serves(ALONE) as phone:
        printed = phone.app.test_cli_runner().invoke(args=["hear", "--keys", "0"])
    heard, _, reception = printed.output.partition("\nthe reception hears\n")
    assert "Please stay on the line. We are calling the reception." in heard
    assert reception.count("A patient is calling the clinic.") == 2
    assert "[1] To take the call, press 1." in reception


# -- what does not allow a start


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"PLIVO_CALLER_ID": ""}, "PLIVO_CALLER_ID is missing: reception.caller_id is the number of the other carrier"),
        ({"PLIVO_CALLER_ID": "", "TWILIO_AUTH_TOKEN": ""}, "expected an Indian number that is rented from Plivo"),
        ({"PLIVO_CALLER_ID": "+12025550123"}, "expected an Indian number that is rented from Plivo"),
    ],
)
def test_a_reception_that_cannot_be_rung_from_the_carriers_own_number_does_not_allow_a_start(
    serves: Serves, more: Settings, says: str
) -> None:
    with pytest.raises(BadFile, match=says), serves({**PLIVO, **more}):
        pytest.fail("it has started")

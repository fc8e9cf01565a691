"""The test phone's handset: it calls a real service over HTTP, presses keys, follows TwiML, and names unknown verbs."""

import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError

import pytest
from click.testing import Result
from flask import Flask, request, request_started
from twilio.request_validator import RequestValidator
from werkzeug.wrappers import Request, Response

from ivr.carrier.stand_in import PlacedCall
from ivr.carrier.steps import Gathers, Heard, NotUnderstood
from ivr.carrier.twilio.reader import steps
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.stand_in import TwilioStandIn
from ivr.line.menu import SCREENING
from ivr.phone.handset import CallFailed, Handset, KeyStream
from ivr.phone.ringing import post
from testing.servers import reserved_port
from tests.people import CALLER, TOKEN, Clock, Phone
from tests.served import rung_by_itself, serving
from tests.web import clinic_with_reception, service


@pytest.fixture
def running(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at a service with a reception, on a port where `flask phone` finds it by the service's settings."""
    file = clinic_with_reception(tmp_path)
    with rung_by_itself(tmp_path, sqlite_url, redis_url, clock, CLINIC_FILE=file) as phone:
        yield phone


def rings(phone: Phone, *words: str, typed: str = "") -> Result:
    return phone.app.test_cli_runner().invoke(args=["phone", *words], input=typed)


# -- through the running service


@pytest.mark.parametrize("keys", ["1 1 1 1 1", "11111", "1 11 11"])
def test_keys_given_beforehand_book_by_themselves_and_print_the_call(running: Phone, keys: str) -> None:
    call = rings(running, "--line", "second", "--from", "099999 00002", "--keys", keys)
    (found,) = running.services.desk.store.waiting()
    assert (found.line, found.phone.e164, found.kind) == ("second", "+919999900002", "booking")
    assert f"Reference number {found.reference[:3]} {found.reference[3:]}." in call.output
    assert call.output.count("> 1\n") == 5
    assert call.output.endswith("> hangs up\nThe call is over.\n")
    assert call.exit_code == 0


def test_a_withheld_caller_keys_a_number(running: Phone) -> None:
    call = rings(running, "--from", "withheld", "--keys", "1 1 1 9999900003# 1 1")
    assert [each.phone.e164 for each in running.services.desk.store.waiting()] == ["+919999900003"]
    assert "We cannot see your number." in call.output
    assert "> 9999900003" in call.output


def test_another_language_is_asked_for_with_9_and_the_request_is_in_it(running: Phone) -> None:
    call = rings(running, "--lang", "hi", "--keys", "2 1 1 1")
    assert [each.language for each in running.services.desk.store.waiting()] == ["hi"]
    assert call.output.index("> 9") < call.output.index("> 2")
    assert "आपका अनुरोध मिल गया।" in call.output


def test_a_line_can_be_named_by_its_number_and_a_dash_is_a_silence(running: Phone) -> None:
    call = rings(running, "--line", "+91 88669 91000", "--keys", "- 2 1 1 1")
    assert [each.line for each in running.services.desk.store.waiting()] == ["third"]
    assert "> silence\n  आपने कोई बटन नहीं दबाया।" in call.output


@pytest.mark.parametrize(("what", "heard"), [("answers", "Goodbye."), ("declines", "We can call you back.")])
def test_the_reception_answers_or_declines(running: Phone, what: str, heard: str) -> None:
    call = rings(running, "--reception", what, "--keys", "0")
    assert f"> the reception {what}\n  (to the reception) A patient is calling the clinic." in call.output
    assert heard in call.output.partition("(to the reception)")[2]


@pytest.mark.parametrize(("what", "heard"), [("answers", "Goodbye."), ("declines", "We can call you back.")])
@pytest.mark.parametrize("key", ["2", "5"])
def test_the_reception_presses_whatever_key_it_is_offered(
    running: Phone, monkeypatch: pytest.MonkeyPatch, key: str, what: str, heard: str
) -> None:
    """A clinic changes the key of the reception in the menu's table; the test phone and its page follow."""
    monkeypatch.setitem(vars(SCREENING), "key", key)
    call = rings(running, "--reception", what, "--keys", "0")
    assert f"press {key}." in call.output
    assert heard in call.output.partition("(to the reception)")[2]


def test_a_person_at_the_terminal_is_asked_for_all_of_it(running: Phone) -> None:
    call = rings(running, typed="third\nwithheld\nen\n2\n1\n9999900004#\n\n1\n1\nh\n")
    (found,) = running.services.desk.store.waiting()
    assert (found.line, found.phone.e164) == ("third", "+919999900004")
    assert call.exit_code == 0


@pytest.fixture
def over_both(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at a service with a reception, which has both carriers switched on."""
    plivo = {"PLIVO_AUTH_ID": "MA0000000000000000EX", "PLIVO_AUTH_TOKEN": TOKEN, "PLIVO_CALLER_ID": "+911140000001"}
    file = clinic_with_reception(tmp_path)
    with rung_by_itself(tmp_path, sqlite_url, redis_url, clock, CLINIC_FILE=file, **plivo) as phone:
        yield phone


@pytest.mark.parametrize(("name", "id_of_a_call"), [("Plivo", "CallUUID"), ("Twilio", "CallSid"), ("", "CallSid")])
def test_it_rings_in_the_words_of_either_carrier(over_both: Phone, name: str, id_of_a_call: str) -> None:
    forms: list[dict[str, str]] = []

    def note(_app: Flask) -> None:
        forms.append(dict(request.form))

    with request_started.connected_to(note, over_both.app):
        booked = rings(over_both, "--carrier", name, "--keys", "1 1 1 1 1")
        rung = rings(over_both, "--carrier", name, "--reception", "answers", "--keys", "0")
        declined = rings(over_both, "--carrier", name, "--reception", "declines", "--keys", "0")
    assert "Reference number " in booked.output
    assert "(to the reception) A patient is calling the clinic." in rung.output
    assert ("Goodbye." in rung.output, "We can call you back." in declined.output) == (True, True)
    assert all(id_of_a_call in form for form in forms)


def test_a_carrier_that_is_not_there_is_said_and_which_are(over_both: Phone) -> None:
    told = rings(over_both, "--carrier", "Third", "--keys", "1")
    assert (told.exit_code, told.output) == (1, "Error: no carrier is Third; there are Twilio, Plivo\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--line", "nowhere"), "Error: no line is nowhere; there are main, second, third\n"),
        (("--line", "+91 11 4000 0001"), "Error: no line is +91 11 4000 0001; there are main, second, third\n"),
        (("--lang", "ta"), "Error: no language is ta; there are en, hi\n"),
    ],
)
def test_what_there_is_not_is_said_and_what_there_is(phone: Phone, words: tuple[str, str], says: str) -> None:
    told = rings(phone, *words, "--keys", "1")
    assert (told.exit_code, told.output) == (1, says)


def test_when_the_service_does_not_run_the_person_is_told_what_to_do(
    tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock
) -> None:
    with reserved_port() as port:
        base = f"http://127.0.0.1:{port}"
        with service(tmp_path, sqlite_url, redis_url, clock, PUBLIC_BASE_URL=base) as phone:
            told = rings(phone, "--keys", "1")
    hint = "is it running (make run)? On another port: PORT=… make phone"
    assert (told.exit_code, told.output) == (1, f"Error: nobody answers at {base}/voice; {hint}\n")


def test_a_service_with_another_token_refuses_the_call(
    running: Phone, tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock
) -> None:
    base = running.services.settings.public_base_url
    token = {"TWILIO_AUTH_TOKEN": "a-token-of-another-service"}
    with service(tmp_path, sqlite_url, redis_url, clock, PUBLIC_BASE_URL=base, **token) as phone:
        told = rings(phone, "--keys", "1")
    assert (told.exit_code, told.output) == (1, f"Error: the service answered 403 to {base}/voice\n")
    with pytest.raises(CallFailed) as refused:
        post(f"{base}/voice", {"CallSid": "CA1"}, {})
    cause = refused.value.__cause__
    assert not isinstance(cause, HTTPError) or cause.closed, "the connection is given back"


# -- keys


def test_keys_are_pressed_as_many_as_are_asked_for() -> None:
    one, many = Gathers("/a", 1, ""), Gathers("/a", None, "#")
    stream = KeyStream("1 1 9999900001# 1")
    assert [stream.press(wanted) for wanted in (one, one, many, one, one)] == ["1", "1", "9999900001", "1", None]
    together = KeyStream("12-9999900001#3")
    assert [together.press(wanted) for wanted in (one, one)] == ["1", "2"]
    stream = KeyStream("- 119999900001#1 #")
    assert [stream.press(one) for _ in range(3)] == ["", "1", "1"]
    assert [stream.press(wanted) for wanted in (many, one, many)] == ["9999900001", "1", ""]


# -- documents that it never saw


@dataclass
class Person:
    """A caller at the test phone who presses the keys `presses`, and a reception that presses the key `reception`."""

    presses: list[str | None] = field(default_factory=list)
    reception: str | None = None
    heard: list[str] = field(default_factory=list)

    def hears(self, heard: Heard) -> None:
        self.heard.append(heard.words)

    def keys(self, wanted: Gathers) -> str | None:
        return self.presses.pop(0)

    def reception_answers(self, heard: list[str]) -> str | None:
        self.heard += [f"(reception) {words}" for words in heard]
        return self.reception


def follows(
    person: Person, documents: Mapping[str, str], now: Callable[[], float] = lambda: 0.0, more: tuple[str, ...] = ()
) -> list[str]:
    """Call a small server that answers with these documents; return each request: its address, and what was posted."""
    asked: list[str] = []

    @Request.application
    def answers(request: Request) -> Response:
        signature = request.headers["X-Twilio-Signature"]
        assert RequestValidator(TOKEN).validate(request.url, request.form, signature)
        sent = [f"{name}={request.form[name]}" for name in SHOWN + more if name in request.form]
        asked.append(" ".join([request.full_path.rstrip("?"), *sent]))
        return Response(f"<Response>{documents.get(request.path, '')}</Response>", mimetype="text/xml")

    with socket.create_server(("127.0.0.1", 0)) as listening, serving(listening, answers):
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        stand_in = TwilioStandIn(Account(token=TOKEN))
        Handset(post, steps, stand_in, base, PlacedCall("CA1", CALLER, "+918090080906")).ring(person, now)
    return asked


SHOWN = ("Digits", "DialCallStatus", "DialBridged", "RecordingDuration")
GATHER = '<Gather action="/key?a=1&amp;b=2" numDigits="1"><Say>Which?</Say></Gather><Redirect>silent</Redirect>'
DIAL = '<Dial action="/after"><Number url="/screen">+919999900008</Number><Number>+919999900009</Number></Dial>'
SCREEN = '<Gather action="/taken"><Say>A patient.</Say></Gather>'


def test_it_follows_keys_silences_redirects_and_the_end() -> None:
    person = Person(["", "5"])
    asked = follows(person, {"/voice": GATHER, "/silent": f"<Pause/>{GATHER}", "/key": "<Say>Five.</Say><Hangup/>"})
    assert asked == ["/voice", "/silent", "/key?a=1&b=2 Digits=5", "/voice/status"]
    assert person.heard == ["Which?", "Which?", "Five."]
    assert follows(Person([None]), {"/voice": GATHER}) == ["/voice", "/voice/status"], "the caller hung up"


@pytest.mark.parametrize(
    ("key", "taken", "outcome"),
    [
        ("1", "", "DialCallStatus=completed DialBridged=true"),
        ("2", "<Hangup/>", "DialCallStatus=no-answer DialBridged=false"),
    ],
)
def test_a_dial_rings_the_reception_whose_own_document_decides(key: str, taken: str, outcome: str) -> None:
    person = Person(reception=key)
    asked = follows(person, {"/voice": DIAL, "/screen": SCREEN, "/taken": taken, "/after": "<Say>So.</Say>"})
    assert asked == ["/voice", "/screen", f"/taken Digits={key}", f"/after {outcome}", "/voice/status"]
    assert person.heard == ["(reception) A patient.", "So."]


def test_a_reception_where_nobody_picks_up_is_no_answer_and_a_recording_is_handed_in() -> None:
    record = '<Record action="/kept"/>'
    asked = follows(Person(), {"/voice": DIAL, "/screen": SCREEN, "/after": record})
    assert asked[2:] == [
        "/after DialCallStatus=no-answer DialBridged=false",
        "/kept Digits=hangup RecordingDuration=1",
        "/voice/status",
    ]


@pytest.mark.parametrize(("seconds", "told"), [(75.4, "75"), (0.2, "0"), (-3600.0, "0")])
def test_the_service_is_told_of_the_end_and_how_many_seconds_the_call_took(seconds: float, told: str) -> None:
    moments = iter([1_000.0, 1_000.0 + seconds])
    said = ("CallStatus", "CallDuration")
    asked = follows(Person([None]), {"/voice": GATHER}, lambda: next(moments), said)
    assert asked == ["/voice CallStatus=in-progress", f"/voice/status CallStatus=completed CallDuration={told}"]


def test_a_reception_that_hears_no_document_is_connected_when_it_picks_up() -> None:
    dial = '<Dial action="/after"><Number>+919999900009</Number></Dial>'
    bridged = ["/voice", "/after DialCallStatus=completed DialBridged=true", "/voice/status"]
    assert follows(Person(reception="1"), {"/voice": dial}) == bridged


def test_a_call_that_goes_round_in_circles_is_given_up() -> None:
    with pytest.raises(CallFailed, match="round in circles"):
        follows(Person(), {"/voice": "<Redirect>/voice</Redirect>"})


@pytest.mark.parametrize("document", ["<Response><Sing>la</Sing></Response>", "<Respond/>", "", "<Response>", "{}"])
def test_a_document_that_is_not_understood_is_said_to_be_so(document: str) -> None:
    with pytest.raises(NotUnderstood):
        list(steps(document))


def test_a_verb_that_it_does_not_know_ends_the_call_with_its_name() -> None:
    with pytest.raises(CallFailed, match="the verb Sing is not known"):
        follows(Person(), {"/voice": "<Say>Well.</Say><Sing>la</Sing>"})

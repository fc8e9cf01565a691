"""`/phone`: a telephone that calls the running service as the carrier does, in development only.

The state of its call is sealed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request, request_finished, request_started
from flask.testing import FlaskClient

from ivr.line.menu import SCREENING
from ivr.phone.call_state import receiver
from ivr.phone.handset import MOST_MOMENTS
from ivr.storage.encryption import Cipher
from testing.servers import reserved_port
from tests.conftest import PHONE_KEY, PHONE_PAGE
from tests.people import CALLER, TOKEN, Clock, Phone
from tests.served import rung_by_itself
from tests.web import Serves, clinic_with_reception

Answer = dict[str, Any]


@dataclass
class Holder:
    """Somebody who has the telephone's page open, and posts what its script would post."""

    browser: FlaskClient
    last: Answer = field(default_factory=dict)
    token: str = ""

    def __post_init__(self) -> None:
        page = self.browser.get(PHONE_PAGE)
        assert page.status_code == 200
        found = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
        assert found
        self.token = found[1]

    def posts(self, what: str, **fields: str) -> Answer:
        answer = self.browser.post(f"/phone/{what}", data=fields, headers={"X-CSRFToken": self.token})
        assert answer.status_code == 200, answer.status
        assert TOKEN not in answer.text
        found: Answer = answer.get_json()
        return found

    def rings(self, line: str = "main", caller: str = "") -> "Holder":
        self.last = self.posts("ring", line=line, caller=caller)
        return self

    def does(self, *pressed: str) -> "Holder":
        """Press keys, one each time the call waits; an empty key is a silence. Follow steps that wait for nothing."""
        for each in pressed:
            self.last = self.posts("go-on", call=self.last["call"], pressed=each)
            while self.waits == "nothing":
                self.last = self.posts("go-on", call=self.last["call"], pressed="")
        return self

    def hangs_up(self) -> None:
        assert self.posts("hang-up", call=self.last["call"]) == {}

    @property
    def waits(self) -> str:
        found: str = self.last["waits"]["for"]
        return found

    @property
    def words(self) -> str:
        return " ".join(sound["words"] for sound in self.last["heard"] if "words" in sound)


Webhooks = list[dict[str, str]]


@pytest.fixture
def running(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at a service with a reception, which runs on a real port."""
    file = clinic_with_reception(tmp_path)
    with rung_by_itself(tmp_path, sqlite_url, redis_url, clock, CLINIC_FILE=file) as phone:
        yield phone


def holder(phone: Phone) -> Holder:
    return Holder(phone.app.test_client())


@pytest.fixture
def got(running: Phone) -> Iterator[Webhooks]:
    """A list of the webhooks that the telephone on the page posts to the service; each new webhook is added at once."""
    found: Webhooks = []

    def note(_app: Flask) -> None:
        if request.blueprint == "voice":
            found.append({"path": request.path, **request.form})

    with request_started.connected_to(note, running.app):
        yield found


# -- a call


def test_a_call_books_an_appointment_and_the_desk_has_it(running: Phone) -> None:
    call = holder(running).rings("second", "099999 00002").does("1", "1", "1", "1", "1")
    (found,) = running.services.desk.store.waiting()
    assert (found.line, found.phone.e164, found.kind) == ("second", "+919999900002", "booking")
    assert f"{found.reference[:3]} {found.reference[3:]}" in call.words


def test_what_no_key_can_cut_off_is_told_from_what_one_can_and_how_long_a_key_is_waited_for(running: Phone) -> None:
    call = holder(running).rings()
    cuttable = {sound["words"]: sound["cuttable"] for sound in call.last["heard"]}
    assert cuttable["For an appointment, press 1."] is True
    advice = holder(running).rings().does("3")
    kept = {sound["words"]: sound["cuttable"] for sound in advice.last["heard"]}
    assert [words for words, cut in kept.items() if not cut] == running.rings().press("3").uncut != []
    assert (call.last["waits"]["digits"], call.last["waits"]["ends_with"]) == (1, "")
    assert call.last["waits"]["seconds"] >= 5


def test_a_silence_is_heard_as_at_the_carrier(running: Phone) -> None:
    assert "You did not press a key." in holder(running).rings().does("").words


def test_another_language_is_named_with_every_sentence(running: Phone) -> None:
    call = holder(running).rings().does("9")
    back = {sound["words"] for sound in call.last["heard"] if sound["language"] == "en-IN"}
    assert back == {"For English press 9."}, "the way back is in the other one"
    assert {sound["language"] for sound in call.last["heard"]} == {"hi-IN", "en-IN"}


def test_a_withheld_caller_keys_a_number_that_ends_with_hash(running: Phone) -> None:
    call = holder(running).rings(caller="anonymous").does("1", "1", "1")
    assert "We cannot see your number." in call.words
    assert (call.last["waits"]["digits"], call.last["waits"]["ends_with"]) == (None, "#")
    call.does("9999900003", "1", "1")
    assert [each.phone.e164 for each in running.services.desk.store.waiting()] == ["+919999900003"]


@pytest.mark.parametrize(
    ("pressed", "bridged", "heard"),
    [("1", "true", "Goodbye."), ("2", "false", "We can call you back."), ("", "false", "We can call you back.")],
)
def test_the_reception_hears_of_a_patient_and_answers_declines_or_does_not(
    running: Phone, got: Webhooks, pressed: str, bridged: str, heard: str
) -> None:
    call = holder(running).rings().does("0")
    assert (call.waits, call.last["waits"]["seconds"]) == ("reception", 20)
    assert call.last["waits"]["hears"][0]["words"] == "A patient is calling the clinic."
    call.does(pressed)
    assert got[-1]["DialBridged"] == bridged
    assert heard in call.words


def test_with_two_carriers_a_call_is_made_over_the_one_that_was_chosen(
    tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock
) -> None:
    plivo = {"PLIVO_AUTH_ID": "MA0000000000000000EX", "PLIVO_AUTH_TOKEN": TOKEN}
    with rung_by_itself(tmp_path, sqlite_url, redis_url, clock, **plivo) as phone:
        person = holder(phone)
        assert '<option value="Plivo">' in person.browser.get(PHONE_PAGE).text
        for name, over in (("Plivo", "application/xml"), ("", "text/xml")):
            person.last = person.posts("ring", line="main", caller="", carrier=name)
            types: list[str] = []
            with request_finished.connected_to(lambda _app, response: types.append(response.mimetype), phone.app):  # noqa: B023
                person.does("1", "1", "1", "1", "1")
            assert over in types
        person.hangs_up()
        assert [each.phone.e164 for each in phone.services.desk.store.waiting()] == [CALLER]
        token = {"X-CSRFToken": person.token}
        odd = person.browser.post("/phone/ring", data={"line": "main", "carrier": "Third"}, headers=token)
        assert odd.status_code == 400


def test_hanging_up_tells_the_service_its_status_and_the_seconds(running: Phone, clock: Clock, got: Webhooks) -> None:
    call = holder(running).rings()
    clock.goes_on(seconds=75)
    call.hangs_up()
    ended = {name: got[-1][name] for name in ("path", "CallStatus", "CallDuration", "From")}
    assert ended == {"path": "/voice/status", "CallStatus": "completed", "CallDuration": "75", "From": CALLER}
    assert got[0]["CallSid"] == got[-1]["CallSid"]


@pytest.mark.parametrize(
    "base_url", ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000", "http://127.0.0.1"]
)
def test_it_is_there_for_a_browser_on_this_machine(app: Flask, base_url: str) -> None:
    assert app.test_client().get(PHONE_PAGE, base_url=base_url).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        {"base_url": "https://line.example"},
        {"base_url": "http://192.168.1.7:8000"},
        {"base_url": "http://127.0.0.1.line.example:8000"},
        {"base_url": "http://0.0.0.0:8000"},
        {"environ_base": {"REMOTE_ADDR": "192.168.1.9"}},
        {"headers": {"X-Forwarded-Host": "line.example"}},
        {"headers": {"X-Forwarded-For": "203.0.113.9"}},
        {"headers": {"Forwarded": "host=line.example"}},
    ],
)
def test_nobody_else_can_ring_as_the_carrier_through_a_tunnel_or_from_another_machine(
    app: Flask, asked: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    assert app.test_client().get(PHONE_PAGE, **asked).status_code == 404
    assert "for a browser on this very machine" in caplog.text, "whoever works here reads why"
    assert app.test_client().post("/phone/ring", data={"line": "main"}, **asked).status_code in {400, 404}


TUNNEL = {"base_url": "http://localhost:8000"}
"""The arguments of a request through a tunnel that names localhost as the host, and hides that it is a tunnel."""


@pytest.mark.parametrize("address", ["/phone", "/phone/", "/phone?key=", "/phone?key=a-key-of-another-start"])
def test_a_tunnel_that_looks_like_this_machine_does_not_know_the_key(app: Flask, address: str) -> None:
    answer = app.test_client().get(address, **TUNNEL)
    assert answer.status_code == 403
    assert "`make run` has printed" in answer.text, "whoever works here reads what to do"
    assert PHONE_KEY not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_without_the_key_nothing_can_be_rung(app: Flask) -> None:
    browser = app.test_client()
    token = re.findall('csrf-token" content="(.*?)"', app.test_client().get(PHONE_PAGE).text)[0]
    for what in ("ring", "go-on", "hang-up"):
        answer = browser.post(f"/phone/{what}", data={"line": "main"}, headers={"X-CSRFToken": token}, **TUNNEL)
        assert answer.status_code in {400, 403}


def test_the_browser_keeps_the_key_for_this_telephone_alone(app: Flask) -> None:
    browser = app.test_client()
    (cookie,) = [
        each for each in browser.get(PHONE_PAGE).headers.getlist("Set-Cookie") if each.startswith("telephone=")
    ]
    assert {"HttpOnly", "Path=/phone", "SameSite=Lax"} <= set(cookie.split("; "))
    assert browser.get("/phone").status_code == 200


def test_a_service_without_a_key_shows_it_to_nobody(serves: Serves) -> None:
    with serves(PHONE_KEY="") as phone:
        assert phone.app.test_client().get("/phone?key=").status_code == 403


def test_every_call_is_another_one(running: Phone, got: Webhooks) -> None:
    mine = holder(running)
    mine.rings().rings()
    assert len({each["CallSid"] for each in got}) == 2


# -- in development only


def test_in_production_there_is_no_such_page(serves: Serves) -> None:
    with serves(ENV="production") as phone:
        assert [rule.rule for rule in phone.app.url_map.iter_rules() if rule.rule.startswith("/phone")] == []
        assert phone.app.test_client().get("/phone").status_code == 404


# -- nothing can be had signed but a call of ours


def test_what_the_browser_brings_back_cannot_be_forged(running: Phone, got: Webhooks) -> None:
    mine = holder(running).rings().does("1")
    got.clear()
    sealed, headers = mine.last["call"], {"X-CSRFToken": mine.token}
    other = Cipher(running.services.settings.secret_key, "a call in the browser")
    words = other.decrypt(sealed)
    forged = ("", words, sealed[:-6] + "AAAAA=", running.services.telephone.cipher.encrypt(words), other.encrypt("{}"))
    for call in forged:
        for what in ("go-on", "hang-up"):
            answer = mine.browser.post(f"/phone/{what}", data={"call": call, "pressed": "1"}, headers=headers)
            assert answer.status_code == 400
    assert got == []


@pytest.mark.parametrize("what", ["ring", "go-on", "hang-up"])
def test_no_other_sites_page_can_ring(running: Phone, what: str, got: Webhooks) -> None:
    mine = holder(running).rings()
    got.clear()
    fields = {"line": "main", "call": mine.last["call"], "pressed": "1"}
    assert mine.browser.post(f"/phone/{what}", data=fields).status_code == 400
    assert got == []


@pytest.mark.parametrize("pressed", ["A", "1 1", "1" * 41, "١", "&From=1"])
def test_only_keys_of_a_telephone_can_be_pressed(running: Phone, pressed: str) -> None:
    mine = holder(running).rings()
    fields = {"call": mine.last["call"], "pressed": pressed}
    answer = mine.browser.post("/phone/go-on", data=fields, headers={"X-CSRFToken": mine.token})
    assert answer.status_code == 400


def test_a_line_that_there_is_not_is_not_rung_and_a_number_that_is_none_is_said_to_be_so(running: Phone) -> None:
    mine = holder(running)
    headers = {"X-CSRFToken": mine.token}
    assert mine.browser.post("/phone/ring", data={"line": "fourth"}, headers=headers).status_code == 400
    told = mine.posts("ring", line="main", caller="?")
    assert told == {"trouble": "This is no telephone number.", "hint": "Write it as people do, such as 99999 00002."}


# -- trouble


def test_a_service_that_does_not_answer_is_said_with_what_to_do(serves: Serves) -> None:
    with (
        reserved_port() as port,
        serves(PUBLIC_BASE_URL=f"http://127.0.0.1:{port}") as phone,
    ):
        told = holder(phone).rings().last
    assert told["trouble"] == f"The call failed: nobody answers at http://127.0.0.1:{port}/voice."
    assert "PUBLIC_BASE_URL" in told["hint"]


def test_another_service_at_the_address_is_said_with_what_to_do(running: Phone, serves: Serves) -> None:
    base = running.services.settings.public_base_url
    more = {"PUBLIC_BASE_URL": base, "TWILIO_AUTH_TOKEN": "a-token-of-another-service"}
    with serves(**more) as phone:
        told = holder(phone).rings().last
    assert told["trouble"] == f"The call failed: the service answered 403 to {base}/voice."
    assert "A 403 means" in told["hint"]


def test_a_call_that_goes_round_in_circles_is_given_up(running: Phone) -> None:
    mine = holder(running).rings()
    cipher = Cipher(running.services.settings.secret_key, "a call in the browser")
    long = replace(receiver(cipher.decrypt(mine.last["call"])), moments=MOST_MOMENTS)
    told = mine.posts("go-on", call=cipher.encrypt(long.words()), pressed="1")
    assert "round in circles" in told["trouble"]


# -- the page


def test_the_page_names_the_lines_and_says_what_to_do_without_javascript(running: Phone) -> None:
    page = unescape(running.app.test_client().get(PHONE_PAGE).text)
    assert "The first line, 80900 80906" in page
    assert "<code>make phone</code>" in page
    assert TOKEN not in page
    assert running.services.settings.secret_key not in page


def test_the_buttons_of_the_reception_press_the_key_it_is_offered(
    running: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vars(SCREENING), "key", "5")
    page = running.app.test_client().get(PHONE_PAGE).text
    assert re.findall(r'data-reception="(.*?)">(.*?)<', page) == [
        ("5", "Answers"),
        ("2", "Declines"),
        ("", "Does not answer"),
    ]


def test_a_page_without_a_reception_says_why_there_is_none_to_play(phone: Phone, running: Phone) -> None:
    why = "There is no reception to play"
    assert why in phone.app.test_client().get(PHONE_PAGE).text
    assert why not in running.app.test_client().get(PHONE_PAGE).text

"""Webhooks that the carrier did not sign, or that are malformed: each is refused clearly and changes nothing."""

import hashlib
import json
from collections.abc import Callable, Mapping

import pytest
from flask import Flask
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from ivr.carrier.port import Malformed, NotSigned
from ivr.carrier.steps import Gathers, Heard
from ivr.carrier.twilio.reader import steps
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.webhook import SIGNATURE, read
from ivr.desk.requests import Outcome
from tests.desk import takes_and_reports
from tests.people import CALL, CALLER, TOKEN, Clock, Phone
from tests.web import Serves
from workers.clock import purge_expired
from workers.services import WorkerServices

ACCOUNT = "AC" + "1" * 32
WEBHOOKS = ("/voice", "/voice/main", "/voice/answered", "/voice/status", "/voice/a-place-of-last-year")

Webhook = tuple[str, dict[str, str]]


@pytest.fixture
def confirms(phone: Phone) -> Webhook:
    """A webhook that makes a request if the service believes its signature: its path and its form."""
    call = phone.rings().press("1", "1", "1", "1")
    return phone.within(call.next_url), {**CALL, "Digits": "1"}


def signed(phone: Phone, path: str, form: Mapping[str, str], signature: str) -> TestResponse:
    return phone.unsigned(path, form, **{"X-Twilio-Signature": signature})


def with_query_turned_round(path: str) -> str:
    place, _, query = path.partition("?")
    return f"{place}?{'&'.join(reversed(query.split('&')))}"


def signed_by(token: str, phone: Phone, path: str, form: Mapping[str, str]) -> TestResponse:
    url = phone.called_at + phone.within(path)
    return signed(phone, path, form, RequestValidator(token).compute_signature(url, form))


Forgery = Callable[[Phone, str, dict[str, str]], TestResponse]

FORGERIES: dict[str, Forgery] = {
    "no signature": lambda phone, path, form: phone.unsigned(path, form),
    "an empty signature": lambda phone, path, form: signed(phone, path, form, ""),
    "a made-up signature": lambda phone, path, form: signed(phone, path, form, "L/OH5YylLD5NRKLltdqwSvS0BnU="),
    "a signature in no known letters": lambda phone, path, form: signed(phone, path, form, "é" * 28),
    "another place's signature": lambda phone, path, form: signed(phone, path, form, phone.signs("/voice", form)),
    "the signature without the query": lambda phone, path, form: signed(
        phone, path, form, phone.signs(path.partition("?")[0], form)
    ),
    "the query in another order": lambda phone, path, form: signed(
        phone, path, form, phone.signs(with_query_turned_round(path), form)
    ),
    "the query with another line": lambda phone, path, form: signed(
        phone, path.replace("line=main", "line=third"), form, phone.signs(path, form)
    ),
    "another key in the form": lambda phone, path, form: signed(
        phone, path, form, phone.signs(path, {**form, "Digits": "2"})
    ),
    "another caller in the form": lambda phone, path, form: signed(
        phone, path, {**form, "From": "+919999900009"}, phone.signs(path, form)
    ),
    "a field added to the form": lambda phone, path, form: signed(
        phone, path, {**form, "More": "1"}, phone.signs(path, form)
    ),
    "another token": lambda phone, path, form: signed_by("another-token-that-we-never-had", phone, path, form),
    "an empty token": lambda phone, path, form: signed_by("", phone, path, form),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_webhook_makes_no_request_and_the_true_one_still_does(
    phone: Phone, confirms: Webhook, forgery: Forgery
) -> None:
    answer = forgery(phone, *confirms)
    assert answer.status_code == 403
    assert "Response" not in answer.text, "nobody but the carrier hears a word"
    assert phone.services.desk.store.waiting() == []
    assert phone.posts(*confirms).status_code == 200
    assert len(phone.services.desk.store.waiting()) == 1


def test_the_worked_vector_of_the_carrier_is_understood() -> None:
    form = MultiDict(
        {
            "CallSid": "CA1234567890ABCDE",
            "Caller": "+14158675310",
            "Digits": "1234",
            "From": "+14158675310",
            "To": "+18005551212",
        }
    )
    url, signature = "https://example.com/myapp.php?foo=1&bar=2", "L/OH5YylLD5NRKLltdqwSvS0BnU="
    with pytest.raises(Malformed, match="CallSid"):  # signed, but the id of its example is none of the carrier's
        read(Account(token="12345"), "POST", url, {SIGNATURE: signature}, form)
    with pytest.raises(NotSigned):
        read(Account(token="12346"), "POST", url, {SIGNATURE: signature}, form)


def test_while_the_token_is_changed_the_next_one_counts_too(serves: Serves) -> None:
    following = "the-token-that-signs-from-tomorrow"
    with serves(TWILIO_AUTH_TOKEN_NEXT=following) as phone:
        assert signed_by(following, phone, "/voice", CALL).status_code == 200
        assert phone.posts("/voice", CALL).status_code == 200
        assert signed_by("the-token-of-last-year", phone, "/voice", CALL).status_code == 403


def test_a_token_is_changed_in_three_steps_and_no_call_is_lost(serves: Serves) -> None:
    """Calls succeed at each step of the runbook: add the next token, sign with it, remove the old token."""
    following = "the-token-that-signs-from-tomorrow"
    steps_of_the_change: tuple[tuple[dict[str, str], str], ...] = (
        ({"TWILIO_AUTH_TOKEN_NEXT": following}, TOKEN),
        ({"TWILIO_AUTH_TOKEN_NEXT": following}, following),
        ({"TWILIO_AUTH_TOKEN": following}, following),
    )
    for number, (more, signs) in enumerate(steps_of_the_change):
        with serves(**more) as phone:
            form = {**CALL, "CallSid": f"CA{number:032}", "From": f"+9199999000{number:02}"}
            (asks,) = [
                step for step in steps(signed_by(signs, phone, "/voice", form).text) if isinstance(step, Gathers)
            ]
            for key in "11111":
                answer = signed_by(signs, phone, asks.action, {**form, "Digits": key})
                (asks, *_) = [step for step in steps(answer.text) if isinstance(step, Gathers)] or [asks]
            assert len(phone.services.desk.store.waiting()) == number + 1
    with serves(TWILIO_AUTH_TOKEN=following) as phone:
        assert signed_by(TOKEN, phone, "/voice", CALL).status_code == 403


def test_a_webhook_that_somebody_kept_and_sends_again_hours_later_changes_nothing(
    phone: Phone, confirms: Webhook, clock: Clock
) -> None:
    """A signed webhook that is sent again hours later gets its answer and changes nothing: signatures bear no date."""
    first = phone.posts(*confirms)
    takes_and_reports(phone.services, 1, Outcome.SETTLED)
    before = phone.services.desk.store.all(), phone.services.desk.store.history(1)
    clock.goes_on(hours=20)
    again = phone.posts(*confirms)
    assert [step for step in steps(again.text) if isinstance(step, Heard)] == [
        step for step in steps(first.text) if isinstance(step, Heard)
    ]
    assert (phone.services.desk.store.all(), phone.services.desk.store.history(1)) == before


def test_a_webhook_that_is_sent_again_when_its_request_has_been_forgotten_makes_no_new_one(
    phone: Phone, confirms: Webhook, worker: WorkerServices, clock: Clock
) -> None:
    phone.posts(*confirms)
    takes_and_reports(phone.services, 1, Outcome.SETTLED)
    purge_expired(worker)
    clock.goes_on(days=100)
    purge_expired(worker)
    assert phone.services.desk.store.all() == []
    assert phone.posts(*confirms).status_code == 200
    assert phone.services.desk.store.all() == []


def test_the_account_is_compared_only_when_it_is_known(phone: Phone, serves: Serves) -> None:
    ours, theirs = {**CALL, "AccountSid": ACCOUNT}, {**CALL, "AccountSid": "AC" + "9" * 32}
    assert {phone.posts("/voice", form).status_code for form in (ours, theirs, CALL)} == {200}
    with serves(TWILIO_ACCOUNT_SID=ACCOUNT) as known:
        assert known.posts("/voice", ours).status_code == 200
        assert {known.posts("/voice", form).status_code for form in (theirs, CALL)} == {403}


def test_a_form_with_repeated_empty_and_new_fields_is_still_the_carriers(phone: Phone) -> None:
    form = MultiDict(
        [*CALL.items(), ("AddOn", "b"), ("AddOn", "a"), ("AddOn", "b"), ("Empty", ""), ("Ünknown", "नया ")]
    )
    assert phone.posts("/voice", form).status_code == 200
    fewer = MultiDict([each for each in form.items(multi=True) if each != ("AddOn", "a")])
    assert signed(phone, "/voice", fewer, phone.signs("/voice", form)).status_code == 403


@pytest.mark.parametrize("path", [*WEBHOOKS, "/voice/fallback"])
def test_a_webhook_answers_only_to_post(app: Flask, path: str) -> None:
    browser = app.test_client()
    assert [browser.open(path, method=method).status_code for method in ("GET", "PUT", "DELETE")] == [405] * 3


@pytest.mark.parametrize("path", WEBHOOKS)
def test_a_signed_form_without_a_true_call_id_is_refused_by_name(phone: Phone, path: str) -> None:
    rest = {name: value for name, value in CALL.items() if name != "CallSid"}
    for sid in (
        {},
        {"CallSid": ""},
        {"CallSid": "CA1"},
        {"CallSid": "CA" + "g" * 32},
        {"CallSid": f"{CALL['CallSid']}0"},
    ):
        answer = phone.posts(path, {**rest, **sid})
        assert answer.status_code == 400
        assert "CallSid" in answer.text
        assert CALLER not in answer.text


@pytest.mark.parametrize("path", WEBHOOKS)
def test_a_signed_json_body_is_refused(phone: Phone, path: str) -> None:
    body = json.dumps(CALL)
    path += f"?bodySHA256={hashlib.sha256(body.encode()).hexdigest()}"
    headers = {"X-Twilio-Signature": phone.signs(path, {})}
    answer = phone.app.test_client().post(path, data=body, content_type="application/json", headers=headers)
    assert answer.status_code == 400


def test_a_body_larger_than_any_webhook_is_not_read(phone: Phone, confirms: Webhook) -> None:
    path, form = confirms
    for size in (65 * 1024, 2_000_000):
        assert phone.posts(path, {**form, "More": "x" * size}).status_code == 413
    assert phone.services.desk.store.waiting() == []
    assert phone.posts(path, {**form, "More": "x" * 60_000}).status_code == 200


def test_what_a_proxy_or_a_stranger_says_of_the_host_changes_nothing(phone: Phone) -> None:
    claims = {
        "Host": "elsewhere.example",
        "X-Forwarded-Host": "elsewhere.example",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Port": "8443",
        "X-Forwarded-Prefix": "/elsewhere",
        "Forwarded": "host=elsewhere.example;proto=http",
    }
    assert phone.posts("/voice", CALL, **claims).data == phone.posts("/voice", CALL).data
    elsewhere = RequestValidator(TOKEN).compute_signature("http://elsewhere.example/voice", CALL)
    assert phone.unsigned("/voice", CALL, **claims, **{"X-Twilio-Signature": elsewhere}).status_code == 403

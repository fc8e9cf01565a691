"""Calls after a fault of the service: the caller waits, the step is tried once more, and no call repeats endlessly."""

from pathlib import Path
from urllib.parse import urljoin

import pytest

from ivr.carrier.steps import HangsUp, Heard, Redirects
from ivr.carrier.twilio.reader import steps
from ivr.web.telephone.retry import once_more
from tests.carrier.twilio.twiml_rules import faults
from tests.people import CALLER, Clock, Conversation, Phone
from tests.web import service

HOST = "https://line.example"


def fails(phone: Phone, url: str) -> tuple[str, str | None]:
    """Report, as the carrier does, that this address failed; return the words heard, and where the call goes on."""
    answer = phone.unsigned("/voice/fallback", {"ErrorCode": "11200", "ErrorUrl": url})
    assert answer.status_code == 200
    assert faults(answer.data, answer.headers["Content-Type"]) == []
    found = list(steps(answer.text))
    words = " ".join(step.words for step in found if isinstance(step, Heard))
    last = found[-1]
    assert isinstance(last, Redirects | HangsUp)
    return words, last.to if isinstance(last, Redirects) else None


def fails_in(call: Conversation, key: str) -> Conversation:
    """Lose this key's webhook on its way, so that the fallback is asked; return the call after the second try."""
    lost = urljoin(HOST + call.url, call.next_url)
    words, to = fails(call.phone, lost)
    assert "Please stay on the line" in words
    assert to is not None
    call.follows(to, {})
    return call


def test_a_caller_whose_call_begins_with_a_fault_waits_a_moment_and_is_greeted(phone: Phone) -> None:
    words, to = fails(phone, f"{HOST}/voice")
    assert to == f"{HOST}/voice/again"
    assert "फिर कोशिश करते हैं" in words, "in every language"
    assert "112" in words
    call = Conversation(phone, {"From": CALLER, "To": "+918090080906"})
    call.follows(to, {})
    assert "Arunalaya" in call.words
    assert call.press("1", "1", "1", "1", "1").reference


def test_a_fault_half_way_costs_a_caller_one_key_and_nothing_they_have_said(phone: Phone) -> None:
    call = phone.rings(lang="hi").press("1", "2", "1", "1")
    assert call.place == "summary"
    (wish,) = (words for words in call.heard if "मंगलवार" in words)
    fails_in(call, "1")
    assert call.place == "summary"
    assert call.languages == {"hi-IN"}
    assert wish in call.heard, "the same day and part"
    assert call.press("1").reference
    assert len(phone.services.desk.store.waiting()) == 1


def test_a_request_whose_answer_was_lost_is_not_made_twice(phone: Phone) -> None:
    call = phone.rings().press("1", "1", "1", "1")
    form = {"CallSid": call.sid, "AccountSid": "AC" + "0" * 32, **call.fields, "Digits": "1"}
    assert phone.posts(call.next_url, form).status_code == 200, "which the caller never hears"
    assert fails_in(call, "1").press("1").reference == phone.services.desk.store.waiting()[0].reference
    assert len(phone.services.desk.store.waiting()) == 1


def test_what_fails_twice_ends_with_an_apology(phone: Phone) -> None:
    for path in ("/voice", "/voice/summary?line=main&lang=hi&c=sealed"):
        _, to = fails(phone, HOST + path)
        assert to is not None
        words, end = fails(phone, to)
        assert end is None
        assert "Please call again in a few minutes" in words


def test_however_long_everything_fails_a_silent_call_ends(phone: Phone) -> None:
    """Check that a silent call ends although the first webhook of every step is lost, since each silence is counted."""
    call = phone.rings()
    for _ in range(40):
        if call.over:
            return
        _, to = fails(phone, call.silence_leads)
        assert to is not None
        call.follows(to, {})
    pytest.fail("the call goes on for ever")


@pytest.mark.parametrize(
    "url",
    [
        *("", "/", "https://line.example/", "https://line.example/desk", "https://line.example/voice/"),
        *("/voice/again", "/voice/again/main", "/voice/again/again", "/voice/answered?line=main", "/voice/status"),
        *("/voice/fallback", "//evil.example", "javascript:alert(1)", "https://[evil/voice", "/voice/../desk"),
        *("/voice/main\n", "/voice/main?x=\r\ny", "/voice/मुख्य", "/voice/" + "x" * 41, "/voice?" + "x" * 2000),
    ],
)
def test_what_is_no_step_of_a_call_is_not_tried_again(url: str) -> None:
    assert once_more(url) is None


@pytest.mark.parametrize(
    ("url", "again"),
    [
        ("https://evil.example/voice", "/voice/again"),
        ("https://evil.example/voice/main?a=b&c=d", "/voice/again/main?a=b&c=d"),
        ("https://line.example/voice#rc=2", "/voice/again"),
        ("/voice/statuses", "/voice/again/statuses"),
        ('/voice/main?"><Dial>x</Dial>', '/voice/again/main?"><Dial>x</Dial>'),
    ],
)
def test_whatever_address_is_claimed_the_call_stays_with_us(phone: Phone, url: str, again: str) -> None:
    assert once_more(url) == again
    answer = phone.unsigned("/voice/fallback", {"ErrorUrl": url})
    assert faults(answer.data, answer.headers["Content-Type"]) == []
    assert [step.to for step in steps(answer.text) if isinstance(step, Redirects)] == [HOST + again]


@pytest.mark.parametrize("database", ["sqlite:///{0}/nowhere/clinic.db", "postgresql://nobody:none@127.0.0.1:1/none"])
@pytest.mark.parametrize(
    "body",
    [{}, {"ErrorCode": "11205", "ErrorUrl": "https://line.example/voice"}, {"x": "y" * 99_999}, {"ErrorUrl": "\0"}],
)
def test_the_fallback_speaks_both_languages_with_no_signature_and_no_store(
    tmp_path: Path, clock: Clock, database: str, body: dict[str, str]
) -> None:
    with service(tmp_path, database.format(tmp_path), f"unix://{tmp_path}/nowhere.sock", clock) as phone:
        answer = phone.unsigned("/voice/fallback", body)
    assert answer.status_code == 200
    assert faults(answer.data, answer.headers["Content-Type"]) == []
    heard = [step for step in steps(answer.text) if isinstance(step, Heard)]
    assert {step.language for step in heard} == {"en-IN", "hi-IN"}
    assert all("112" in step.words for step in heard)

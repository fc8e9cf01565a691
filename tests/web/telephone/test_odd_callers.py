"""Odd callers: a withheld number, the clinic's own number, nonsense, and odd fields. Each call works to its end."""

import logging

import pytest

from tests.people import CALLER, Conversation, Phone

UNUSABLE = (
    *("anonymous", "Anonymous", "RESTRICTED", "private", "unavailable", "unknown", "blocked", "withheld"),
    *("", " ", "+", "+91", "+266696687", "266696687", "+1266696687", "+7378742833", "+2562533", "+8656696"),
    *("+86282452253", "+7748283", "sip:asha@example.org", "sip:9999900001@example.org", "client:asha"),
    *("whatsapp:+919999900001", "sim:DE0123456789", "+12025550123", "+91 18603451234", "९९९९९०००००१"),
)
"""Callers' numbers, as a carrier may write them, that nobody can call."""

OURS = ("+918090080906", "+918090080907", "+918866991000")

NASTY = (
    *(
        "\x00",
        "\x0b\x1b[31m\x7f",
        "\r\n2026-01-01 ivr.web.telephone.webhooks: call CA0: forged",
        "<Say>&\"'</Say>",
        "]]>",
    ),
    *("<!DOCTYPE x [<!ENTITY e 'e'>]>&e;", "नमस्ते कॉलर", "\ud7ff\ufffe\uffff", "%s %d {0} {line}", "x" * 20_000),
    *("'; DROP TABLE requests; --", "+91999990000\u0967", "\u202e+919999900001"),
)

IMPOSSIBLE_KEYS = ("hangup", "E", "१", "1 1", "+91", "1\n", "\n1", "1\x00", "<1>", "-1", "1.0", "&#49;", " ")


def keys_another_number(call: Conversation) -> None:
    """Key another number in this call when the line asks for one, and make a request with it."""
    assert call.place == "key_number"
    assert call.heard[0] == "We cannot see your number."
    call.press("09999900002#", "1", "1")
    (found,) = call.phone.services.desk.store.waiting()
    assert (found.reference, found.phone.e164) == (call.reference, "+919999900002")


def test_whatever_stands_for_a_caller_nobody_can_ring_leads_to_keying(phone: Phone) -> None:
    calls = {caller: phone.rings(caller=caller).press("1", "1", "1") for caller in UNUSABLE}
    assert {caller: call.place for caller, call in calls.items()} == dict.fromkeys(UNUSABLE, "key_number")


@pytest.mark.parametrize("caller", ["anonymous", "", "+266696687", "sip:asha@example.org", "client:asha"])
def test_a_caller_without_a_number_that_can_be_rung_keys_one_and_books(phone: Phone, caller: str) -> None:
    keys_another_number(phone.rings(caller=caller).press("1", "1", "1"))


def test_a_caller_of_whom_the_carrier_says_nothing_at_all_keys_a_number_and_books(phone: Phone) -> None:
    call = Conversation(phone, {"To": OURS[0]})
    call.follows("/voice", {})
    keys_another_number(call.press("1", "1", "1"))


@pytest.mark.parametrize("caller", [*OURS, "918090080907", "08866991000", "8090080906"])
def test_a_number_of_the_clinics_own_is_a_withheld_caller(phone: Phone, caller: str) -> None:
    keys_another_number(phone.rings(caller=caller).press("1", "1", "1"))


@pytest.mark.parametrize("before", ["", "0", "91"])
def test_a_number_of_the_clinics_own_cannot_be_keyed(phone: Phone, before: str) -> None:
    for number in OURS:
        call = phone.rings().press("1", "1", "1", "2", f"{before}{number.removeprefix('+91')}#")
        assert call.heard[0] == "That is one of the clinic's own numbers. We need yours."
        assert call.place == "key_number"
    assert phone.services.desk.store.waiting() == []


@pytest.mark.parametrize("digits", [30, 500])
def test_a_finger_asleep_on_a_key_is_told_that_it_is_no_number(phone: Phone, digits: int) -> None:
    call = phone.rings(caller="anonymous").press("1", "1", "1").press("9" * digits + "#")
    assert call.heard[0] == "That is not a complete Indian number."
    keys_no_less = call.press("9999900002#")
    assert keys_no_less.place == "keyed_number"


def line_of(call: Conversation) -> str:
    call.press("1", "1", "1", "1", "1")
    (found,) = call.phone.services.desk.store.waiting()
    return found.line


@pytest.mark.parametrize("called", ["+911140000001", "", "anonymous", "sip:clinic@example.org", "+1", "112"])
def test_a_call_to_a_number_that_no_line_has_gets_the_default_line(phone: Phone, called: str) -> None:
    assert line_of(phone.rings("third", To=called)) == "main"


@pytest.mark.parametrize("written", ["+918866991000", "918866991000", "08866991000", "8866991000"])
def test_the_mobile_that_forwards_a_call_says_which_line_was_rung(phone: Phone, written: str) -> None:
    assert line_of(phone.rings("second", ForwardedFrom=written)) == "third"


@pytest.mark.parametrize("written", ["", "+911140000001", "anonymous", "\x00"])
def test_a_call_forwarded_by_nobody_we_know_goes_by_the_number_called(phone: Phone, written: str) -> None:
    assert line_of(phone.rings("second", ForwardedFrom=written)) == "second"


@pytest.mark.parametrize("where", ["From", "To", "ForwardedFrom", "CallStatus", "CallerName"])
def test_nothing_in_a_field_breaks_the_document_or_forges_a_line_of_the_log(
    phone: Phone, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    for nasty in NASTY:
        caplog.clear()
        with caplog.at_level(logging.DEBUG):
            call = Conversation(phone, {"From": CALLER, "To": OURS[0], where: nasty})
            call.follows("/voice", {})
            call.press("1", "1", "1")
            status = phone.posts(
                "/voice/status",
                {"CallSid": call.sid, "AccountSid": "AC" + "0" * 32, "CallStatus": "completed", where: nasty},
            )
        assert call.place == ("key_number" if where == "From" else "own_number"), ascii(nasty)
        assert (status.status_code, status.text) == (204, ""), ascii(nasty)
        said = [record.getMessage() for record in caplog.records]
        assert any(line.startswith(f"call {call.sid}: ") for line in said)
        assert all(line.isprintable() and len(line) < 200 for line in said), said


def test_the_status_of_a_call_is_one_short_word_in_the_log(phone: Phone, caplog: pytest.LogCaptureFixture) -> None:
    sid = "CA" + "1" * 32
    with caplog.at_level(logging.INFO):
        for status in ("no-answer", "of-next-year", "no-answer\nforged: line", "x" * 500):
            phone.posts("/voice/status", {"CallSid": sid, "AccountSid": "AC" + "0" * 32, "CallStatus": status})
    said = ["is no-answer", "is of-next-year", "is ", "is "]
    assert [record.getMessage() for record in caplog.records] == [f"call {sid}: {each}" for each in said]


def test_keys_that_no_telephone_has_are_refused_and_the_call_goes_on(phone: Phone) -> None:
    call = phone.rings().press("1", "1", "1", "1")
    form = {"CallSid": call.sid, "AccountSid": "AC" + "0" * 32, "From": CALLER, "To": OURS[0]}
    for keys in IMPOSSIBLE_KEYS:
        answer = phone.posts(call.next_url, {**form, "Digits": keys})
        assert answer.status_code == 400, ascii(keys)
        assert "Digits" in answer.text
    assert phone.services.desk.store.waiting() == []
    assert call.press("1").place == "kept"

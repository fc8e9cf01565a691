"""Plivo's webhooks: read as events; a caught webhook is refused if a stranger has moved the borders of its fields."""

from collections.abc import Mapping

import pytest
from werkzeug.datastructures import MultiDict

from ivr.carrier.plivo.settings import PlivoAccount
from ivr.carrier.plivo.signature import NONCE, SIGNATURE, signature
from ivr.carrier.plivo.webhook import read
from ivr.carrier.port import CallEvent, Malformed, NotSigned
from tests.people import CALLER, TOKEN

ACCOUNT = PlivoAccount("MA0000000000000000EX", TOKEN)
URL = "https://line.example/voice/main?line=main&lang=en"
FIRST, SECOND = "97ceeb52-58b6-11e1-86da-77300b68f8bb", "11111111-58b6-11e1-86da-77300b68f8bb"

BAD = ("1" * 1001, "x")

CAUGHT = {
    "ALegUUID": FIRST,
    "BillRate": "0.0085",
    "CallStatus": "in-progress",
    "CallUUID": FIRST,
    "DialALegUUID": FIRST,
    "DialBLegUUID": SECOND,
    "DialStatus": "completed",
    "Digits": "1",
    "Event": "Redirect",
    "From": "919999900001",
    "To": "918090080906",
}
"""The fields of a caught webhook: the end of a call that was put through, with an id for each of its two legs."""


def signed(url: str, form: Mapping[str, str]) -> dict[str, str]:
    return {SIGNATURE: signature(TOKEN, url, form, "1"), NONCE: "1"}


def event(**fields: str) -> CallEvent:
    form = {**CAUGHT, **fields}
    return read(ACCOUNT, "POST", URL, signed(URL, form), form)


def test_a_webhook_is_read_as_one_of_any_carrier() -> None:
    found = event()
    assert (found.call_id, found.sender, found.called) == (FIRST, CALLER, "+918090080906")
    assert (found.keys, found.talked, found.ended) == ("1", True, False)
    assert (found.status, found.lasted) == ("in-progress", None)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("919999900001", CALLER),
        ("+919999900001", CALLER),
        ("9999900001", "9999900001"),
        ("09999900001", "09999900001"),
        ("911140000001", "+911140000001"),
        ("12025550123", "+12025550123"),
        ("anonymous", "anonymous"),
        ("unknown", "unknown"),
        ("", ""),
        ("sip:asha@example.org", "sip:asha@example.org"),
        ("266696687", "266696687"),
        ("<Speak>", ""),
        ("9" * 21, ""),
    ],
)
def test_a_number_has_its_country_code_and_gets_its_plus_and_all_else_stays(written: str, read_as: str) -> None:
    found = event(From=written, To=written, ForwardedFrom=written)
    assert (found.sender, found.called, found.forwarded_from) == (read_as,) * 3


@pytest.mark.parametrize(
    ("status", "leg", "talked"),
    [("completed", SECOND, True), ("completed", "", False), ("no-answer", SECOND, False), ("timeout", "", False)],
)
def test_only_a_leg_that_was_bridged_has_talked(status: str, leg: str, talked: bool) -> None:
    assert event(DialStatus=status, DialBLegUUID=leg).talked is talked


@pytest.mark.parametrize(
    ("written", "status", "ended"),
    [
        ("completed", "completed", True),
        ("busy", "busy", True),
        ("failed", "failed", True),
        ("timeout", "no-answer", True),
        ("cancel", "canceled", True),
        ("ringing", "ringing", False),
        ("Forged\nline", "", False),
    ],
)
def test_the_end_of_a_call_is_named_as_of_any_carrier(written: str, status: str, ended: bool) -> None:
    found = event(CallStatus=written, Duration="61", BillDuration="120")
    assert (found.status, found.ended, found.lasted) == (status, ended, 61)


@pytest.mark.parametrize(
    ("field", "value"),
    [("CallUUID", ""), ("CallUUID", "CA" + "1" * 32), ("CallUUID", f"{FIRST}0"), *(("Digits", each) for each in BAD)],
)
def test_what_is_signed_and_malformed_is_told_by_the_name_of_its_field(field: str, value: str) -> None:
    with pytest.raises(Malformed, match=field):
        event(**{field: value})


def test_the_event_of_a_number_that_was_entered_is_no_hidden_field() -> None:
    assert event(Event="GetDigits", Digits="9999900001").keys == "9999900001"


def test_what_is_not_signed_or_signed_for_something_else_is_nobodys() -> None:
    headers = signed(URL, CAUGHT)
    for url, form in (
        (URL, {**CAUGHT, "Digits": "2"}),
        (URL, {name: value for name, value in CAUGHT.items() if name != "Digits"}),
        (URL.replace("main?", "third?"), CAUGHT),
        (URL.replace("lang=en", "lang=hi"), CAUGHT),
    ):
        with pytest.raises(NotSigned):
            read(ACCOUNT, "POST", url, headers, form)
    with pytest.raises(NotSigned):
        read(ACCOUNT, "POST", URL, {**headers, NONCE: "2"}, CAUGHT)
    with pytest.raises(NotSigned):
        read(PlivoAccount(), "POST", URL, headers, CAUGHT)


# -- a webhook that was caught once, its borders drawn anew: the signature holds

MARKED = "&".join(f"{name}={value}" for name, value in CAUGHT.items())
REDRAWN = {
    "the id goes on with the next field": MARKED.replace("&DialALegUUID=", "DialALegUUID"),
    "the id has another name": MARKED.replace("&CallUUID=", "&CallU=UID"),
    "the key is hidden": MARKED.replace("&Digits=", "Digits"),
    "the reception's answer is hidden": MARKED.replace("&DialStatus=", "DialStatus"),
}


@pytest.mark.parametrize("marked", REDRAWN.values(), ids=REDRAWN)
def test_a_caught_webhook_with_its_borders_drawn_anew_is_refused(marked: str) -> None:
    form = dict(each.split("=") for each in marked.split("&"))
    assert form != CAUGHT
    assert signed(URL, form) == signed(URL, CAUGHT), "the carrier's signature holds"
    with pytest.raises(Malformed):
        read(ACCOUNT, "POST", URL, signed(URL, CAUGHT), form)


@pytest.mark.parametrize(
    ("written", "drawn"),
    [("s=2&w=1", "s=2%26w%3D1"), ("c=gAAA&line=main", "c%3DgAAA%26line=main")],
    ids=["a counter is hidden in a value", "what was gathered is hidden in a name"],
)
def test_a_query_whose_borders_are_drawn_anew_is_refused(written: str, drawn: str) -> None:
    """A query is refused if a stranger has encoded its & and = to hide them.

    Plivo signs the decoded query, so the signature is still valid.
    """
    base = URL.partition("?")[0]
    assert signed(f"{base}?{drawn}", CAUGHT) == signed(f"{base}?{written}", CAUGHT), "the carrier's signature holds"
    with pytest.raises(Malformed, match="query"):
        read(ACCOUNT, "POST", f"{base}?{drawn}", signed(f"{base}?{written}", CAUGHT), CAUGHT)


def test_fields_that_are_drawn_into_the_query_are_refused() -> None:
    """A webhook with its first fields moved into the query is refused, although Plivo's signature is still valid."""
    address = f"{URL.partition('?')[0]}?line=main"
    left = {name: value for name, value in CAUGHT.items() if name not in {"ALegUUID", "BillRate", "CallStatus"}}
    left["0085CallStatus"] = CAUGHT["CallStatus"]
    moved = f"{address}.ALegUUID{FIRST}BillRate0"
    assert signed(moved, left) == signed(address, CAUGHT), "the carrier's signature holds"
    with pytest.raises(Malformed, match="query"):
        read(ACCOUNT, "POST", moved, signed(address, CAUGHT), left)


def test_a_query_that_is_drawn_into_the_fields_is_refused() -> None:
    address = URL.partition("?")[0]
    form = {"lang=en&line=main.CallStatus": f"in-progressCallUUID{FIRST}"}
    fields = {"CallStatus": "in-progress", "CallUUID": FIRST}
    assert signed(address, form) == signed(URL, fields), "the carrier's signature holds"
    with pytest.raises(Malformed):
        read(ACCOUNT, "POST", address, signed(URL, fields), form)


@pytest.mark.parametrize("name", ["CallUUID", "Digits", "From"])
def test_a_field_that_comes_twice_is_refused(name: str) -> None:
    twice = MultiDict([*CAUGHT.items(), (name, "2")])
    with pytest.raises(Malformed, match=name):
        read(ACCOUNT, "POST", URL, signed(URL, twice), twice)

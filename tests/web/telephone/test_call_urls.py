"""A call's state in its URLs: the service writes full addresses, and reads full and relative addresses."""

from dataclasses import replace
from datetime import date, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest

from ivr.line.booking import Kind, Part
from ivr.line.phones import Phone as Number
from ivr.line.turn import Call, Own, OwnAppointment
from ivr.storage.encryption import Cipher
from ivr.web.telephone.call_urls import NOWHERE, CallUrls
from tests.people import DELHI, Phone

STEPS = CallUrls(Cipher("0123456789abcdef" * 4, "call"), "https://line.example")

IMPORTED = datetime(2026, 11, 24, 14, 0, 30, tzinfo=DELHI)
"""The time of an appointment that came from another diary, to the second."""

CALL = Call(
    "main",
    "hi",
    "summary",
    silences=1,
    wrongs=2,
    kind=Kind.BOOKING,
    day=date(2026, 11, 24),
    part=Part.MORNING,
    keyed=Number("+919999900002"),
    topic="now",
    reference="123456",
    joined=True,
    left="topics",
    over_limit=True,
    offered_at=datetime(2026, 11, 23, 14, 0, tzinfo=DELHI),
    own=Own((OwnAppointment(1, IMPORTED), OwnAppointment(2, IMPORTED, as_of=IMPORTED))),
    chosen=OwnAppointment(2, IMPORTED, as_of=IMPORTED),
)


def test_every_address_is_whole_and_says_where_the_call_stands() -> None:
    for url, place in ((STEPS.step(CALL), "summary"), (STEPS.silence(CALL), "summary")):
        assert url.startswith(f"https://line.example/voice/{place}?line=main&lang=hi&s=1&w=2&c=")
        parts = urlsplit(url)
        assert STEPS.call(parts.path.rpartition("/")[2], dict(parse_qsl(parts.query))) == CALL
    assert dict(parse_qsl(urlsplit(STEPS.silence(CALL)).query))["silent"] == "1"
    assert STEPS.answered(CALL) == "https://line.example/voice/answered?line=main&lang=hi"


def test_an_address_that_says_nothing_of_a_call_is_one_without_line_or_language() -> None:
    assert STEPS.call("main", {}) == Call("", "", "main")


UNREADABLE = {
    "nothing that was ever encrypted": "stale",
    "another secret": Cipher("fedcba9876543210" * 4, "call").encrypt("{}"),
    "another purpose": Cipher("0123456789abcdef" * 4, "waiting request").encrypt("{}"),
    "no JSON": STEPS.cipher.encrypt("{"),
    "a number that is none": STEPS.cipher.encrypt('{"keyed": "+9199999"}'),
    "a day that is none": STEPS.cipher.encrypt('{"day": "2026-02-30"}'),
}


@pytest.mark.parametrize("gathered", UNREADABLE.values(), ids=UNREADABLE)
def test_a_call_whose_state_cannot_be_read_begins_again(gathered: str) -> None:
    found = STEPS.call("summary", {"line": "main", "lang": "hi", "s": "1", "w": "2", "c": gathered})
    assert found == Call("main", "hi", NOWHERE, silences=1, wrongs=2)


def test_a_call_that_was_begun_with_relative_addresses_goes_on(phone: Phone) -> None:
    """A call with relative addresses reaches the same place as a call with full addresses."""
    call = phone.rings()
    before = replace(call, url="/voice")
    before.follows(phone.within(call.next_url), {"Digits": "1"})
    assert before.place == call.press("1").place == "book_day"

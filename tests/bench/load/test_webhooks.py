"""The webhooks of a benchmark: the carrier's signature on each is valid, and each new call has an id of its own."""

from urllib.parse import parse_qsl

import pytest
from werkzeug.datastructures import MultiDict

from bench.load.webhooks import COMES_IN, TOKEN, Signer, Step
from ivr.carrier.port import NotSigned
from ivr.carrier.stand_in import Presses
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.webhook import read

SIGNER = Signer("https://line.example", "+918090080906")
PRESSED = Step("/voice/main?line=main&lang=en", Presses("4"))


def arrived(request: bytes) -> tuple[str, dict[str, str], "MultiDict[str, str]"]:
    """Return the address, the headers and the form of a webhook's request, as the server gets them."""
    head, _, body = request.decode().partition("\r\n\r\n")
    first, *named = head.split("\r\n")
    form = MultiDict(parse_qsl(body, keep_blank_values=True))
    return f"https://line.example{first.split()[1]}", dict(each.split(": ", 1) for each in named), form


def test_a_webhook_is_signed_and_has_the_fields_that_really_come() -> None:
    url, headers, form = arrived(SIGNER.webhook(PRESSED, SIGNER.call()).request)
    event = read(Account(token=TOKEN), "POST", url, headers, form)
    assert (event.keys, event.called) == ("4", "+918090080906")
    assert len(form) >= 16


def test_a_webhook_with_another_form_is_not_signed() -> None:
    url, headers, form = arrived(SIGNER.webhook(PRESSED, SIGNER.call()).request)
    form["Digits"] = "2"
    with pytest.raises(NotSigned):
        read(Account(token=TOKEN), "POST", url, headers, form)


def test_no_call_comes_twice() -> None:
    forms = [arrived(each.request)[2] for each in SIGNER.webhooks((COMES_IN, PRESSED), 6)]
    assert len({form["CallSid"] for form in forms}) == len({form["From"] for form in forms}) == 6
    assert [form.get("Digits") for form in forms] == [None, "4"] * 3

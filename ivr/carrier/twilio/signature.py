"""Makes and checks Twilio's signature of a webhook: HMAC-SHA1 over the address and the sorted fields.

Twilio's own library computes two signatures each time: for the address with a port, and without. This module first
tries the address as received, which is nearly always the signed one. If that fails, the library decides.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import lru_cache

from twilio.request_validator import RequestValidator

from ivr.carrier.form_fields import values_of

Fields = Mapping[str, list[str]]
"""The values of each form field, by name. Twilio's signature covers a repeated field's values sorted, each once."""


def fields_of(values: Mapping[str, str]) -> Fields:
    """Return the values of each field of a form, sorted and without duplicates where a field is repeated."""
    found = {name: values_of(values, name) for name in values}
    return {name: each if len(each) == 1 else sorted(set(each)) for name, each in found.items()}


def signature(token: str, url: str, values: Mapping[str, str]) -> str:
    """Return Twilio's signature of a form that is posted to this URL."""
    return _signature(token, _signed_text(url, fields_of(values)))


def is_signed(tokens: Iterable[str], url: str, fields: Fields, given: str) -> bool:
    """Return whether `given` is the signature of the form, made with one of these tokens."""
    if not given:
        return False
    text, theirs = _signed_text(url, fields), given.encode()
    return any(
        hmac.compare_digest(_signature(token, text).encode(), theirs)
        or RequestValidator(token).validate(url, _Form(fields), given)
        for token in tokens
    )


def _signed_text(url: str, fields: Fields) -> str:
    """Return the text over which Twilio signs: the address, then each field's name with each of its values."""
    return url + "".join([name + value for name in sorted(fields) for value in fields[name]])


def _signature(token: str, text: str) -> str:
    mac = _keyed(token).copy()
    mac.update(text.encode())
    return b64encode(mac.digest()).decode()


@lru_cache(maxsize=4)  # the tokens of an account: today's and the next
def _keyed(token: str) -> hmac.HMAC:
    """Return an HMAC keyed with this token that has hashed nothing yet. Each signature is computed from a copy."""
    return hmac.new(token.encode(), digestmod="sha1")


class _Form(dict[str, list[str]]):
    """The fields of a form in the shape in which Twilio's library reads them."""

    def getlist(self, name: str) -> list[str]:
        return self[name]

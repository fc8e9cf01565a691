"""Verifies a webhook of Plivo, then reads it. There is no way to make an event from an unsigned one.

Only this module and stand_in.py know the names of Plivo's fields.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlsplit

from ivr.carrier.form_fields import KEYS, PARTY, WORD, formed, seconds, spoilt, values_of
from ivr.carrier.plivo.settings import PlivoAccount
from ivr.carrier.plivo.signature import is_signed
from ivr.carrier.port import CallEvent, Malformed, NotSigned
from ivr.line.phones import NumberRefused, Phone

CALL = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
DIGITS = re.compile(r"[1-9][0-9]{6,14}")

SHORT = ("From", "To")
LONG = ("CallUUID", "ForwardedFrom", "Digits", "DialStatus", "DialBLegUUID", "CallStatus", "BillDuration", "Duration")
"""The names of the fields that we read, and of one that ends like another; a long one occurs in no other's value."""

NAMES_A_FIELD: Mapping[str, dict[str, list[str]]] = {"GetDigits": {"Event": [""]}}
"""The event whose name ends like a field's, and the field as if it had none."""

BORDERS = re.compile(r"[&=?.]")
"""The signs that stand between the parts of what is signed. No field of the carrier's has one in its name."""

BETWEEN_PAIRS = re.compile(r"[&?.]")
"""The same without the sign that may stand at the end of a value in our addresses."""

CALLED_OTHERWISE = {"timeout": "no-answer", "cancel": "canceled"}
"""The carrier's words for the status of a call, and those of `CallEvent`."""


def read(
    account: PlivoAccount, method: str, url: str, headers: Mapping[str, str], values: Mapping[str, str]
) -> CallEvent:
    """Return the event of a webhook to this public URL. Raises NotSigned, Malformed."""
    if not is_signed(account.tokens, url, values if method == "POST" else {}, headers):
        raise NotSigned
    for name in _drawn_anew(url, values):
        raise Malformed(name)
    return _event(values)


def _event(values: Mapping[str, str]) -> CallEvent:
    """Return the event. Raises Malformed.

    A field that says which call it is and what was pressed must have its form. Any other counts as empty without it,
    since an odd caller is answered too.
    """
    if not CALL.fullmatch(values.get("CallUUID", "")):
        raise Malformed("CallUUID")
    keys = values.get("Digits", "")
    if keys and not KEYS.fullmatch(keys):
        raise Malformed("Digits")
    status = formed(WORD, values.get("CallStatus", ""))
    return CallEvent(
        call_id=values["CallUUID"],
        called=_party(values.get("To", "")),
        sender=_party(values.get("From", "")),
        forwarded_from=_party(values.get("ForwardedFrom", "")),
        keys=keys or None,
        talked=values.get("DialStatus") == "completed" and bool(values.get("DialBLegUUID")),
        status=CALLED_OTHERWISE.get(status, status),
        lasted=seconds(values.get("Duration", "")),
    )


def _party(written: str) -> str:
    """Return a caller or a called number. The carrier writes a number with its country code and without the +."""
    party = formed(PARTY, written)
    if DIGITS.fullmatch(party):
        try:
            return Phone(f"+{party}").e164
        except NumberRefused:
            return party
    return party


def _drawn_anew(url: str, values: Mapping[str, str]) -> Iterator[str]:
    """Yield the names of fields that may not be those that the carrier has signed.

    The query is signed decoded, and fields without borders between them: whoever has caught a webhook can move words
    from one to another. Our own addresses have none of the signs that such words would bring along.
    """
    for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        if BORDERS.search(name) or BETWEEN_PAIRS.search(value):
            yield "query"
    yield from (name for name in values if BORDERS.search(name))
    fields = {name: sorted(values_of(values, name)) for name in sorted(values)}
    yield from spoilt(fields | NAMES_A_FIELD.get(values.get("Event", ""), {}), LONG, SHORT)

"""Verifies a webhook of the carrier, then reads it. There is no way to make an event from an unsigned one.

Only this module and stand_in.py know the names of Twilio's fields.
"""

import re
from collections.abc import Mapping

from twilio.request_validator import RequestValidator

from ivr.carrier.call_event import CallEvent, Malformed, NotSigned
from ivr.carrier.form_fields import KEYS, PARTY, WORD, formed, seconds, spoilt, values_of
from ivr.carrier.twilio.settings import Account

SIGNATURE = "X-Twilio-Signature"

CALL_SID, ACCOUNT = re.compile(r"CA[0-9a-fA-F]{32}"), re.compile(r"AC[0-9a-fA-F]{32}")
SHORT = ("From", "To")
LONG = (
    *("CallSid", "AccountSid", "ForwardedFrom", "Digits", "CallDuration"),
    *("DialCallStatus", "DialBridged", "CallStatus"),
)
"""The names of the fields that we read; a long one occurs in no other field's value."""


def read(account: Account, method: str, url: str, headers: Mapping[str, str], values: Mapping[str, str]) -> CallEvent:
    """Return the event of a webhook to this public URL. Raises NotSigned, Malformed."""
    signed, posted = headers.get(SIGNATURE), values if method == "POST" else {}
    # The validator fails on a missing signature, so that is checked first.
    if not signed or not any(RequestValidator(token).validate(url, posted, signed) for token in account.tokens):
        raise NotSigned
    if account.account_sid and values.get("AccountSid") != account.account_sid:
        raise NotSigned
    event = _event(values)
    if method == "POST" and "AccountSid" not in values:
        raise Malformed("AccountSid")  # the first that is signed: where it is missing, fields may lie in the address
    return event


def signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """Return the carrier's signature of a form posted to this URL; for the stand-in."""
    signed: str = RequestValidator(token).compute_signature(url, form)
    return signed


def failed_step(values: Mapping[str, str]) -> str:
    """Return the address that failed, from the request for a fallback; empty if there is none."""
    return values.get("ErrorUrl", "")


def _event(values: Mapping[str, str]) -> CallEvent:
    """Return the event. Raises Malformed.

    A field that says which call it is and what was pressed must have its form. Any other counts as empty without it,
    since an odd caller is answered too.
    """
    _refuse_hidden_fields(values)
    if not CALL_SID.fullmatch(values.get("CallSid", "")):
        raise Malformed("CallSid")
    if "AccountSid" in values and not ACCOUNT.fullmatch(values["AccountSid"]):
        raise Malformed("AccountSid")
    keys = values.get("Digits", "")
    if keys and not KEYS.fullmatch(keys):
        raise Malformed("Digits")
    return CallEvent(
        call_id=values["CallSid"],
        called=formed(PARTY, values.get("To", "")),
        sender=formed(PARTY, values.get("From", "")),
        forwarded_from=formed(PARTY, values.get("ForwardedFrom", "")),
        keys=keys or None,
        talked=_talked(values),
        status=formed(WORD, values.get("CallStatus", "")),
        lasted=seconds(values.get("CallDuration", "")),
    )


def _refuse_hidden_fields(values: Mapping[str, str]) -> None:
    """Raise Malformed where a field that we read lies within another field, or occurs twice."""
    # The carrier signs a repeated value once.
    fields = {name: sorted(set(values_of(values, name))) for name in sorted(values)}
    named = "\n".join(fields)
    cut = [name for name in ("AccountSid", "CallSid") if name in named and name not in fields]
    for name in (*spoilt(fields, LONG, SHORT), *cut):
        raise Malformed(name)


def _talked(values: Mapping[str, str]) -> bool:
    """Return whether the reception took the call. Only a bridge proves it: a voicemail is "completed" too."""
    if "DialBridged" in values:
        return values["DialBridged"] == "true"
    return values.get("DialCallStatus") == "completed"

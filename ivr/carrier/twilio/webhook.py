"""Verifies a webhook of Twilio, then reads it. There is no way to make an event from an unsigned one.

Only this module and stand_in.py know the names of Twilio's fields.
"""

import re
from collections.abc import Mapping

from ivr.carrier.form_fields import KEYS, PARTY, WORD, formed, seconds, spoilt
from ivr.carrier.port import CallEvent, Malformed, NotSigned
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.signature import Fields, fields_of, is_signed

SIGNATURE = "X-Twilio-Signature"

CALL_SID, ACCOUNT = re.compile(r"CA[0-9a-fA-F]{32}"), re.compile(r"AC[0-9a-fA-F]{32}")
SHORT = ("From", "To")
LONG = (
    *("CallSid", "AccountSid", "ForwardedFrom", "Digits", "CallDuration"),
    *("DialCallStatus", "DialBridged", "CallStatus"),
)
"""The long names of the fields that we read. A webhook with one of these names within a field's value was forged."""


def read(account: Account, method: str, url: str, headers: Mapping[str, str], values: Mapping[str, str]) -> CallEvent:
    """Return the event of a webhook that Twilio has signed and sent to this public URL. Raises NotSigned, Malformed."""
    fields = fields_of(values)
    if not is_signed(account.tokens, url, fields if method == "POST" else {}, headers.get(SIGNATURE, "")):
        raise NotSigned
    first = {name: each[0] for name, each in fields.items()}
    if account.account_sid and first.get("AccountSid") != account.account_sid:
        raise NotSigned
    event = _event(first, fields)
    if method == "POST" and "AccountSid" not in fields:
        raise Malformed("AccountSid")  # the first that is signed: where it is missing, fields may lie in the address
    return event


def failed_step(values: Mapping[str, str]) -> str:
    """Return the address that Twilio reports as failed, in a request to the fallback URL; empty if it reports none."""
    return values.get("ErrorUrl", "")


def _event(values: Mapping[str, str], fields: Fields) -> CallEvent:
    """Return the event that the fields of a webhook tell. Raises Malformed.

    The ids of call and account, and the pressed keys, must be well formed. Any other field that is not well formed
    counts as empty, because a caller with an odd number is answered too.
    """
    _refuse_hidden_fields(fields)
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


def _refuse_hidden_fields(fields: Fields) -> None:
    """Raise Malformed if a field that we read has two values, or if its name occurs within another field."""
    named = "\n".join(fields)
    cut = [name for name in ("AccountSid", "CallSid") if name not in fields and name in named]
    for name in (*spoilt(fields, LONG, SHORT), *cut):
        raise Malformed(name)


def _talked(values: Mapping[str, str]) -> bool:
    """Return whether the reception took the call. DialBridged decides if sent, because voicemail is "completed" too."""
    if "DialBridged" in values:
        return values["DialBridged"] == "true"
    return values.get("DialCallStatus") == "completed"

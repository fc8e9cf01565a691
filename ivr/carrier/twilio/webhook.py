"""Verifies a webhook of the carrier, then reads it. There is no way to make an event from an unsigned one.

Only this module and stand_in.py know the names of Twilio's fields.
"""

import re
from collections.abc import Mapping

from twilio.request_validator import RequestValidator

from ivr.carrier.call_event import CallEvent, Malformed, NotSigned
from ivr.carrier.twilio.settings import Account

SIGNATURE = "X-Twilio-Signature"

CALL_SID = re.compile(r"[A-Za-z0-9_-]{1,64}")

LASTED = re.compile(r"[0-9]{1,6}")
KEYS = re.compile(r"[0-9*#A-D]{1,1000}")


def read(account: Account, method: str, url: str, headers: Mapping[str, str], values: Mapping[str, str]) -> CallEvent:
    """Return the event of a webhook to this public URL. Raises NotSigned, Malformed."""
    signed, posted = headers.get(SIGNATURE), values if method == "POST" else {}
    # The validator fails on a missing signature, so that is checked first.
    if not signed or not any(RequestValidator(token).validate(url, posted, signed) for token in account.tokens):
        raise NotSigned
    if account.account_sid and values.get("AccountSid") != account.account_sid:
        raise NotSigned
    return _event(values)


def signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """Return the carrier's signature of a form posted to this URL; for the stand-in."""
    signed: str = RequestValidator(token).compute_signature(url, form)
    return signed


def failed_step(values: Mapping[str, str]) -> str:
    """Return the address that failed, from the request for a fallback; empty if there is none."""
    return values.get("ErrorUrl", "")


def _event(values: Mapping[str, str]) -> CallEvent:
    if not CALL_SID.fullmatch(values.get("CallSid", "")):
        raise Malformed("CallSid")
    keys = values.get("Digits", "")
    if keys and not KEYS.fullmatch(keys):
        raise Malformed("Digits")
    return CallEvent(
        call_id=values["CallSid"],
        called=values.get("To", ""),
        sender=values.get("From", ""),
        forwarded_from=values.get("ForwardedFrom", ""),
        keys=keys or None,
        talked=_talked(values),
        status=values.get("CallStatus", ""),
        lasted=_lasted(values.get("CallDuration", "")),
    )


def _lasted(written: str) -> int | None:
    return int(written) if LASTED.fullmatch(written) else None


def _talked(values: Mapping[str, str]) -> bool:
    """Return whether the reception took the call. Only a bridge proves it: a voicemail is "completed" too."""
    if "DialBridged" in values:
        return values["DialBridged"] == "true"
    return values.get("DialCallStatus") == "completed"

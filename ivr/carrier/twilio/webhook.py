"""A webhook of the carrier: verified first, then read. An event that was not signed cannot exist.

Twilio's names of what it sends live here and in stand_in.py, nowhere else.
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
    """Return the event in these fields, sent to this public URL. Raises NotSigned, Malformed."""
    signed, posted = headers.get(SIGNATURE), values if method == "POST" else {}
    # The validator raises on a missing signature, so it is not asked about one.
    if not signed or not any(RequestValidator(token).validate(url, posted, signed) for token in account.tokens):
        raise NotSigned
    if account.account_sid and values.get("AccountSid") != account.account_sid:
        raise NotSigned
    return _event(values)


def signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """The carrier's signature of a form that it posts there; for whoever stands in for it."""
    signed: str = RequestValidator(token).compute_signature(url, form)
    return signed


def failed_step(values: Mapping[str, str]) -> str:
    """The address that is told with the question for a fallback; empty for none."""
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
    """A leg that was answered but not taken (a voicemail) may be called completed; only a bridge means talk."""
    if "DialBridged" in values:
        return values["DialBridged"] == "true"
    return values.get("DialCallStatus") == "completed"

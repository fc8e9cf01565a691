"""Verifies a webhook of the carrier, then reads it. There is no way to make an event from an unsigned one.

Only this module and stand_in.py know the names of Twilio's fields.
"""

import re
from collections import Counter
from collections.abc import Mapping

from twilio.request_validator import RequestValidator

from ivr.carrier.call_event import CallEvent, Malformed, NotSigned
from ivr.carrier.twilio.settings import Account

SIGNATURE = "X-Twilio-Signature"

CALL_SID, ACCOUNT = re.compile(r"CA[0-9a-fA-F]{32}"), re.compile(r"AC[0-9a-fA-F]{32}")
KEYS = re.compile(r"[0-9*#A-D]{1,1000}")
LASTED = re.compile(r"[0-9]{1,6}")
WORD = re.compile(r"[a-z-]{1,20}")
PARTY = re.compile(r"\+?[0-9]{1,20}|[A-Za-z ]{1,40}|[a-z]{2,10}:[!-~]{1,255}|[!-~]{1,64}@[!-~]{1,255}")
"""The form of a caller or of a called number: a number, a word such as "anonymous", an address."""

SHORT = ("From", "To")
LONG = (
    *("CallSid", "AccountSid", "ForwardedFrom", "Digits", "CallDuration"),
    *("DialCallStatus", "DialBridged", "CallStatus"),
)
"""The names of the fields that we read; a long one occurs in no other field's value."""

LONG_NAME = re.compile("|".join(LONG))


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
        called=_formed(PARTY, values.get("To", "")),
        sender=_formed(PARTY, values.get("From", "")),
        forwarded_from=_formed(PARTY, values.get("ForwardedFrom", "")),
        keys=keys or None,
        talked=_talked(values),
        status=_formed(WORD, values.get("CallStatus", "")),
        lasted=_lasted(values.get("CallDuration", "")),
    )


def _refuse_hidden_fields(values: Mapping[str, str]) -> None:
    """Raise Malformed where a field that we read lies within another field, or occurs twice.

    The signature covers names and values without the borders between them. Whoever has caught one webhook can draw the
    borders anew: the id of the call then lies within another value, and that of its second leg is read in its place.
    """
    fields = {name: _all(values, name) for name in sorted(values)}
    twice = [name for name in (*LONG, *SHORT) if len(fields.get(name, ())) > 1]
    signed = "".join(f"{name}{value}" for name, each in fields.items() for value in each)
    named = "\n".join(name for name, each in fields.items() for _ in each)
    hidden = Counter(LONG_NAME.findall(signed)) - Counter(LONG_NAME.findall(named))
    cut = [name for name in ("AccountSid", "CallSid") if name in named and name not in fields]
    for name in (*twice, *sorted(hidden), *cut):
        raise Malformed(name)


def _all(values: Mapping[str, str], name: str) -> list[str]:
    """Return the values of a field, in the order and without the repetitions in which the carrier signs them."""
    getlist = getattr(values, "getlist", None)
    return sorted(set(getlist(name))) if getlist else [values[name]]


def _formed(form: re.Pattern[str], written: str) -> str:
    """Return the value of a field without spaces around it if it has the form, else an empty string."""
    return written.strip(" ") if form.fullmatch(written.strip(" ")) else ""


def _lasted(written: str) -> int | None:
    return int(written) if LASTED.fullmatch(written) else None


def _talked(values: Mapping[str, str]) -> bool:
    """Return whether the reception took the call. Only a bridge proves it: a voicemail is "completed" too."""
    if "DialBridged" in values:
        return values["DialBridged"] == "true"
    return values.get("DialCallStatus") == "completed"

"""A webhook of the carrier: verified first, then read. An event that was not signed cannot exist.

Twilio's field names live here and in twiml.py, nowhere else.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from ivr.carrier.call_event import Event, Malformed, NotSigned

CALL_SID = re.compile(r"[A-Za-z0-9_-]{1,64}")

LASTED = re.compile(r"[0-9]{1,6}")
KEYS = re.compile(r"[0-9*#A-D]{1,1000}")


@dataclass(frozen=True)
class Carrier:
    """Whose signature counts: the tokens that may have signed, and the account if it is known."""

    tokens: Sequence[str]
    account_sid: str

    def event(self, url: str, form: MultiDict[str, str], signature: str | None) -> "Event":
        """The event in this form, posted to this public URL. Raises NotSigned, Malformed."""
        # The validator raises on a missing signature, so it is not asked about one.
        if not signature or not any(self._signed(token, url, form, signature) for token in self.tokens):
            raise NotSigned
        if self.account_sid and form.get("AccountSid") != self.account_sid:
            raise NotSigned
        return _read(form)

    def _signed(self, token: str, url: str, form: Any, signature: str) -> bool:
        return bool(RequestValidator(token).validate(url, form, signature))


def signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """The carrier's signature of a form that it posts there; for whoever stands in for it."""
    signed: str = RequestValidator(token).compute_signature(url, form)
    return signed


def _read(form: MultiDict[str, str]) -> Event:
    if not CALL_SID.fullmatch(form.get("CallSid", "")):
        raise Malformed("CallSid")
    keys = form.get("Digits", "")
    if keys and not KEYS.fullmatch(keys):
        raise Malformed("Digits")
    return Event(
        call_id=form["CallSid"],
        called=form.get("To", ""),
        sender=form.get("From", ""),
        forwarded_from=form.get("ForwardedFrom", ""),
        keys=keys or None,
        talked=_talked(form),
        status=form.get("CallStatus", ""),
        lasted=_lasted(form.get("CallDuration", "")),
    )


def _lasted(written: str) -> int | None:
    return int(written) if LASTED.fullmatch(written) else None


def _talked(form: MultiDict[str, str]) -> bool:
    """A leg that was answered but not taken (a voicemail) may be called completed; only a bridge means talk."""
    if "DialBridged" in form:
        return form["DialBridged"] == "true"
    return form.get("DialCallStatus") == "completed"

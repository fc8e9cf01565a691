"""Stands in for Twilio in made-up calls: makes its call ids and its signed webhooks. Sends nothing."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from ivr.carrier.stand_in import GoesOn, Happened, Over, PlacedCall, Presses, Recorded, SignedWebhook, WasRung
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.signature import signature
from ivr.carrier.twilio.webhook import SIGNATURE

MADE_UP_ACCOUNT = "AC" + "0" * 32

NO_CALL = "CA" + "0" * 32
"""The call id of a webhook by which `flask preflight` only probes our address: CA and zeros, which no real call has."""

PROBED = "preflight"
"""The call status in a webhook by which `flask preflight` only probes our address. This status ends no call."""

TAKEN = {"DialCallStatus": "completed", "DialBridged": "true", "DialCallDuration": "30"}
NOT_TAKEN = {"DialCallStatus": "no-answer", "DialBridged": "false"}
"""The fields of a webhook about a call that the reception did not take."""


@dataclass(frozen=True)
class TwilioStandIn:
    """Signs made-up webhooks, as Twilio signs real ones, with the token of the clinic's account."""

    account: Account

    def new_call(self) -> str:
        """Return a new made-up call id in Twilio's format."""
        return "CA" + secrets.token_hex(16)

    def leg(self, call: PlacedCall, number: str) -> PlacedCall:
        """Return the call that Twilio would make to this telephone of the reception, with an id of its own."""
        own = sha256(f"{call.call_id} {number}".encode()).hexdigest()
        return replace(call, call_id=f"CA{own[:32]}", sender=number, called=number)

    def says(self, url: str, call: PlacedCall, happened: Happened) -> SignedWebhook:
        """Return the signed webhook by which Twilio would tell this address what has happened in the call."""
        return self._signed(url, {**self._about(call), **_fields(happened)})

    def probes(self, url: str) -> SignedWebhook:
        """Return a signed webhook that only probes this address: it is about a call that does not exist."""
        return self._signed(url, {"CallSid": NO_CALL, "AccountSid": self._account_sid, "CallStatus": PROBED})

    @property
    def _account_sid(self) -> str:
        return self.account.account_sid or MADE_UP_ACCOUNT

    def _signed(self, url: str, form: Mapping[str, str]) -> SignedWebhook:
        return SignedWebhook(form, {SIGNATURE: signature(self.account.token, url, form)})

    def _about(self, call: PlacedCall) -> dict[str, str]:
        forwarded = {"ForwardedFrom": call.forwarded_from} if call.forwarded_from else {}
        return {
            "CallSid": call.call_id,
            "AccountSid": self._account_sid,
            "From": call.sender,
            "To": call.called,
            "CallStatus": "in-progress",
            "Direction": "inbound",
            "ApiVersion": "2010-04-01",
            **forwarded,
        }


def _fields(happened: Happened) -> Mapping[str, str]:
    """Return the fields of Twilio's webhook that depend on what has happened in the made-up call."""
    match happened:
        case GoesOn():
            return {}
        case Presses(keys):
            return {"Digits": keys}
        case WasRung(talked):
            return TAKEN if talked else NOT_TAKEN
        case Recorded():
            return {"RecordingDuration": "1", "Digits": "hangup"}
        case Over(seconds):
            return {"CallStatus": "completed", "CallDuration": str(seconds)}

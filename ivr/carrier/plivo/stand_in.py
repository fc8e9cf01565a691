"""Stands in for Plivo in made-up calls: makes its call ids and its signed webhooks. Sends nothing."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID, uuid4

from ivr.carrier.plivo.settings import PlivoAccount
from ivr.carrier.plivo.signature import NONCE, SIGNATURE, signature
from ivr.carrier.stand_in import GoesOn, Happened, Over, PlacedCall, Presses, Recorded, SignedWebhook, WasRung

NO_CALL = str(UUID(int=0))
"""The call id of a webhook by which `flask preflight` only probes our address: all zeros, which no real call has."""

PROBED = "preflight"
"""The call status in a webhook by which `flask preflight` only probes our address. This status ends no call."""

TAKEN = {"Event": "Redirect", "DialStatus": "completed", "DialBLegUUID": str(UUID(int=1))}
NOT_TAKEN = {"Event": "Redirect", "DialStatus": "no-answer", "DialBLegUUID": ""}
"""The fields of a webhook about a call that the reception did not take."""


@dataclass(frozen=True)
class PlivoStandIn:
    """Signs made-up webhooks, as Plivo signs real ones, with the token of the clinic's account."""

    account: PlivoAccount

    def new_call(self) -> str:
        """Return a new made-up call id in Plivo's format."""
        return str(uuid4())

    def leg(self, call: PlacedCall, number: str) -> PlacedCall:
        """Return the made-up call from Plivo to the reception's telephone `number`. The call has an id of its own."""
        own = sha256(f"{call.call_id} {number}".encode()).hexdigest()
        return replace(call, call_id=str(UUID(own[:32])), sender=number, called=number)

    def says(self, url: str, call: PlacedCall, happened: Happened) -> SignedWebhook:
        """Return the signed webhook by which Plivo would tell this address what has happened in the call."""
        return self._signed(url, {**_about(call), **_fields(happened)})

    def probes(self, url: str) -> SignedWebhook:
        """Return a signed webhook that only probes this address: it is about a call that does not exist."""
        return self._signed(url, {"CallUUID": NO_CALL, "CallStatus": PROBED})

    def _signed(self, url: str, form: Mapping[str, str]) -> SignedWebhook:
        nonce = f"{secrets.randbelow(10**20):020}"
        return SignedWebhook(form, {SIGNATURE: signature(self.account.token, url, form, nonce), NONCE: nonce})


def _about(call: PlacedCall) -> dict[str, str]:
    forwarded = {"ForwardedFrom": _written(call.forwarded_from)} if call.forwarded_from else {}
    return {
        "CallUUID": call.call_id,
        "From": _written(call.sender),
        "To": _written(call.called),
        "CallStatus": "in-progress",
        "Direction": "inbound",
        "Event": "StartApp",
        **forwarded,
    }


def _written(party: str) -> str:
    return party.removeprefix("+")


def _fields(happened: Happened) -> Mapping[str, str]:
    """Return the fields of Plivo's webhook that depend on what has happened in the made-up call."""
    match happened:
        case GoesOn():
            return {}
        case Presses(keys):
            return {"Event": "GetInput", "InputType": "dtmf", "Digits": keys}
        case WasRung(talked):
            return TAKEN if talked else NOT_TAKEN
        case Recorded():
            return {"Event": "Record", "RecordingDuration": "1", "Digits": "hangup"}
        case Over(seconds):
            return {"Event": "Hangup", "CallStatus": "completed", "Duration": str(seconds)}

"""The dialects of a campaign's two carriers. Half of the callers call over each carrier, and hear its documents.

This module holds what differs between the carriers; chaos/carrier.py delivers the webhooks of both.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from uuid import UUID

from chaos.premises import ACCOUNT, AUTH_ID, OTHER_TOKEN, TOKEN
from ivr.carrier.plivo import reader as plivo_reader
from ivr.carrier.plivo.settings import PlivoAccount
from ivr.carrier.plivo.signature import NONCE, SIGNATURE, signature
from ivr.carrier.plivo.stand_in import PlivoStandIn
from ivr.carrier.stand_in import StandIn
from ivr.carrier.twilio import reader as twilio_reader
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.signature import signature as twilio_signature
from ivr.carrier.twilio.stand_in import TwilioStandIn
from ivr.carrier.twilio.webhook import SIGNATURE as TWILIO_SIGNATURE
from ivr.phone.handset import Read

Form = Mapping[str, str]


@dataclass(frozen=True)
class Dialect:
    """The dialect of a carrier in a campaign: signatures, the report of a failed step, the reading of documents."""

    stand_in: StandIn
    read: Read
    call_id: Callable[[int], str]
    """A function that makes the id of a call, in the carrier's form, out of a number of 128 bits."""
    signs: Callable[[str, Form], Form]
    """A function that returns the headers with the carrier's signature, for an address and the form posted to it."""
    of_failure: Callable[[str, str], Form]
    """A function of a failed address and the error there. It returns the extra fields of a webhook to the fallback."""
    own_words: str
    """The document with which the carrier itself ends a call after the fallback URL has failed, too."""


def _plivo_signs(url: str, form: Form) -> Form:
    nonce = f"{secrets.randbelow(10**20):020}"
    return {SIGNATURE: signature(OTHER_TOKEN, url, form, nonce), NONCE: nonce}


TWILIO = Dialect(
    stand_in=TwilioStandIn(Account(ACCOUNT, TOKEN)),
    read=twilio_reader.steps,
    call_id=lambda bits: f"CA{bits:032x}",
    signs=lambda url, form: {TWILIO_SIGNATURE: twilio_signature(TOKEN, url, form)},
    of_failure=lambda url, error: {"ErrorCode": "11205", "ErrorUrl": url, "Kind": error},
    own_words="<Response><Say>An application error has occurred.</Say><Hangup/></Response>",
)

PLIVO = Dialect(
    stand_in=PlivoStandIn(PlivoAccount(AUTH_ID, OTHER_TOKEN)),
    read=plivo_reader.steps,
    call_id=lambda bits: str(UUID(int=bits)),
    signs=_plivo_signs,
    of_failure=lambda _url, _error: {},
    own_words="<Response><Speak>An application error has occurred.</Speak><Hangup/></Response>",
)


def dialect_of(seed: int) -> Dialect:
    """Return the carrier over which the made-up caller with this seed calls: one of the two, at random."""
    return Random(f"carrier {seed}").choice((TWILIO, PLIVO))

"""Twilio as a carrier: implements the port with its webhooks and documents. No call logic, no HTTP."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ivr.carrier.addresses import Addresses
from ivr.carrier.leg import Leg
from ivr.carrier.port import Answer, CallEvent
from ivr.carrier.steps import Step
from ivr.carrier.twilio import reader, webhook
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.twiml import CONTENT_TYPE, Renderer
from ivr.line.turn import Turn


@dataclass(frozen=True)
class Twilio:
    """The carrier Twilio: the account that signs its webhooks, and the renderer of its documents."""

    account: Account
    renderer: Renderer

    def bears(self, headers: Mapping[str, str]) -> bool:
        """Return whether a request has the header of this carrier's signature. Verifies nothing."""
        return webhook.SIGNATURE in headers

    def read(self, method: str, url: str, headers: Mapping[str, str], values: Mapping[str, str]) -> CallEvent:
        """Return the event of a signed webhook. Raises NotSigned, Malformed."""
        return webhook.read(self.account, method, url, headers, values)

    def document(self, heard: Turn | Leg, addresses: Addresses) -> Answer:
        """Return the TwiML of a turn, or of the reception's leg."""
        if isinstance(heard, Leg):
            return _answer(self.renderer.screening(heard, addresses))
        return _answer(self.renderer.document(heard, addresses))

    def fault(self, again: str | None = None) -> Answer:
        """Return the TwiML of an apology for a fault. Then Twilio asks the address `again`; None ends the call."""
        return _answer(self.renderer.fault(again))

    def failed_step(self, values: Mapping[str, str]) -> str:
        """Return the address that Twilio reports as failed; empty if it reports none."""
        return webhook.failed_step(values)

    def heard(self, document: str) -> Iterator[Step]:
        """Yield a TwiML document's steps; for a recording, the words of its sentence. Raises NotUnderstood."""
        return map(self.renderer.named, reader.steps(document))


def _answer(document: str) -> Answer:
    return Answer(document, CONTENT_TYPE)

"""Plivo as a carrier: implements the port with its webhooks and documents. No call logic, no HTTP."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ivr.carrier.addresses import INCOMING, Addresses
from ivr.carrier.leg import Leg
from ivr.carrier.plivo import reader, webhook
from ivr.carrier.plivo.renderer import PlivoRenderer
from ivr.carrier.plivo.settings import PlivoAccount
from ivr.carrier.plivo.signature import SIGNATURE
from ivr.carrier.port import Answer, CallEvent
from ivr.carrier.steps import Step
from ivr.line.turn import Turn

CONTENT_TYPE = "application/xml; charset=utf-8"


@dataclass(frozen=True)
class Plivo:
    """The carrier Plivo: the account that signs its webhooks, and the renderer of its documents."""

    account: PlivoAccount
    renderer: PlivoRenderer

    def bears(self, headers: Mapping[str, str]) -> bool:
        """Return whether a request has the header of this carrier's signature. Verifies nothing."""
        return SIGNATURE in headers

    def read(self, method: str, url: str, headers: Mapping[str, str], values: Mapping[str, str]) -> CallEvent:
        """Return the event of a signed webhook. Raises NotSigned, Malformed."""
        return webhook.read(self.account, method, url, headers, values)

    def document(self, heard: Turn | Leg, addresses: Addresses) -> Answer:
        """Return Plivo's document of a turn, or of the reception's leg."""
        if isinstance(heard, Leg):
            return _answer(self.renderer.screening(heard))
        return _answer(self.renderer.document(heard, addresses, self.account.caller_id))

    def fault(self, again: str | None = None) -> Answer:
        """Return Plivo's document of the apology for a fault. Then the URL `again` is asked; if None, the call ends."""
        return _answer(self.renderer.fault(again))

    def failed_step(self, values: Mapping[str, str]) -> str:
        """Return the path at which calls begin, since Plivo does not report the path that failed."""
        return INCOMING

    def heard(self, document: str) -> Iterator[Step]:
        """Yield the steps of a Plivo document; for a recording, the words of its sentence. Raises NotUnderstood."""
        return map(self.renderer.named, reader.steps(document))


def _answer(document: str) -> Answer:
    return Answer(document, CONTENT_TYPE)

"""Twilio behind the port: its webhooks, its documents, and how it reads them. No call logic, no HTTP."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ivr.carrier.addresses import Addresses
from ivr.carrier.call_event import CallEvent
from ivr.carrier.leg import Leg
from ivr.carrier.port import Answer
from ivr.carrier.steps import Step
from ivr.carrier.twilio import reader, webhook
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.twiml import CONTENT_TYPE, Renderer
from ivr.line.turn import Turn


@dataclass(frozen=True)
class Twilio:
    """The account whose signature counts, and the voice that speaks."""

    account: Account
    renderer: Renderer

    def read(self, method: str, url: str, headers: Mapping[str, str], values: Mapping[str, str]) -> CallEvent:
        """Return the event that was signed. Raises NotSigned, Malformed."""
        return webhook.read(self.account, method, url, headers, values)

    def document(self, heard: Turn | Leg, addresses: Addresses) -> Answer:
        """Return the TwiML of a turn, or of the reception's own leg."""
        if isinstance(heard, Leg):
            return _answer(self.renderer.screening(heard, addresses))
        return _answer(self.renderer.document(heard, addresses))

    def fault(self, again: str | None = None) -> Answer:
        """Return the apology, after which `again` is asked, if given."""
        return _answer(self.renderer.fault(again))

    def failed_step(self, values: Mapping[str, str]) -> str:
        """Return the address that has failed; empty where none is told."""
        return webhook.failed_step(values)

    def heard(self, document: str) -> Iterator[Step]:
        """Return what a document does. Raises NotUnderstood."""
        return reader.steps(document)


def _answer(document: str) -> Answer:
    return Answer(document, CONTENT_TYPE)

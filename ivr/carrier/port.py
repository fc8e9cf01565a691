"""The interface of a carrier to the rest of the program: six methods, one class per carrier. Names no carrier.

A carrier's folder also has a stand-in for the test phone (stand_in.py) and the administration of numbers and texts
(admin.py).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from ivr.carrier.addresses import Addresses
from ivr.carrier.call_event import CallEvent
from ivr.carrier.leg import Leg
from ivr.carrier.steps import Step
from ivr.line.turn import Turn


@dataclass(frozen=True)
class Answer:
    """The answer to a webhook: a document and its content type."""

    body: str
    content_type: str


class Carrier(Protocol):
    """A carrier: verifies and reads its webhooks, writes its documents, and reads them back for the test phone."""

    def bears(self, headers: Mapping[str, str]) -> bool:
        """Return whether a request has the header of this carrier's signature. Verifies nothing."""

    def read(self, method: str, url: str, headers: Mapping[str, str], values: Mapping[str, str]) -> CallEvent:
        """Return the event of a webhook that this carrier has signed. Raises NotSigned, Malformed.

        `url` is the public address, with its query. `headers` are named as in HTTP (Like-This). `values` are the form
        of a POST, or the query of a GET; the mapping may have `getlist` for fields that occur more than once.
        """

    def document(self, heard: Turn | Leg, addresses: Addresses) -> Answer:
        """Return the document that tells the carrier what to do on the caller's leg, or on the reception's leg."""

    def fault(self, again: str | None = None) -> Answer:
        """Return the apology for a fault in every language; then the carrier asks the URL `again`, or the call ends."""

    def failed_step(self, values: Mapping[str, str]) -> str:
        """Return the address that the carrier reports as failed; if it never reports any, that of a call's beginning.

        Empty where a carrier that reports addresses has reported none.
        """

    def heard(self, document: str) -> Iterator[Step]:
        """Yield the steps of a document of this carrier, in order. Raises NotUnderstood."""

"""The interface of a carrier to the rest of the program: six methods, one class per carrier. Names no carrier.

A carrier's folder also has a stand-in for the test phone (stand_in.py) and the administration of numbers and texts
(admin.py).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from ivr.carrier.addresses import Addresses
from ivr.carrier.leg import Leg
from ivr.carrier.steps import Step
from ivr.line.turn import Turn

ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""The values of `status` for a call that is over."""


class NotSigned(Exception):
    """The webhook was not signed by the carrier, or it is for another account."""


class Malformed(Exception):
    """A webhook is signed, but a required field is missing or invalid.

    The message is the field's name, never its value.
    """


@dataclass(frozen=True)
class CallEvent:
    """An event of a call, as its carrier reports it: which call, its numbers, keys and status."""

    call_id: str
    called: str
    sender: str
    forwarded_from: str
    keys: str | None
    """The keys that the caller pressed; None if they pressed none."""
    talked: bool
    """True if the reception took the call, and so talked to the caller."""
    status: str
    lasted: int | None = None
    """The length of the call in seconds; None while it goes on, or if the carrier does not tell it."""

    @property
    def ended(self) -> bool:
        """Return whether the call is over."""
        return self.status in ENDED

    @property
    def failed(self) -> bool:
        """Return whether the call ended because something failed at the carrier."""
        return self.status == "failed"


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
        """Return the apology for a fault in every language. Then the URL `again` is asked; if None, the call ends."""

    def failed_step(self, values: Mapping[str, str]) -> str:
        """Return the address that the carrier reports as failed; empty if the carrier has reported none.

        For a carrier that never reports a failed address, return the address at which calls begin.
        """

    def heard(self, document: str) -> Iterator[Step]:
        """Yield the steps of a document of this carrier, in order. Raises NotUnderstood."""

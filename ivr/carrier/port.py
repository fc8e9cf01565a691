"""What a carrier is to the rest of the program: five methods, which each carrier's folder has. Names no carrier.

Beside them a folder has a stand-in for the test phone (stand_in.py) and an admin of numbers and texts (admin.py).
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
    """What a webhook is answered with."""

    body: str
    content_type: str


class Carrier(Protocol):
    """A carrier: verifies and reads its webhooks, makes their answers, and reads these as it would itself."""

    def read(self, method: str, url: str, headers: Mapping[str, str], values: Mapping[str, str]) -> CallEvent:
        """Return the event that the carrier has signed. Raises NotSigned, Malformed.

        `url` is the public one, with its query; `headers` are named as HTTP writes them (Like-This); `values` are the
        fields of the form for a POST, those of the query for a GET. A field may be there more than once: the mapping
        may be one that has `getlist`.
        """

    def document(self, heard: Turn | Leg, addresses: Addresses) -> Answer:
        """Return what the carrier is to do: on the caller's leg, or on the reception's own."""

    def fault(self, again: str | None = None) -> Answer:
        """Return the apology for a fault of ours, in every language; then `again` is asked, or the call ends."""

    def failed_step(self, values: Mapping[str, str]) -> str:
        """Return the address that the carrier says has failed; empty where it says none."""

    def heard(self, document: str) -> Iterator[Step]:
        """Return what a document of this carrier's does, in order. Raises NotUnderstood."""

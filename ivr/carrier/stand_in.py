"""Stands in for a carrier in made-up calls: makes the signed webhooks that the carrier would send.

Defines the values and the protocol. Each carrier's folder has its own implementation. Sends nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class PlacedCall:
    """A made-up call: its id, the number that calls, the number that is called, and that of a forwarding telephone."""

    call_id: str
    sender: str
    called: str
    forwarded_from: str = ""


@dataclass(frozen=True)
class GoesOn:
    """An event of a made-up call without a key: the call begins, the caller is silent, or a redirect is followed."""


@dataclass(frozen=True)
class Presses:
    """The caller of a made-up call presses keys."""

    keys: str


@dataclass(frozen=True)
class WasRung:
    """The reception was called in a made-up call; `talked` is true if somebody there took the call."""

    talked: bool


@dataclass(frozen=True)
class Recorded:
    """The event that the caller's words were recorded as a message."""


@dataclass(frozen=True)
class Over:
    """The made-up call is over after so many seconds."""

    seconds: int


Happened = GoesOn | Presses | WasRung | Recorded | Over


@dataclass(frozen=True)
class SignedWebhook:
    """A made-up webhook: its fields, and the headers with its signature."""

    values: Mapping[str, str]
    headers: Mapping[str, str]


class StandIn(Protocol):
    """Signs made-up webhooks as the carrier signs real ones, with our token. For the test phone and for checks."""

    def new_call(self) -> str:
        """Return a new made-up call id in the carrier's format."""

    def leg(self, call: PlacedCall, number: str) -> PlacedCall:
        """Return the call that the carrier would make to this telephone of the reception, with an id of its own."""

    def says(self, url: str, call: PlacedCall, happened: Happened) -> SignedWebhook:
        """Return the signed webhook by which the carrier would tell this public address what happened in the call."""

    def probes(self, url: str) -> SignedWebhook:
        """Return a signed webhook that only probes this public address: it is about no real call, and has no effect."""

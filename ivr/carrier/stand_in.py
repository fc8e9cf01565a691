"""What stands in for a carrier where there is none: it says, signed, what happens in a call that somebody makes up.

Values and the protocol; each carrier's folder has its own. Sends nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class PlacedCall:
    """A call that somebody makes."""

    call_id: str
    sender: str
    called: str
    forwarded_from: str = ""


@dataclass(frozen=True)
class GoesOn:
    """The call goes on by itself: it comes in, a caller stays silent, or it is led elsewhere."""


@dataclass(frozen=True)
class Presses:
    """The caller presses keys."""

    keys: str


@dataclass(frozen=True)
class WasRung:
    """The reception was rung, and talked to the caller or did not."""

    talked: bool


@dataclass(frozen=True)
class Recorded:
    """What the caller said was recorded."""


@dataclass(frozen=True)
class Over:
    """The call is over."""

    seconds: int


Happened = GoesOn | Presses | WasRung | Recorded | Over


@dataclass(frozen=True)
class SignedWebhook:
    """What is posted, and the headers that prove who has said it."""

    values: Mapping[str, str]
    headers: Mapping[str, str]


class StandIn(Protocol):
    """Whoever signs as the carrier. For the test phone and for checks; it can do nothing that its token cannot."""

    def new_call(self) -> str:
        """Return an id such as the carrier gives."""

    def leg(self, call: PlacedCall, number: str) -> PlacedCall:
        """Return the call of the reception's telephone with this number, which has an id of its own."""

    def says(self, url: str, call: PlacedCall, happened: Happened) -> SignedWebhook:
        """Return the webhook of what has happened, for this public address."""

    def probes(self, url: str) -> SignedWebhook:
        """Return a harmless webhook about a call that never was."""

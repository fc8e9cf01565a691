"""What any carrier says about a call, once it has been verified. No form, no header, no signature."""

from dataclasses import dataclass

ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""What the carrier says of a call that is over."""


class NotSigned(Exception):
    """The webhook was not signed by the carrier, or not for this account."""


class Malformed(Exception):
    """The webhook was signed, but lacks what every one has; the message names the field, never its value."""


@dataclass(frozen=True)
class CallEvent:
    """What the carrier says about a call."""

    call_id: str
    called: str
    sender: str
    forwarded_from: str
    keys: str | None
    """What the caller pressed; None for nothing."""
    talked: bool
    """Whether the reception took the call that was just rung through to it."""
    status: str
    lasted: int | None = None
    """Seconds that the call took from end to end; only where it is over and the carrier says so."""

    @property
    def ended(self) -> bool:
        """Whether the call is over."""
        return self.status in ENDED

    @property
    def failed(self) -> bool:
        """Whether it is over because something failed on the carrier's side."""
        return self.status == "failed"

"""An event of a call, read from a webhook whose signature is valid; the same for any carrier.

No form, no header, no signature.
"""

from dataclasses import dataclass

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

"""A verified event of a call, the same for any carrier. No form, no header, no signature."""

from dataclasses import dataclass

ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""The values of `status` for a call that is over."""


class NotSigned(Exception):
    """The webhook was not signed by the carrier, or it is for another account."""


class Malformed(Exception):
    """The webhook was signed, but a required field is missing or invalid. The message is its name, never its value."""


@dataclass(frozen=True)
class CallEvent:
    """A carrier's report about a call."""

    call_id: str
    called: str
    sender: str
    forwarded_from: str
    keys: str | None
    """The keys that the caller pressed; None for none."""
    talked: bool
    """True if the reception took the call that was put through to it."""
    status: str
    lasted: int | None = None
    """The length of the call in seconds; None if it is not over or the carrier does not give it."""

    @property
    def ended(self) -> bool:
        """Return whether the call is over."""
        return self.status in ENDED

    @property
    def failed(self) -> bool:
        """Return whether the call ended because of a failure at the carrier."""
        return self.status == "failed"

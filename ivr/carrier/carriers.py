"""The carriers that are switched on. We answer a request in the dialect of the carrier that has signed the request.

This module verifies nothing, and names no carrier.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.carrier.port import Carrier


class NoSuchCarrier(LookupError):
    """No carrier of this name is switched on. The message names the carriers that are switched on."""


@dataclass(frozen=True)
class Carriers:
    """The carriers that are switched on, by name; at least one. All send their webhooks to the same addresses."""

    by_name: Mapping[str, Carrier]

    @property
    def first(self) -> Carrier:
        """The first carrier switched on. Transcripts use its documents, because a transcript belongs to no call."""
        return next(iter(self.by_name.values()))

    def named(self, name: str) -> Carrier:
        """Return the carrier of this name; for an empty name the first one. Raises NoSuchCarrier."""
        if name not in {"", *self.by_name}:
            raise NoSuchCarrier(f"no carrier is {name}; there are {', '.join(self.by_name)}")
        return self.by_name[name] if name else self.first

    def of(self, headers: Mapping[str, str], named: str = "") -> Carrier:
        """Return the carrier whose signature header a request has; without a known header, the one named, or the first.

        That carrier refuses such a request, except at addresses open to all, where it writes the answer.
        """
        signed = (each for each in self.by_name.values() if each.bears(headers))
        return next(signed, self.by_name.get(named, self.first))

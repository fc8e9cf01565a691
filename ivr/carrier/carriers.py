"""The carriers that are configured, side by side: each request is answered by the one that has signed it.

Verifies nothing, and names no carrier.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.carrier.port import Carrier


class NoSuchCarrier(LookupError):
    """No carrier of this name is switched on. The message names those that are."""


@dataclass(frozen=True)
class Carriers:
    """The carriers that are switched on, by name; there is at least one. All serve the same addresses."""

    by_name: Mapping[str, Carrier]

    @property
    def first(self) -> Carrier:
        """The first carrier that is switched on; its documents are read where there is no call, as for a transcript."""
        return next(iter(self.by_name.values()))

    def named(self, name: str) -> Carrier:
        """Return the carrier of this name; for an empty name the first one. Raises NoSuchCarrier."""
        if name not in {"", *self.by_name}:
            raise NoSuchCarrier(f"no carrier is {name}; there are {', '.join(self.by_name)}")
        return self.by_name[name] if name else self.first

    def of(self, headers: Mapping[str, str]) -> Carrier:
        """Return the carrier whose signature a request bears; without a known signature, the first carrier.

        The first carrier refuses such a request, but writes the answer at addresses that are open to all.
        """
        return next((each for each in self.by_name.values() if each.bears(headers)), self.first)

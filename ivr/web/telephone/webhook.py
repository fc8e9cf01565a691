"""A webhook as HTTP brings it, and a webhook that a carrier has signed. No Flask, and no step of a call."""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.carrier.addresses import ASKED_BY
from ivr.carrier.port import CallEvent, Carrier
from ivr.web.services import Services

MOST_FIELDS = 250
"""The most fields that a webhook may have. Carriers send about thirty, and to verify thousands takes too long."""


@dataclass(frozen=True)
class Webhook:
    """A webhook as it came: a request to an address of ours below /voice."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    """The headers by their names in HTTP (Like-This)."""
    form: Mapping[str, str]
    args: Mapping[str, str]
    """The fields of the query, by name."""

    @property
    def address(self) -> str:
        """The path with the query, by which traces name a step of a call."""
        return f"{self.path}?{self.query}"

    def carrier(self, here: Services) -> Carrier:
        """Return the carrier whose signature the request bears, valid or not. The answer is for this carrier."""
        return here.telephone.carriers.of(self.headers, self.args.get(ASKED_BY, ""))

    def read(self, here: Services) -> CallEvent:
        """Return the event of a webhook that its carrier has signed. Raises NotSigned, Malformed."""
        url = here.settings.public_base_url + self.path + (f"?{self.query}" if self.query else "")
        values = self.form if self.method == "POST" else self.args
        return self.carrier(here).read(self.method, url, self.headers, values)


@dataclass(frozen=True)
class VerifiedWebhook:
    """A webhook that a carrier has signed, and the event in it."""

    webhook: Webhook
    event: CallEvent

    @property
    def keys(self) -> str | None:
        """The keys that were pressed; None if there were none, or if the address says that there was silence."""
        return None if self.webhook.args.get("silent") else self.event.keys

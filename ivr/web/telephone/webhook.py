"""A webhook as HTTP brings it, and the same once a carrier has signed it. No Flask, and no step of a call."""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.carrier.port import CallEvent, Carrier
from ivr.web.services import Services

MOST_FIELDS = 250
"""Most fields of a webhook, which has about thirty. Verifying a signature over thousands would take too long."""


@dataclass(frozen=True)
class Webhook:
    """A request to an address of ours below /voice."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    """By their names in HTTP (Like-This)."""
    form: Mapping[str, str]
    args: Mapping[str, str]
    """The fields of the query."""

    @property
    def address(self) -> str:
        """The path with the query, as our records know it."""
        return f"{self.path}?{self.query}"

    def carrier(self, here: Services) -> Carrier:
        """Return the carrier whose signature the request bears, valid or not: a call is answered as it came in."""
        return here.telephone.carriers.of(self.headers)

    def read(self, here: Services) -> CallEvent:
        """Return the event that the carrier has signed. Raises NotSigned, Malformed."""
        url = here.settings.public_base_url + self.path + (f"?{self.query}" if self.query else "")
        values = self.form if self.method == "POST" else self.args
        return self.carrier(here).read(self.method, url, self.headers, values)


@dataclass(frozen=True)
class VerifiedWebhook:
    """A webhook that a carrier has signed."""

    webhook: Webhook
    event: CallEvent

    @property
    def keys(self) -> str | None:
        """The keys that were pressed; None where there were none, as the address also says."""
        return None if self.webhook.args.get("silent") else self.event.keys
